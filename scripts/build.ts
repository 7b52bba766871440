/**
 * Builds the executable: the program, both WASM engines and the Bun runtime in one file. Run by
 * `scripts/build`, which documents the arguments.
 */
import { existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { type BuildTarget, readTargets, UnknownTargetError } from "./build-targets.ts";
import { wasmPlugin } from "./wasm-plugin.ts";

const ROOT = join(import.meta.dir, "..");

/** The commit that is built, or "" outside a repository: a build from a tarball must work too. */
function commit(): string {
	// git would also answer for a repository that the unpacked tarball happens to lie in.
	if (!existsSync(join(ROOT, ".git"))) return "";
	try {
		const git = Bun.spawnSync(["git", "describe", "--always", "--dirty", "--exclude", "*"], {
			cwd: ROOT,
			stderr: "ignore",
		});
		return git.success ? git.stdout.toString().trim() : "";
	} catch {
		return "";
	}
}

async function build(target: BuildTarget, commitId: string): Promise<boolean> {
	const outfile = join(ROOT, target.file);
	const result = await Bun.build({
		entrypoints: [join(ROOT, "src/main.ts")],
		target: "bun",
		// Bytecode alone would mean CommonJS, which has no top-level await.
		format: "esm",
		minify: true,
		bytecode: true,
		// Stack traces name the lines of the source.
		sourcemap: "linked",
		plugins: [wasmPlugin],
		define: {
			"process.env.NODE_ENV": '"production"',
			"process.env.CLICKTOCALL_COMMIT": JSON.stringify(commitId),
		},
		compile: {
			outfile,
			...(target.bunTarget === undefined ? {} : { target: target.bunTarget }),
			execArgv: [],
			// A server must not take orders from files that happen to lie in its working directory.
			autoloadDotenv: false,
			autoloadBunfig: false,
		},
		throw: false,
	});
	for (const log of result.logs) console.error(String(log));
	if (!result.success) {
		console.error(`build: ${target.file} failed`);
		return false;
	}
	// The executable holds its source map; the copy beside it would only look needed.
	rmSync(`${outfile.replace(/\.exe$/, "")}.map`, { force: true });
	console.log(`${target.file}  ${(statSync(outfile).size / 1e6).toFixed(1)} MB`);
	return true;
}

try {
	const commitId = commit();
	for (const target of readTargets(process.argv.slice(2))) {
		if (!(await build(target, commitId))) process.exitCode = 1;
	}
} catch (error) {
	if (!(error instanceof UnknownTargetError)) throw error;
	console.error(`build: ${error.message}`);
	process.exitCode = 2;
}
