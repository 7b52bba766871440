/** The command line of `scripts/build`, which documents the arguments. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { buildExecutable } from "./build-executable.ts";
import { readTargets, UnknownTargetError } from "./build-targets.ts";
import { currentCommit } from "./commit.ts";

const ROOT = join(import.meta.dir, "..");

async function main(args: readonly string[]): Promise<number> {
	const targets = readTargets(args);
	const commit = currentCommit(ROOT);
	let exitCode = 0;
	for (const { file, bunTarget } of targets) {
		const outfile = join(ROOT, file);
		const errors = await buildExecutable({ entry: join(ROOT, "src/main.ts"), outfile, bunTarget, commit });
		if (errors === undefined) {
			console.log(`${file}  ${(statSync(outfile).size / 1e6).toFixed(1)} MB`);
		} else {
			console.error([...errors, `build: ${file} failed`].join("\n"));
			exitCode = 1;
		}
	}
	return exitCode;
}

try {
	process.exitCode = await main(process.argv.slice(2));
} catch (error) {
	if (!(error instanceof UnknownTargetError)) throw error;
	console.error(`build: ${error.message}`);
	process.exitCode = 2;
}
