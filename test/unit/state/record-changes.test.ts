import { expect, test } from "bun:test";
import fc from "fast-check";
import { changesOf, withChanges } from "../../../src/state/record-changes.ts";

/** As it is read again. */
const read = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const { record } = fc.letrec<{ value: unknown; record: object }>((tie) => ({
	value: fc.oneof(
		{ maxDepth: 3 },
		fc.constantFrom<unknown>(undefined, true, false, 0, 1, "", "a", "b"),
		tie("record"),
		fc.array(fc.oneof({ maxDepth: 2 }, fc.constantFrom<unknown>(1, "a"), tie("record")), { maxLength: 2 }),
	),
	record: fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 4 }),
}));

test("any record with its changes is what it has become", () => {
	fc.assert(
		fc.property(record, record, (before, after) => {
			expect(withChanges(read(before), read(changesOf(before, after)))).toEqual(read(after));
		}),
		{ numRuns: 3000 },
	);
});

test("what is the same takes nothing", () => {
	fc.assert(
		fc.property(record, (value) => {
			expect(changesOf(value, structuredClone(value))).toEqual({});
		}),
		{ numRuns: 300 },
	);
});

test("only what is different is told, of a member of an object, too; a list is told whole", () => {
	const before = {
		id: "a",
		leg: { tag: "", flow: { port: 1, host: "h" } },
		results: [{ code: 100 }],
		limitAt: 5,
	};
	const after = {
		id: "a",
		leg: { tag: "x", flow: { port: 2, host: "h" } },
		results: [{ code: 100 }, { code: 180 }],
		limitAt: undefined,
	};
	expect(changesOf(before, after)).toEqual({
		leg: { tag: "x", flow: { port: 2 } },
		results: [{ code: 100 }, { code: 180 }],
		limitAt: null,
	});
});
