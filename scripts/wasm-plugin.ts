/**
 * Makes the two regular-expression engines part of the program. Both are Emscripten builds whose loader
 * looks for a `.wasm` file next to itself, which does not exist inside an executable. This plugin rewrites
 * the loaders at load time, so that `bun run`, `bun test` and `Bun.build` all read the same embedded bytes.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { BunPlugin } from "bun";

/** The loaders that are rewritten; each has its `.wasm` next to it under the same name. */
const GLUE =
	/[\\/](re2-wasm[\\/]build[\\/]wasm[\\/]re2|@stephen-riley[\\/]pcre2-wasm[\\/]dist[\\/]libpcre2)\.js$/;

/** The line by which Emscripten lets its surroundings supply a configuration. */
const MODULE_HEAD = /var Module = typeof Module !== (['"])undefined\1 \? Module : \{\};/;

/**
 * PCRE2's loader takes over the process: it rethrows uncaught errors and aborts on an unhandled rejection.
 * A library must not decide that for a server.
 */
const EXCEPTION_HOOK = /process\["on"\]\("uncaughtException", function\(ex\) \{[\s\S]*?\n \}\);/;
const REJECTION_HOOK = 'process["on"]("unhandledRejection", abort);';

/**
 * Rewrites one Emscripten loader to an ES module that embeds its `.wasm`.
 *
 * @param source the loader's text
 * @param path its absolute path
 * @returns the text of the module to load in its place
 * @throws {Error} when the text is not a loader of the known form, so that an upgrade cannot break the
 * executable unseen
 */
export function embedWasm(source: string, path: string): string {
	if (!MODULE_HEAD.test(source)) {
		throw new Error(`${path}: expected Emscripten's "var Module = typeof Module ..." line, found none`);
	}
	const glue = source
		.replace(MODULE_HEAD, () => "var Module = { wasmBinary: readFileSync(wasmPath) };")
		.replace(EXCEPTION_HOOK, "")
		.replace(REJECTION_HOOK, "");
	if (/process\["on"\]|process\.on\(/.test(glue)) {
		throw new Error(`${path}: expected no process-wide error handler after the rewrite, found one`);
	}
	// Relative: the text is in the executable's source map, which must not depend on where it was built.
	const wasm = `./${basename(path, ".js")}.wasm`;
	return [
		`import wasmPath from ${JSON.stringify(wasm)} with { type: "file" };`,
		'import { readFileSync } from "node:fs";',
		'const module = { exports: {} };\nconst __dirname = "";',
		`(function () {\n${glue}\n})();`,
		"export const __esModule = true;",
		"export default module.exports;",
		"export const WrappedRE2 = module.exports.WrappedRE2;",
		"",
	].join("\n");
}

/** The plugin, for `Bun.plugin` (see wasm-plugin.preload.ts) and `Bun.build` (see build.ts). */
export const wasmPlugin: BunPlugin = {
	name: "embed-emscripten-wasm",
	setup(build) {
		// Must stay synchronous: require() of a module with an asynchronous onLoad throws.
		build.onLoad({ filter: GLUE }, ({ path }) => ({
			loader: "js",
			contents: embedWasm(readFileSync(path, "utf8"), path),
		}));
	},
};
