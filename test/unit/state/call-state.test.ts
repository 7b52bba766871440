import { afterEach, beforeEach, expect, spyOn, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CallService } from "../../../src/call/call-service.ts";
import { LiveCalls } from "../../../src/live/live-calls.ts";
import { CallState } from "../../../src/state/call-state.ts";
import { StateFile } from "../../../src/state/state-file.ts";
import { callRecord } from "../../support/call-record.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeLegs } from "../../support/fake-leg.ts";
import { makeCallService, placeCall } from "../../support/make-call-service.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

const IDENTITY = "sip:click2call@example.com";
const DAY = 86_400_000;
const REQUEST = { initiator: "a", destination: "b", anchor: true, origin: { via: "xml" } } as const;

let folder: string;
let path: string;
let clock: FakeClock;
let log: MemoryLogger;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "state-"));
	path = join(folder, "state.sqlite");
	clock = new FakeClock();
	log = new MemoryLogger();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Process {
	readonly state: CallState;
	readonly legs: FakeLegs;
	readonly calls: CallService;
	readonly live: LiveCalls;
}

/** A server that starts with the file. */
function begin(): Process {
	const wall = { now: () => 1_800_000_000_000 + clock.now() };
	const state = new CallState({ path, identity: IDENTITY, clock, wall, log });
	state.start();
	const legs = new FakeLegs();
	const calls = makeCallService({ legs, clock, wall, log });
	const live = new LiveCalls({ clock, wall });
	calls.events.subscribe(live.hear);
	state.restore(calls, live);
	return { state, legs, calls, live };
}

test("what became of a call is known for a day, also in the next process", () => {
	const first = begin();
	const { id } = placeCall(first.calls, REQUEST);
	first.legs.leg(0).fail(486);
	clock.advance(100);
	first.state.stop();
	const second = begin();
	expect(second.live.get(id)).toMatchObject({ state: "ended", result: { code: 486, leg: "Initiator" } });
	// Pages and programs list it among those that have just ended, too.
	expect(second.live.ended().map((call) => call.id)).toEqual([id]);
	clock.advance(DAY - 1000);
	expect(second.live.get(id)?.result?.code).toBe(486);
	clock.advance(2000);
	placeCall(second.calls, REQUEST);
	clock.advance(100);
	second.state.stop();
	const third = begin();
	placeCall(third.calls, REQUEST);
	clock.advance(100);
	expect(third.live.get(id)).toBeUndefined();
	third.state.stop();
});

test("a record that cannot be used is logged and passed over", () => {
	const file = StateFile.open({ path, identity: IDENTITY, log, now: new Date(0) });
	file.write([{ id: "bad", row: [99], ended: undefined }]);
	file.close();
	const { calls, state } = begin();
	expect(calls.list()).toEqual([]);
	expect(log.lines.join("\n")).toContain("a call in the state file cannot be restored: bad:");
	clock.advance(100);
	state.stop();
	const after = StateFile.open({ path, identity: IDENTITY, log, now: new Date(0) });
	expect([...after.records]).toEqual([]);
	after.close();
});

test("each restore skips more CSeq numbers than those before it, until the calls are written again", () => {
	const first = begin();
	placeCall(first.calls, REQUEST);
	clock.advance(100);
	first.state.stop();
	const restore = spyOn(CallService.prototype, "restore");
	/** A process that dies before or after it has written for the first time. */
	const jumpOf = (isWritten: boolean): unknown => {
		const write = spyOn(StateFile.prototype, "write");
		if (!isWritten) write.mockImplementation(() => expect.unreachable());
		const next = begin();
		if (isWritten) placeCall(next.calls, REQUEST);
		next.state.stop();
		write.mockRestore();
		return restore.mock.lastCall?.[1];
	};
	const jumps = [false, false, true, false].map(jumpOf);
	restore.mockRestore();
	expect(jumps).toEqual([100, 200, 300, 100]);
});

