import { expect, test } from "bun:test";
import { kindOf, MIX } from "../../../../../scripts/benchmark/soak/mix.ts";
import { soakPlan } from "../../../../../scripts/benchmark/soak/plan.ts";
import { ANSWERING, BEHAVIOURS, behaviourFor } from "../../../../../src/simulator/behaviour.ts";

test("each hundred calls have every kind as often as its share says", () => {
	for (const begin of [0, 1, 700]) {
		const counts = new Map<string, number>();
		for (let index = begin; index < begin + 100; index++) {
			const { name } = kindOf(index);
			counts.set(name, (counts.get(name) ?? 0) + 1);
		}
		expect([...counts].sort()).toEqual(MIX.map(({ name, share }): [string, number] => [name, share]).sort());
	}
});

test("every phone of the mixture knows how to behave", () => {
	const book = { named: new Map(Object.entries(BEHAVIOURS)), fallback: ANSWERING };
	for (const user of MIX.flatMap(({ initiator, destination }) => [initiator, destination])) {
		if (user !== "answer") expect(behaviourFor(user, book)).not.toEqual(ANSWERING);
	}
});

test.each([4, 10, 25, 60, 600])(
	"a soak of %d minutes takes that long, with two idle times at least",
	(minutes) => {
		const { cycles, loadMs, idleMs } = soakPlan(minutes);
		expect(cycles).toBeGreaterThanOrEqual(2);
		expect(cycles * (loadMs + idleMs)).toBe(minutes * 60_000);
		expect(loadMs).toBeGreaterThan(0);
		// Longer than a call rings, and its transactions are remembered.
		expect(idleMs).toBeGreaterThan(60_000);
	},
);
