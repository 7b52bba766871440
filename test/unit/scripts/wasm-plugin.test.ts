import { expect, test } from "bun:test";
import { embedWasm } from "../../../scripts/wasm-plugin.ts";

const HEAD = 'var Module = typeof Module !== "undefined" ? Module : {};';

test("both engines load, and leave the process's error handling alone", async () => {
	const before = [process.listenerCount("uncaughtException"), process.listenerCount("unhandledRejection")];
	const { RE2 } = await import("re2-wasm");
	const pcre2 = await import("@stephen-riley/pcre2-wasm");
	expect(new RE2("a+", "u").test("caat")).toBe(true);
	expect(pcre2.default).toBeDefined();
	expect([process.listenerCount("uncaughtException"), process.listenerCount("unhandledRejection")]).toEqual(
		before,
	);
});

test("a loader gets the WASM file beside it as an embedded file, and is the same wherever it lies", () => {
	const text = embedWasm(`${HEAD}\nrest();`, "/lib/x/engine.js");
	expect(text).toContain('import wasmPath from "./engine.wasm" with { type: "file" };');
	expect(embedWasm(`${HEAD}\nrest();`, "/elsewhere/engine.js")).toBe(text);
	expect(text).toContain("var Module = { wasmBinary: readFileSync(wasmPath) };\nrest();");
});

test("handlers for the errors of the whole process are taken out", () => {
	const hooks =
		' process["on"]("uncaughtException", function(ex) {\n  throw ex;\n });\n process["on"]("unhandledRejection", abort);';
	expect(embedWasm(`${HEAD}\n${hooks}`, "/lib/engine.js")).not.toContain("process");
});

test("a loader of an unknown form is refused, naming the file", () => {
	expect(() => embedWasm("export {};", "/lib/engine.js")).toThrow(
		/^\/lib\/engine\.js: expected Emscripten's/,
	);
	expect(() => embedWasm(`${HEAD}\nprocess.on("uncaughtException", f);`, "/lib/engine.js")).toThrow(
		/^\/lib\/engine\.js: expected no process-wide error handler/,
	);
});