test("calls go on without a file that cannot be opened", () => {
	path = join(folder, "none", "state.sqlite");
	const { calls, live, state, legs } = begin();
	const { id } = placeCall(calls, REQUEST);
	legs.leg(0).fail(486);
	clock.advance(1000);
	expect(live.get(id)?.result?.code).toBe(486);
	expect(log.lines.join("\n")).toContain("cannot be used; trying again every 30 s, calls go on: ENOENT");
	expect(state.usable).toBe(false);
	const { id: second } = placeCall(calls, REQUEST);
	mkdirSync(join(folder, "none"));
	clock.advance(30_000);
	expect(state.usable).toBe(true);
	expect(log.lines.join("\n")).toContain("can be used again");
	const { callIdKey } = state;
	legs.leg(1).fail(486);
	clock.advance(100);
	state.stop();
	// The calls of this process are known by its key, also in the file.
	const next = begin();
	expect(next.state.callIdKey).toEqual(callIdKey ?? expect.unreachable());
	expect(next.live.get(second)?.result?.code).toBe(486);
	next.state.stop();
});

test("calls in a file that can only be read go on, and are not taken up again when it can be written", () => {
	const first = begin();
	const { id } = placeCall(first.calls, REQUEST);
	clock.advance(100);
	const { callIdKey } = first.state;
	first.state.stop();
	const open = spyOn(StateFile, "open").mockImplementation(() => {
		throw Object.assign(new Error("no space left on device, write"), { code: "ENOSPC" });
	});
	const { calls, state, live } = begin();
	expect([state.usable, state.callIdKey]).toEqual([false, callIdKey]);
	expect(calls.restoration).toMatchObject({ restored: 1, unusable: 0 });
	// Nobody had been called.
	expect(live.get(id)?.result?.code).toBe(487);
	expect(log.lines.join("\n")).toContain("trying again every 30 s, calls go on: no space left");
	open.mockRestore();
	clock.advance(30_000);
	expect(state.usable).toBe(true);
	clock.advance(100);
	expect(calls.restoration.restored).toBe(1);
	state.stop();
	const third = begin();
	expect(third.calls.restoration.restored).toBe(0);
	expect(third.live.get(id)?.result?.code).toBe(487);
	third.state.stop();
});

test("calls in a file that cannot be written for long skip more CSeq numbers each time", () => {
	const first = begin();
	placeCall(first.calls, REQUEST);
	clock.advance(100);
	first.state.stop();
	utimesSync(path, 1_800_000_000, 1_800_000_000);
	const open = spyOn(StateFile, "open").mockImplementation(() => {
		throw new Error("read-only file system");
	});
	const restore = spyOn(CallService.prototype, "restore");
	const jumps = [0, 30_000, 45_000].map((wait) => {
		clock.advance(wait);
		begin().state.stop();
		return restore.mock.lastCall?.[1];
	});
	restore.mockRestore();
	open.mockRestore();
	expect(jumps).toEqual([100, 200, 300]);
});

test("calls of another process are not taken up while that uses the file", () => {
	const first = begin();
	placeCall(first.calls, REQUEST);
	clock.advance(100);
	const second = begin();
	expect(second.calls.restoration.restored).toBe(0);
	second.state.stop();
	first.state.stop();
});

test("without a file, calls that are over do not fill the memory", async () => {
	path = join(folder, "none", "state.sqlite");
	const { calls, state, legs } = begin();
	for (let index = 0; index < 3000; index += 1) {
		placeCall(calls, REQUEST);
		legs.leg(index).fail(486);
		await Promise.resolve();
		clock.advance(0);
	}
	expect(state.figures.waiting).toBeLessThanOrEqual(1000);
	state.stop();
});

test("a call that has not changed is not written again, and monitoring sees what waits", async () => {
	const { calls, state, legs } = begin();
	const { id } = placeCall(calls, REQUEST);
	expect(state.figures).toEqual({ calls: 0, ended: 0, waiting: 1, lag: 0, failed: false });
	clock.advance(0);
	expect(state.figures).toEqual({ calls: 1, ended: 0, waiting: 0, lag: 0, failed: false });
	const record = spyOn(calls, "record");
	clock.advance(100);
	expect(record).not.toHaveBeenCalled();
	record.mockRestore();
	legs.requests[0]?.watch?.changed();
	clock.advance(20);
	expect(state.figures).toMatchObject({ waiting: 1, lag: 0.02 });
	clock.advance(80);
	expect(state.figures).toEqual({ calls: 1, ended: 0, waiting: 0, lag: 0, failed: false });
	const write = spyOn(StateFile.prototype, "write");
	calls.events.publish({ kind: "tone", call: calls.list()[0] ?? expect.unreachable() });
	clock.advance(100);
	expect(write).not.toHaveBeenCalled();
	legs.leg(0).fail(486);
	await Promise.resolve();
	clock.advance(100);
	// What became of it, and then that nothing is left of it.
	expect(write).toHaveBeenCalledTimes(2);
	write.mockRestore();
	expect(state.figures).toMatchObject({ calls: 0, ended: 1 });
	expect(calls.record(id)).toBeUndefined();
	state.stop();
});

