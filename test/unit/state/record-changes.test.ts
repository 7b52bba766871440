import { expect, test } from "bun:test";
import fc from "fast-check";
import type { RowValue } from "../../../src/row.ts";
import { changesOf, withChanges } from "../../../src/state/record-changes.ts";

/** As it is read again. */
const read = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const value = fc.constantFrom(null, true, false, 0, 1, "", "a");
const list = fc.array(fc.constantFrom("", "a", "b"), { maxLength: 3 });
const row = fc.array(fc.oneof<fc.Arbitrary<RowValue>[]>(value, list), { minLength: 5, maxLength: 5 });
/** A call may get its second leg, and lose it again. */
const longer = fc.tuple(row, fc.oneof(row, fc.constant([]))).map((rows) => rows.flat(1));

/** Without what is not there at the end of a row. */
function withoutEnd(row: unknown): unknown[] {
	if (!Array.isArray(row)) throw new Error("not a row");
	const values = Array.from(row, (value: unknown) => value ?? null);
	return values.slice(0, values.findLastIndex((value) => value !== null) + 1);
}

test("any row with its changes is what it has become", () => {
	fc.assert(
		fc.property(longer, longer, (before, after) => {
			expect(withoutEnd(withChanges(read(before), read(changesOf(before, after))))).toEqual(
				withoutEnd(read(after)),
			);
		}),
		{ numRuns: 3000 },
	);
});

test("what is the same takes nothing", () => {
	fc.assert(
		fc.property(longer, (before) => {
			expect(changesOf(before, structuredClone(before))).toEqual([]);
		}),
		{ numRuns: 300 },
	);
});

test("only what is different is told; of a list that has become longer, what has come to its end", () => {
	const [first, second] = [{ code: 100 }, { code: 180 }];
	const before = ["a", "", "", [first], ["x"], ["y"], 5, "end"];
	const after = ["a", "t", 7, [first, second], ["z"], ["y"], null, "end", "more"];
	expect(changesOf(before, after)).toEqual([
		1,
		4,
		"t",
		7,
		{ more: [second] },
		["z"],
		6,
		1,
		null,
		8,
		1,
		"more",
	]);
});

test("changes by name, as files of version 2 have them", () => {
	const record = { id: "a", leg: { tag: "", flow: { port: 1, host: "h" } }, limitAt: 5 };
	const changes = { leg: { tag: "x", flow: { port: 2 } }, results: [{ code: 100 }], limitAt: null };
	expect(withChanges(record, changes)).toEqual({
		id: "a",
		leg: { tag: "x", flow: { port: 2, host: "h" } },
		results: [{ code: 100 }],
	});
});
