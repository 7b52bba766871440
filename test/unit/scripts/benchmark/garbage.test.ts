import { expect, test } from "bun:test";
import { readGarbage } from "../../../../scripts/benchmark/garbage.ts";

test("what was allocated before each collection is added up", () => {
	const log = [
		"Requesting GC because bytes allocated this cycle: 11526105 exceed bytes allowed: 11520821 normal bytes: 11526105 oversized bytes: 0 last oversized: 0",
		"[GC<0x1>: START M 74918kb => EdenCollection, a=0kb (C:0 M:0 P1:0) p=1.2ms (max 16.1)...]",
		"[GC<0x1>: END (C:0 M:0 P1:0) => 61913kb, p=2.88ms (max 16.1), cycle 2.86ms END]",
		"Requesting GC because bytes allocated this cycle: 12000000 exceed bytes allowed: 11520821 normal bytes: 12000000 oversized bytes: 0 last oversized: 0",
		"",
	].join("\n");
	expect(readGarbage(log)).toEqual({ allocated: 23_526_105, collections: 2 });
	expect(readGarbage("")).toEqual({ allocated: 0, collections: 0 });
});
