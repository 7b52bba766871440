import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as bun from "../../../src/runtime/bun/runtime.ts";
import type { Runtime } from "../../../src/runtime/runtime.ts";
import { PROJECT } from "../../support/sources.ts";

/** The other one, by its types alone: it runs only there. */
type DenoRuntime = typeof import("../../../src/runtime/deno/runtime.ts");

/** What a runtime has for itself: programs that name it run nowhere else. */
const NAMES = /\b(Bun|bun|Deno|deno)\b|\bBUN_|\bDENO_/;

/** The lines that name a runtime, with comments. */
function lines(folder: string): string[] {
	return [...new Bun.Glob("**/*.{ts,tsx,js}").scanSync(join(PROJECT, folder))].flatMap((path) =>
		readFileSync(join(PROJECT, folder, path), "utf8")
			.split("\n")
			.flatMap((line, index) => (NAMES.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
	);
}

test("outside of its room nothing in the program names a runtime", () => {
	expect(lines("src").filter((line) => !line.startsWith("runtime/"))).toEqual([]);
});

test("such names are found", () => {
	expect(lines("src/runtime/bun").length).toBeGreaterThan(10);
	for (const name of ["Bun.gc()", 'from "bun:ffi"', 'from "bun"', "Deno.exit(1)", "process.env.BUN_OPTIONS"])
		expect(name).toMatch(NAMES);
	expect("bundle, Bunny").not.toMatch(NAMES);
});

test("a runtime gives all that the program needs of one, and nothing else", () => {
	const complete: Runtime = bun;
	// The compiler refuses this if Deno's lacks anything.
	const other: (runtime: DenoRuntime) => Runtime = (runtime) => runtime;
	expect(other(complete as DenoRuntime)).toBe(complete);
	const all: Record<keyof (Runtime | DenoRuntime), true> = {
		addressOf: true,
		collectGarbage: true,
		connectRedis: true,
		connectTcp: true,
		engineOptions: true,
		enlargeReceiveBuffer: true,
		hashText: true,
		isExecutable: true,
		listenTcp: true,
		mapFile: true,
		openCLibrary: true,
		openDatabase: true,
		openUdp: true,
		requestHttp: true,
		shrinkMemory: true,
		sourceAddress: true,
		sqliteCode: true,
		TRICKS: true,
		textWidth: true,
	};
	expect(Object.keys(complete).sort()).toEqual(Object.keys(all).sort());
});
