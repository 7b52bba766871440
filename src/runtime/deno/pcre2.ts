import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/*
 * Stands in for the package @stephen-riley/pcre2-wasm (`deno.json` says so), whose Emscripten loader expects another
 * surrounding in two ways. It fetches its .wasm by a bare path if there is `instantiateStreaming`, which Deno takes for
 * a URL without a scheme; without that function it reads the file. And it takes over the process: it rethrows uncaught
 * errors and aborts on an unhandled rejection, which a library must not decide for a server.
 *
 * V8's optimizing compiler works on PCRE2's matcher, one huge function, for ten seconds and takes up to 1 GB for that:
 * with --liftoff-only, which V8 heeds on the command line alone, it leaves it to the simple one.
 */

const SPARING = "--liftoff-only";

if (!givenToV8().includes(SPARING))
	process.emitWarning(`a rule needs PCRE2, which takes up to 1 GB here without --v8-flags=${SPARING}`);

const HOOKS = ["uncaughtException", "unhandledRejection"] as const;

const streaming = WebAssembly.instantiateStreaming;
const before = HOOKS.map((event) => new Set(process.rawListeners(event)));
let loaded: unknown;
try {
	Reflect.deleteProperty(WebAssembly, "instantiateStreaming");
	loaded = createRequire(import.meta.url)("@stephen-riley/pcre2-wasm");
} finally {
	WebAssembly.instantiateStreaming = streaming;
}
for (const [index, event] of HOOKS.entries())
	for (const listener of process.rawListeners(event))
		if (!before[index]?.has(listener)) process.off(event, listener as () => void);

function givenToV8(): string {
	try {
		return `${readFileSync("/proc/self/cmdline", "utf8")} ${process.env.DENO_V8_FLAGS ?? ""}`;
	} catch {
		return SPARING;
	}
}

// biome-ignore lint/style/noDefaultExport: it is how the package exports its class.
export default loaded;