test("a final result is in the file as soon as it was told", async () => {
	const { calls, state, legs } = begin();
	const write = spyOn(StateFile.prototype, "write");
	const { id } = placeCall(calls, REQUEST);
	await Promise.resolve();
	// The INVITE follows most often.
	expect(write).not.toHaveBeenCalled();
	clock.advance(0);
	expect(write).toHaveBeenCalledTimes(1);
	legs.leg(0).fail(486);
	await Promise.resolve();
	expect(write).toHaveBeenCalledTimes(2);
	const [changes = []] = write.mock.lastCall ?? [];
	expect(changes).toMatchObject([{ id, ended: {} }]);
	write.mockRestore();
	state.stop();
});

test("a call whose end was told, and whose record says that it goes on, is over in the next process", async () => {
	const first = begin();
	const { id } = placeCall(first.calls, REQUEST);
	clock.advance(100);
	first.legs.leg(0).fail(486);
	await Promise.resolve();
	// As it is when the process is killed now.
	const left = readFileSync(path);
	first.state.stop();
	path = join(folder, "left");
	writeFileSync(path, left);
	const second = begin();
	expect(second.calls.list()).toEqual([]);
	expect(second.live.get(id)).toMatchObject({ state: "ended", result: { code: 486 } });
	clock.advance(100);
	expect(second.state.figures).toMatchObject({ calls: 0, ended: 1 });
	second.state.stop();
});

test("an INVITE is in the file as soon as it is out, and other messages a little later", async () => {
	const { calls, state, legs } = begin();
	placeCall(calls, REQUEST);
	clock.advance(0);
	const write = spyOn(StateFile.prototype, "write");
	const [order] = legs.requests;
	const record = spyOn(calls, "record");
	let version = 0;
	record.mockImplementation(() => callRecord({ startedAt: ++version }));
	order?.watch?.changed();
	await Promise.resolve();
	expect(write).not.toHaveBeenCalled();
	order?.watch?.changed(true);
	await Promise.resolve();
	expect(write).toHaveBeenCalledTimes(1);
	order?.watch?.changed();
	clock.advance(50);
	expect(write).toHaveBeenCalledTimes(2);
	write.mockRestore();
	record.mockRestore();
	state.stop();
});

test("a server without calls sleeps: nothing wakes it, except to bring what was written to the disk", async () => {
	const sync = spyOn(StateFile.prototype, "sync");
	const { calls, legs, state } = begin();
	/** @returns after how many looks at the file nothing is left to do. */
	const untilAsleep = async (): Promise<number> => {
		let looks = 0;
		for (; clock.pending > 0 && looks < 10; looks += 1) {
			clock.advance(500);
			await sync.mock.results.at(-1)?.value;
			for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
		}
		return looks;
	};
	expect(await untilAsleep()).toBe(1);
	for (const index of [0, 1]) {
		placeCall(calls, REQUEST);
		expect(clock.pending).toBeGreaterThan(0);
		legs.leg(index).fail(486);
		expect(await untilAsleep()).toBe(1);
	}
	const write = spyOn(StateFile.prototype, "write").mockImplementation(() => {
		throw new Error("database or disk is full");
	});
	placeCall(calls, REQUEST);
	legs.leg(2).fail(486);
	// It is tried again for as long as that takes.
	expect(await untilAsleep()).toBe(10);
	write.mockRestore();
	expect(await untilAsleep()).toBe(2);
	expect(state.figures).toMatchObject({ waiting: 0, failed: false, ended: 3 });
	const { length } = sync.mock.calls;
	clock.advance(DAY);
	expect(sync.mock.calls.length).toBe(length);
	sync.mockRestore();
	state.stop();
	expect(clock.pending).toBe(0);
});

