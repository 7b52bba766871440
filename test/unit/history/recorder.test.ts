import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { LEG_NAMES } from "../../../src/call/types.ts";
import { CallRecord, MAX_TEXT } from "../../../src/history/call-record.ts";
import { CallRecorder, MAX_REFUSALS_WAITING, MAX_WAITING } from "../../../src/history/call-recorder.ts";
import { addStep, MAX_STEPS, readSteps, type StepContent } from "../../../src/history/steps.ts";
import { HISTORY_STATES, type HistoryStep } from "../../../src/history/types.ts";
import { HistoryBench } from "./support.ts";

const snapshot = (id: string) =>
	({
		id,
		request: { initiator: "1", destination: "2", anchor: false, origin: { via: "xml" } },
		initiator: "sip:1@h",
		destination: "sip:2@h",
		way: "refer",
		state: "calling initiator",
		startedAt: 0,
		age: 0,
	}) as const;

describe("memory while the disk takes nothing", () => {
	test("holds so many calls; what comes on top is counted, and its later events are not heard", () => {
		const recorder = new CallRecorder({ now: () => 0 });
		for (let index = 0; index < MAX_WAITING + 5; index += 1)
			recorder.hear({ kind: "placed", call: snapshot(`c${index}`) });
		recorder.hear({ kind: "state", call: { ...snapshot(`c${MAX_WAITING + 1}`), state: "ended" } });
		expect(recorder.waiting).toBe(MAX_WAITING);
		expect(recorder.open).toBe(MAX_WAITING);
		expect(recorder.takeLeftOut()).toEqual({ calls: 5, refusals: 0 });
		expect(recorder.takeLeftOut()).toBeUndefined();
		expect(recorder.lost).toBe(5);
	});

	test("holds no call that is over and written", () => {
		const recorder = new CallRecorder({ now: () => 0 });
		recorder.hear({ kind: "placed", call: snapshot("a") });
		recorder.hear({ kind: "state", call: { ...snapshot("a"), state: "ended" } });
		expect(recorder.next(10)).toHaveLength(1);
		recorder.written(1);
		expect([recorder.open, recorder.waiting]).toEqual([0, 0]);
	});

	test("refused requests of a client gone wild are counted, and told when the file is written", async () => {
		const bench = new HistoryBench();
		for (let index = 0; index < MAX_REFUSALS_WAITING + 7; index += 1) bench.refuse();
		await bench.history.flush();
		expect(bench.history.callsPerDay(1)).toMatchObject([{ refused: MAX_REFUSALS_WAITING }]);
		expect(bench.log.lines.at(-1)).toContain("7 refused requests");
		expect(bench.history.figures).toEqual({ waiting: 0, lost: 7, failed: false });
		await bench.remove();
	});
});

test("texts of any length are cut, and never in the middle of a character", () => {
	fc.assert(
		fc.property(fc.string({ unit: "grapheme", minLength: MAX_TEXT - 2, maxLength: MAX_TEXT + 2 }), (text) => {
			const request = {
				initiator: text,
				destination: text,
				anchor: true,
				origin: { via: "http", peer: text, user: text },
			} as const;
			const result = { code: 400, text, final: true };
			const record = CallRecord.refused("id", request, result, 0);
			const { initiator, destination, origin } = record.request;
			for (const kept of [initiator, destination, origin.peer, origin.user, record.text]) {
				expect(kept?.length).toBeLessThanOrEqual(MAX_TEXT);
				expect(kept?.isWellFormed()).toBe(true);
				if (text.length <= MAX_TEXT) expect(kept).toBe(text);
			}
		}),
	);
});

const step: fc.Arbitrary<StepContent> = fc.oneof(
	fc.record(
		{ state: fc.constantFrom(...HISTORY_STATES), note: fc.string({ unit: "binary" }) },
		{ requiredKeys: ["state"] },
	),
	fc.record(
		{ code: fc.integer({ min: 100, max: 699 }), leg: fc.constantFrom(...LEG_NAMES) },
		{ requiredKeys: ["code"] },
	),
);

describe("the steps of a call", () => {
	test("are read as they were written", () => {
		fc.assert(
			fc.property(fc.array(fc.tuple(fc.nat(1e9), step), { maxLength: 20 }), (steps) => {
				const text = steps.reduce((sum, [offset, content]) => addStep(sum, offset, content), "");
				const expected = steps.map(([offset, content]): HistoryStep => ({ at: 5 + offset, ...content }));
				expect(readSteps(text, 5)).toEqual(expected);
			}),
		);
	});

	test("have an end also when there are too many of them", () => {
		let text = "";
		for (let index = 0; index < 1000; index += 1)
			text = addStep(text, index, { code: 180, leg: "Initiator" });
		text = addStep(text, 1000, { state: "ended" });
		expect(text.length).toBeLessThan(MAX_STEPS + 100);
		expect(readSteps(text, 0).at(-1)).toEqual({ at: 1000, state: "ended" });
	});

	test("that are damaged are no error", () => {
		const known: readonly string[] = HISTORY_STATES;
		const value = fc.oneof(fc.nat(), fc.double(), fc.string(), fc.constantFrom(...known, ...LEG_NAMES, null));
		const row = fc.oneof(fc.array(value, { maxLength: 4 }), value);
		const stored = fc.array(row).map((rows) => JSON.stringify(rows).slice(1, -1));
		fc.assert(
			fc.property(fc.oneof(stored, fc.json(), fc.string()), (text) => {
				for (const step of readSteps(text, 0)) {
					expect(step.at).toBeGreaterThanOrEqual(0);
					if ("state" in step) expect(known).toContain(step.state);
					else expect(step.code).toBeNumber();
				}
			}),
		);
		expect(readSteps('[1,"dancing"],[2,180,"Nobody"],7,[3]', 0)).toEqual([{ at: 2, code: 180 }]);
	});
});
