import { expect, test } from "bun:test";
import { nextReservation, ServerNotes } from "../../../src/state/server-notes.ts";

const KEPT = { key: "a", request: "hash", answer: { call: "1" }, at: 1000 };

test("the numbers of events are never used twice, also when a reservation is lost with the power", () => {
	const notes = new ServerNotes();
	const written = [notes.reserve(0)];
	let [number, again] = [0, nextReservation(0)];
	while (number < 5000) {
		number += 1;
		if (number > again) {
			written.push(notes.reserve(number));
			again = nextReservation(number);
		}
		const next = new ServerNotes();
		for (const entry of written.slice(0, -1)) next.read(entry);
		if (written.length > 1) expect(next.numbers).toBeGreaterThanOrEqual(number);
	}
	expect(written.length).toBeLessThan(15);
});

test("keys are known for ten minutes, the newest ten thousand of them", () => {
	const notes = new ServerNotes();
	notes.keep(KEPT);
	expect(notes.keys(601_000)).toEqual([KEPT]);
	expect(notes.keys(601_001)).toEqual([]);
	for (let index = 0; index < 12_000; index += 1) notes.keep({ ...KEPT, key: `${index}` });
	expect(notes.keys(1000).length).toBe(10_000);
	expect(notes.keys(1000).at(-1)?.key).toBe("11999");
});

test("what is read again is what was written; other entries are passed over", () => {
	const notes = new ServerNotes();
	notes.reserve(7);
	notes.keep(KEPT);
	const next = new ServerNotes();
	for (const entry of [
		...notes.entries(),
		'{"kind":"clicktocall-state","version":1}',
		'{"later":1}',
		'{"key":1}',
	])
		next.read(entry);
	expect([next.numbers, next.keys(1000)]).toEqual([notes.numbers, [KEPT]]);
	expect(() => next.read("{")).toThrow(SyntaxError);
});