test("a disk that is full for long neither fills the memory nor is tried at each change", async () => {
	const { calls, state, legs } = begin();
	const write = spyOn(StateFile.prototype, "write").mockImplementation(() => {
		throw new Error("database or disk is full");
	});
	for (let index = 0; index < 1500; index += 1) {
		placeCall(calls, REQUEST);
		legs.leg(index).fail(486);
		await Promise.resolve();
	}
	expect(write).toHaveBeenCalledTimes(1);
	clock.advance(500);
	while (write.mock.calls.length < 2) await Bun.sleep(1);
	expect(state.figures).toMatchObject({ waiting: 1000, failed: true });
	write.mockRestore();
	state.stop();
	expect(state.usable).toBe(false);
});

test("calls are written on in the same file while no other one can be begun", () => {
	const { calls, state } = begin();
	const isLarge = spyOn(StateFile.prototype, "isLarge").mockReturnValue(true);
	const moveOn = spyOn(StateFile.prototype, "moveOn").mockImplementation(() => {
		throw Object.assign(new Error("operation not permitted, link"), { code: "EPERM" });
	});
	for (let index = 0; index < 2; index += 1) {
		placeCall(calls, REQUEST);
		clock.advance(100);
	}
	expect(moveOn.mock.calls.length).toBeGreaterThan(1);
	expect(state.figures).toMatchObject({ calls: 2, waiting: 0, failed: false });
	const told = log.lines.filter((line) => line.includes("cannot be made smaller"));
	expect(told.length).toBe(1);
	isLarge.mockRestore();
	moveOn.mockRestore();
	state.stop();
});

test("events of the next process have higher numbers, and keys with their answers are heard again", () => {
	const first = begin();
	expect(first.live.latest).toBe(0);
	placeCall(first.calls, REQUEST);
	const last = first.live.latest;
	expect(last).toBeGreaterThan(0);
	first.state.keys.tell("key", "request", { call: "c" });
	// It is killed.
	const left = readFileSync(path);
	first.state.stop();
	path = join(folder, "left");
	writeFileSync(path, left);
	const second = begin();
	expect(second.live.latest).toBeGreaterThanOrEqual(last);
	const heard: unknown[] = [];
	second.state.keys.hear((...kept) => heard.push(kept));
	expect(heard).toEqual([["key", "request", { call: "c" }]]);
	second.state.stop();
});

test("when the file opens late, events go on after those of the process before, and clients get a snapshot", () => {
	const first = begin();
	for (let index = 0; index < 5; index += 1) placeCall(first.calls, REQUEST);
	first.state.stop();
	const numbers = first.live.latest;
	mkdirSync(`${path}-old`);
	const { live, calls, state } = begin();
	expect(state.usable).toBe(false);
	const heard: number[] = [];
	live.subscribe(({ number }) => heard.push(number));
	placeCall(calls, REQUEST);
	const before = live.latest;
	expect(live.since(before - 1)).toHaveLength(1);
	rmSync(`${path}-old`, { recursive: true });
	clock.advance(30_000);
	expect(state.usable).toBe(true);
	placeCall(calls, REQUEST);
	expect(live.latest).toBeGreaterThan(numbers + before);
	expect(live.since(before)).toBeUndefined();
	expect(live.since(before - 1)).toBeUndefined();
	expect(live.since(live.latest - 1)?.map(({ number }) => number)).toEqual([live.latest]);
	expect(heard).toEqual(heard.toSorted((one, other) => one - other));
	expect(new Set(heard).size).toBe(heard.length);
	state.stop();
	const third = begin();
	expect(third.live.latest).toBeGreaterThanOrEqual(live.latest);
	third.state.stop();
});

test("what has to be written at once is not put off by what is written in its turn", () => {
	const { calls, state, legs } = begin();
	// It comes before the batch of the first call, and what it asks for comes after that.
	clock.after(50, () => placeCall(calls, REQUEST));
	placeCall(calls, REQUEST);
	clock.advance(0);
	legs.requests[0]?.watch?.changed();
	const write = spyOn(StateFile.prototype, "write");
	clock.advance(50);
	const written = write.mock.calls.flatMap(([changes]) => changes.map(({ id }) => id));
	expect(written).toContain(calls.list()[1]?.id ?? expect.unreachable());
	write.mockRestore();
	state.stop();
});
