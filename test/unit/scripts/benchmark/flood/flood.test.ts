import { expect, test } from "bun:test";
import {
	type FloodResult,
	floodProblems,
	renderFloods,
} from "../../../../../scripts/benchmark/flood/flood.ts";
import { FLOODS, floodMessages } from "../../../../../scripts/benchmark/flood/messages.ts";

const RESULT: FloodResult = {
	kind: "xml",
	sent: 1000,
	options: 600,
	slowestOptionsMs: 250,
	lostOptions: 0,
	calls: 120,
	slowestCallMs: 300,
	badCalls: 0,
	peakMb: 90,
	logOctets: 1000,
};

test("a flood that nobody noticed is no problem", () => {
	expect(floodProblems(RESULT)).toEqual([]);
	expect(renderFloods([RESULT])).toContain("all well");
});

test("slow and unanswered OPTIONS and failed calls are told", () => {
	expect(floodProblems({ ...RESULT, slowestOptionsMs: 251, badCalls: 2 })).toEqual([
		"xml: the slowest OPTIONS took 251 ms, at most 250 ms is allowed",
		"xml: 2 of 120 calls failed",
	]);
	expect(floodProblems({ ...RESULT, slowestOptionsMs: Number.POSITIVE_INFINITY })).toHaveLength(1);
});

test("no two messages of a flood on a SIP port are the same", () => {
	for (const kind of FLOODS.filter((kind) => kind.startsWith("sip"))) {
		const make = floodMessages(kind);
		const texts = Array.from({ length: 50 }, (_, number) => make(number, 5060));
		expect(new Set(texts).size).toBe(50);
		for (const text of texts) expect(text).toEndWith("Content-Length: 0\r\n\r\n");
	}
});
