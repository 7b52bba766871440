import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
	adopted,
	NO_UPDATE,
	proved,
	started,
	TRIAL_STARTS,
	type UpdatedVersion,
	type UpdateRecord,
	wentBack,
} from "../../../src/update/update-record.ts";

const version = (name: string): UpdatedVersion => ({
	version: name,
	folder: `version-${name}`,
	sha256: name,
	at: 1,
});

function startedTimes(record: UpdateRecord, times: number): UpdateRecord {
	let after = record;
	for (let start = 0; start < times; start += 1) after = started(after, 5);
	return after;
}

describe("a version on trial", () => {
	test("stays when it is ready, however often it starts afterwards", () => {
		const ready = proved(started(adopted(NO_UPDATE, version("2")), 5));
		expect(startedTimes(ready, 10)).toEqual(ready);
		expect(ready.current?.version).toBe("2");
	});

	test("has two starts, and then gives way to the one that was installed", () => {
		const trial = startedTimes(adopted(NO_UPDATE, version("2")), TRIAL_STARTS);
		expect(trial.current?.version).toBe("2");
		expect(started(trial, 5)).toEqual({ ...NO_UPDATE, fellBack: { from: "2", at: 5 } });
	});

	test("gives way to the update before it", () => {
		const two = proved(started(adopted(NO_UPDATE, version("2")), 5));
		const three = startedTimes(adopted(two, version("3")), TRIAL_STARTS + 1);
		expect(three.current?.version).toBe("2");
		expect(three.fellBack?.from).toBe("3");
		expect(three.trialStarts).toBeUndefined();
	});
});

test("whatever happens, a version that never was ready runs at most as often as a trial has starts", () => {
	const step = fc.constantFrom("update", "start", "ready", "back");
	fc.assert(
		fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
			let record = NO_UPDATE;
			let next = 0;
			const starts = new Map<string, number>();
			const good = new Set<string>();
			for (const each of steps) {
				const before = record.current?.version;
				if (each === "update") record = adopted(record, version(String(++next)));
				if (each === "back" && before) record = wentBack(record, 1);
				if (each === "start") {
					record = started(record, 1);
					const runs = record.current?.version;
					if (runs && !good.has(runs)) starts.set(runs, (starts.get(runs) ?? 0) + 1);
				}
				if (each === "ready" && before && record.trialStarts) {
					good.add(before);
					record = proved(record);
				}
			}
			for (const times of starts.values()) expect(times).toBeLessThanOrEqual(TRIAL_STARTS);
		}),
	);
});
