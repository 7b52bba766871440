import { expect, test } from "bun:test";
import fc from "fast-check";
import type { LiveCall } from "../../../src/live/types.ts";
import { type NotedCall, NotedCalls } from "../../../src/state/noted-calls.ts";

const LIVE = {} as LiveCall;
const idsOf = (calls: readonly NotedCall[]): string[] => calls.map(({ id }) => id);

/** The same with sets: slow, and plain to see. */
class Model {
	later = new Set<string>();
	next = new Set<string>();
	readonly urgent = new Set<string>();
	readonly ended = new Set<string>();
	readonly written = new Set<string>();

	took(id: string, record: object | null | undefined, ended: boolean): void {
		if (ended) this.ended.delete(id);
		if (record === undefined) return;
		if (record) this.written.add(id);
		else this.written.delete(id);
		for (const set of [this.urgent, this.later, this.next]) set.delete(id);
	}

	hasten(): void {
		for (const id of this.later) this.next.add(id);
		this.later.clear();
	}

	turn(): void {
		this.next = this.later;
		this.later = new Set();
	}
}

const step = fc.record({
	id: fc.constantFrom("a", "b", "c", "d"),
	/** Who says so: one of those that a call has at hand, or one that is made for this. */
	who: fc.nat(4),
	what: fc.constantFrom(
		"note",
		"note",
		"urge",
		"end",
		"urgent",
		"urgent",
		"next",
		"next",
		"replace",
		"carry",
		"hasten",
	),
	/** What there is to be written of each call: a record, or nothing; and whether the disk takes it. */
	left: fc.boolean(),
	works: fc.boolean(),
});

test("what is noted is written once, as with sets", () => {
	fc.assert(
		fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
			const calls: NotedCalls = new NotedCalls({
				note: (noted, urgency) => {
					const call = calls.know(noted);
					if (call.batch === "none") calls.leave(call);
					if (urgency === "now") calls.urge(call);
				},
				published: () => {},
			});
			const held: NotedCall[] = [];
			const pick = (id: string, who: number): NotedCall => {
				const call = held.filter((one) => one.id === id)[who] ?? calls.get(id);
				if (!held.includes(call)) held.push(call);
				return call;
			};
			const model = new Model();
			const write = (taken: readonly NotedCall[], left: boolean, isDue: boolean): void => {
				for (const call of taken) {
					const isLeft = !call.urgent && !(isDue && call.batch === "next");
					const record = isLeft ? undefined : left ? {} : call.written ? null : undefined;
					const ended = call.ended !== undefined;
					calls.took(call, record, ended);
					model.took(call.id, record, ended);
				}
			};
			for (const { id, who, what, left, works } of steps) {
				if (what === "note" || what === "urge" || what === "end") {
					pick(id, who).changed(what === "urge");
					if (!model.next.has(id)) model.later.add(id);
					if (what === "urge") model.urgent.add(id);
					if (what === "end") {
						const call = calls.know(pick(id, who));
						call.urgent = false;
						model.urgent.delete(id);
						calls.end(call, LIVE);
						model.ended.add(id);
					}
				} else if (what === "urgent") {
					const taken = calls.takeUrgent();
					const urgent = taken.filter((call) => call.urgent);
					const ended = taken.filter((call) => !call.urgent);
					expect(idsOf(urgent).sort()).toEqual([...model.urgent].sort());
					expect(idsOf(ended).sort()).toEqual(
						[...model.ended].filter((one) => !model.urgent.has(one)).sort(),
					);
					if (works) write(taken, left, false);
					calls.forgetUrgent();
					model.urgent.clear();
				} else if (what === "next") {
					const next = calls.takeNext();
					const noted = new Set([...model.urgent, ...model.ended, ...model.next]);
					expect(idsOf(next).sort()).toEqual([...noted].sort());
					if (works) write(next, left, true);
					calls.forgetUrgent();
					model.urgent.clear();
					if (!works) continue;
					calls.turn();
					model.turn();
				} else if (what === "replace") {
					calls.replace(id);
					model.took(id, {}, false);
				} else if (what === "carry") {
					calls.carry(id);
					if (model.written.has(id)) {
						model.later.delete(id);
						model.next.add(id);
					}
				} else {
					calls.hasten();
					model.hasten();
				}
				expect([calls.later, calls.next, calls.written]).toEqual([
					model.later.size,
					model.next.size,
					model.written.size,
				]);
				expect(calls.writtenIds().sort()).toEqual([...model.written].sort());
				// Of several for one call, one counts.
				for (const { id } of held)
					expect(held.filter((one) => one.id === id && one.known).length).toBeLessThan(2);
			}
			// Nothing is left of any call, and none is kept.
			for (const call of calls.takeUrgent()) calls.took(call, undefined, true);
			calls.forgetUrgent();
			calls.hasten();
			for (const id of model.written) calls.carry(id);
			write(calls.takeNext(), false, true);
			calls.turn();
			expect(held.filter(({ known }) => known)).toEqual([]);
		}),
		{ numRuns: 2000 },
	);
});
