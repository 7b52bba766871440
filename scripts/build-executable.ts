/** Makes one executable: a program, both WASM engines and the Bun runtime in one file. */
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Build } from "bun";
import { wasmPlugin } from "./wasm-plugin.ts";

/** What to make. */
export interface ExecutableRequest {
	/** The program's first source file, an absolute path. */
	readonly entry: string;
	/** The file to write, an absolute path; one that is there is replaced, also while it runs. */
	readonly outfile: string;
	/** Bun's name of the runtime to embed; undefined means the one that is running. */
	readonly bunTarget?: Build.CompileTarget | undefined;
	/** What `process.env.CLICKTOCALL_COMMIT` is in the program. */
	readonly commit: string;
}

/**
 * Builds an executable.
 *
 * @returns the messages of the failed build; undefined when the file is written
 */
export async function buildExecutable(request: ExecutableRequest): Promise<string[] | undefined> {
	const { outfile } = request;
	// A build that fails must not leave an older executable to be taken for its result.
	rmSync(outfile, { force: true });
	mkdirSync(dirname(outfile), { recursive: true });
	// Copies of the source maps, which the executable holds, are written next to it: one for each piece of the program.
	const folder = mkdtempSync(join(dirname(outfile), "build-"));
	try {
		const built = join(folder, basename(outfile));
		const problems = await build({ ...request, outfile: built });
		if (!problems) renameSync(built, outfile);
		return problems;
	} finally {
		rmSync(folder, { recursive: true });
	}
}

async function build(request: ExecutableRequest): Promise<string[] | undefined> {
	const { entry, outfile, bunTarget, commit } = request;
	const result = await Bun.build({
		entrypoints: [entry],
		target: "bun",
		format: "esm",
		minify: true,
		// To parse the program takes longer than all the rest of a start, and 5 MB of memory. The file is 8.5 MB larger.
		bytecode: true,
		// What is imported when it is needed is a file of its own in there: what a command does not need is not loaded.
		splitting: true,
		// Stack traces name the lines of the source.
		sourcemap: "linked",
		plugins: [wasmPlugin],
		define: {
			"process.env.NODE_ENV": '"production"',
			"process.env.CLICKTOCALL_COMMIT": JSON.stringify(commit),
		},
		compile: {
			outfile,
			...(bunTarget === undefined ? {} : { target: bunTarget }),
			execArgv: [],
			// A server must not take orders from files that happen to lie in its working directory.
			autoloadDotenv: false,
			autoloadBunfig: false,
		},
		throw: false,
	});
	return result.success ? undefined : result.logs.map(String);
}
