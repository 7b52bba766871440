import { expect, test } from "bun:test";
import { Awake } from "../../../src/cluster/awake.ts";
import { FakeClock } from "../../support/fake-clock.ts";

function bench() {
	const clock = new FakeClock();
	const state = { woken: 0, ahead: 0 };
	const wall = { now: () => clock.now() + state.ahead };
	const awake = new Awake(clock, wall, () => {
		state.woken += 1;
	});
	return { clock, state, awake };
}

test("a process that runs is never held up", () => {
	const { clock, state, awake } = bench();
	clock.advance(10_000);
	expect(awake.gate.isOpen()).toBe(true);
	for (let time = 0; time < 10; time++) {
		awake.beat();
		clock.advance(750);
		expect(awake.gate.isOpen()).toBe(true);
	}
	expect(state.woken).toBe(0);
});

test.each(["clock", "wall clock"])(
	"one that did not run by the %s waits until it knows who has its calls",
	(by) => {
		const { clock, state, awake } = bench();
		awake.beat();
		if (by === "clock") clock.advance(20_000);
		else state.ahead = 20_000;
		expect(awake.gate.isOpen()).toBe(false);
		expect(state.woken).toBe(1);
		awake.beat();
		clock.advance(100);
		expect(awake.gate.isOpen()).toBe(false);
		awake.settled(clock.now() - 50);
		expect(awake.gate.isOpen()).toBe(true);
		clock.advance(1000);
		expect(awake.gate.isOpen()).toBe(true);
		expect(state.woken).toBe(1);
	},
);

test("an answer to what was asked before it slept says nothing", () => {
	const { clock, awake } = bench();
	awake.beat();
	const askedAt = clock.now();
	clock.advance(20_000);
	expect(awake.gate.isOpen()).toBe(false);
	awake.settled(askedAt);
	expect(awake.gate.isOpen()).toBe(false);
});

test("it goes on after 3 s if the engine does not answer", () => {
	const { clock, awake } = bench();
	awake.beat();
	clock.advance(20_000);
	expect(awake.gate.isOpen()).toBe(false);
	clock.advance(2999);
	expect(awake.gate.isOpen()).toBe(false);
	clock.advance(1);
	expect(awake.gate.isOpen()).toBe(true);
});

test("once there are no more beats, nothing waits for them", () => {
	const { clock, awake } = bench();
	awake.beat();
	awake.stop();
	clock.advance(20_000);
	expect(awake.gate.isOpen()).toBe(true);
	expect(clock.pending).toBe(0);
});
