import { expect, test } from "bun:test";
import { Gate, gatedClock } from "../../../src/time/gate.ts";
import { FakeClock } from "../../support/fake-clock.ts";

function bench() {
	const state = { late: false, closed: 0 };
	const done: number[] = [];
	const gate = new Gate(
		() => state.late,
		() => {
			state.closed += 1;
		},
	);
	return { state, done, gate };
}

test("a gate closes once when it is late, and does in order what waited when it is opened", () => {
	const { state, done, gate } = bench();
	expect(gate.isOpen()).toBe(true);
	gate.hold(() => done.push(0));
	expect(done).toEqual([0]);
	state.late = true;
	expect([gate.isOpen(), gate.isOpen()]).toEqual([false, false]);
	expect(state.closed).toBe(1);
	gate.hold(() => done.push(1));
	gate.hold(() => done.push(2));
	expect(done).toEqual([0]);
	state.late = false;
	gate.open();
	expect(done).toEqual([0, 1, 2]);
	expect(gate.isOpen()).toBe(true);
});

test("what waits is bounded", () => {
	const { state, done, gate } = bench();
	state.late = true;
	gate.isOpen();
	for (let number = 0; number < 6000; number++) gate.hold(() => done.push(number));
	gate.open();
	expect(done.length).toBe(5000);
});

test("the tasks of a clock wait, and can be stopped while they do", () => {
	const { state, done, gate } = bench();
	const clock = new FakeClock();
	const gated = gatedClock(clock, gate);
	gated.after(10, () => done.push(1));
	clock.advance(10);
	expect(done).toEqual([1]);
	gated.after(10, () => done.push(2));
	const stop = gated.after(10, () => done.push(3));
	const stopBefore = gated.after(10, () => done.push(4));
	stopBefore();
	state.late = true;
	clock.advance(10);
	expect(done).toEqual([1]);
	stop();
	gate.open();
	expect(done).toEqual([1, 2]);
	expect(gated.now()).toBe(clock.now());
});
