import { expect, test } from "bun:test";
import { callBars } from "../../../../scripts/benchmark/call-part.ts";
import {
	badCalls,
	passes,
	type Report,
	type RunRecord,
	renderReport,
	renderTable,
} from "../../../../scripts/benchmark/report.ts";

const RUN: RunRecord = {
	name: "REFER, full speed",
	round: 1,
	done: 10,
	failed: 0,
	lost: 0,
	seconds: 1,
	callsPerSecond: 10,
	medianMs: 1,
	p99Ms: 2,
	messagesPerCall: 15,
	retransmissions: 0,
	faults: [],
	cpuMsPerCall: 0.5,
	residentMb: 50,
	peakMb: 60,
};

function report(...runs: RunRecord[]): Report {
	return { machine: "a machine", commit: "abc", runs, bars: [], plain: [], notes: [] };
}

test("a bar may be reached, or has to be kept below", () => {
	const bar = { what: "", unit: "", atMost: 4 };
	expect(passes({ ...bar, figure: 4 })).toBeTrue();
	expect(passes({ ...bar, figure: 4, below: true })).toBeFalse();
	expect(passes({ ...bar, figure: 3.9, below: true })).toBeTrue();
	expect(passes({ ...bar, figure: Number.NaN })).toBeFalse();
});

test("failed and lost calls of ours are bad, those of Kamailio are its own", () => {
	const theirs = { ...RUN, name: "Kamailio REFER, full speed", failed: 5 };
	expect(badCalls(report(RUN, theirs))).toBe(0);
	expect(badCalls(report({ ...RUN, failed: 1 }, { ...RUN, lost: 2 }, theirs))).toBe(3);
});

test("the ratio to Kamailio is the median of the rounds' own ratios", () => {
	const rounds = [
		[1, 2],
		[9, 3],
		[4, 8],
	].flatMap(([ours = 0, theirs = 0], index) => [
		{ ...RUN, round: index + 1, cpuMsPerCall: ours },
		{ ...RUN, round: index + 1, cpuMsPerCall: theirs, name: "Kamailio REFER, full speed" },
	]);
	expect(callBars(rounds)).toEqual([
		{
			what: "REFER, CPU a call, ours / Kamailio's REFER call, full speed",
			figure: 0.5,
			unit: "",
			atMost: 1.4,
			detail: "4.000 / 3.000 ms",
		},
	]);
	expect(callBars([RUN])).toEqual([]);
});

test("rounds of one name make one row: medians, and sums of calls", () => {
	const rounds = [1, 9, 2].map((cpuMsPerCall, index) => ({
		...RUN,
		round: index + 1,
		cpuMsPerCall,
		lost: 1,
	}));
	const row = renderReport(report(...rounds))
		.split("\n")
		.at(-2);
	expect(
		row
			?.split("|")
			.map((cell) => cell.trim())
			.slice(1, 6),
	).toEqual(["REFER, full speed", "30", "3", "10", "2.000"]);
});

test("a table's columns are in line", () => {
	expect(renderTable(["what", "x"], [["longer than that", "12345"]])).toBe(
		["| what             | x     |", "| ---------------- | ----- |", "| longer than that | 12345 |"].join(
			"\n",
		),
	);
});
