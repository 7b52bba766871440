/** The command line of `scripts/package`, which documents the arguments. */
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { buildExecutable } from "./build-executable.ts";
import { readTargets } from "./build-targets.ts";
import { commitTime, currentCommit } from "./commit.ts";
import { buildDeb, debName } from "./packaging/deb.ts";
import { ARCHITECTURES, type Architecture } from "./packaging/deb-tree.ts";

const ROOT = join(import.meta.dir, "..");

const TARGETS: Readonly<Record<Architecture, string>> = { amd64: "linux-x64", arm64: "linux-arm64" };

function isArchitecture(name: string): name is Architecture {
	return Object.hasOwn(TARGETS, name);
}

/** @throws {Error} when SOURCE_DATE_EPOCH is not a time. */
function epoch(): number {
	const text = process.env.SOURCE_DATE_EPOCH;
	if (!text) return commitTime(ROOT) ?? Math.floor(statSync(join(ROOT, "package.json")).mtimeMs / 1000);
	if (!/^\d{1,11}$/.test(text)) throw new Error(`SOURCE_DATE_EPOCH = ${text}: expected seconds since 1970`);
	return Number(text);
}

async function main(args: readonly string[]): Promise<number> {
	const unknown = args.filter((name) => !isArchitecture(name));
	if (unknown.length > 0) {
		console.error(`package: unknown ${unknown.join(", ")}, expected ${ARCHITECTURES.join(" or ")}`);
		return 2;
	}
	const time = epoch();
	if (Bun.which("dpkg-deb") === null) {
		console.error("package: needs dpkg-deb (Debian package dpkg)");
		return 1;
	}
	const { DEBFULLNAME = "clicktocall", DEBEMAIL = "root@localhost" } = process.env;
	const commit = currentCommit(ROOT);
	const chosen = ARCHITECTURES.filter((name) => args.length === 0 || args.includes(name));
	mkdirSync(join(ROOT, "dist"), { recursive: true });
	for (const architecture of chosen) {
		for (const { file, bunTarget } of readTargets([TARGETS[architecture]])) {
			const executable = join(ROOT, file);
			const errors = await buildExecutable({
				entry: join(ROOT, "src/main.ts"),
				outfile: executable,
				bunTarget,
				commit,
			});
			if (errors) throw new Error(errors.join("\n"));
			const outfile = `dist/${debName(architecture)}`;
			const maintainer = `${DEBFULLNAME} <${DEBEMAIL}>`;
			buildDeb({ architecture, executable, epoch: time, maintainer }, join(ROOT, outfile));
			console.log(`${outfile}  ${(statSync(join(ROOT, outfile)).size / 1e6).toFixed(1)} MB`);
		}
	}
	return 0;
}

try {
	process.exitCode = await main(process.argv.slice(2));
} catch (error) {
	console.error(`package: ${error instanceof Error ? error.message : error}`);
	process.exitCode = 1;
}
