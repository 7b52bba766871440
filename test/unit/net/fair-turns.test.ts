import { describe, expect, test } from "bun:test";
import { FairTurns } from "../../../src/net/fair-turns.ts";

/** Turns of an event loop that a test moves on, and what was done in each. */
function setUp() {
	const due: (() => void)[] = [];
	const done: string[] = [];
	const turns = new FairTurns((task) => void due.push(task));
	const take = (whose: string, name = whose) => turns.take(whose, () => void done.push(name));
	/** Ends a turn. @returns what was done in the next one. */
	const next = (): string[] => {
		for (const task of due.splice(0)) task();
		return done.splice(0);
	};
	return { turns, due, done, take, next };
}

describe("FairTurns", () => {
	test("work is done at once when nothing else was done in this turn, one piece a turn otherwise", () => {
		const { take, done, next } = setUp();
		take("a", "a1");
		take("a", "a2");
		take("b", "b1");
		expect(done.splice(0)).toEqual(["a1"]);
		expect([next(), next(), next()]).toEqual([["a2"], ["b1"], []]);
		take("b", "b2");
		expect(done).toEqual(["b2"]);
	});

	test("addresses take turns, however much one of them asks for", () => {
		const { take, done, next } = setUp();
		for (const piece of ["a1", "a2", "a3", "a4", "a5"]) take("a", piece);
		take("b");
		take("c");
		expect(done.splice(0)).toEqual(["a1"]);
		const rest = [next(), next(), next(), next(), next(), next()].flat();
		expect(rest).toEqual(["a2", "b", "c", "a3", "a4", "a5"]);
	});

	test("work that asks for more waits for its next turn", () => {
		const { turns, take, next } = setUp();
		const again = (): void => turns.take("a", again);
		take("x");
		again();
		take("b");
		expect([next(), next(), next()]).toEqual([["x"], ["b"], []]);
	});

	test("work that fails does not stop that of others", () => {
		const { turns, take, due, done } = setUp();
		take("x");
		turns.take("a", () => {
			throw new Error("failed");
		});
		take("b");
		expect(() => due.shift()?.()).toThrow("failed");
		due.shift()?.();
		expect(done).toEqual(["x", "b"]);
	});

	test("no timer or immediate is left when there is nothing to do", () => {
		const { take, due, next } = setUp();
		take("a");
		next();
		next();
		expect(due).toEqual([]);
	});
});
