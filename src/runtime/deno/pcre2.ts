import { createRequire } from "node:module";

/*
 * Stands in for the package @stephen-riley/pcre2-wasm (`deno.json` says so), whose Emscripten loader expects another
 * surrounding in two ways. It fetches its .wasm by a bare path if there is `instantiateStreaming`, which Deno takes for
 * a URL without a scheme; without that function it reads the file. And it takes over the process: it rethrows uncaught
 * errors and aborts on an unhandled rejection, which a library must not decide for a server.
 */

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

// biome-ignore lint/style/noDefaultExport: it is how the package exports its class.
export default loaded;
