import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rowOf } from "../../../src/call/call-row.ts";
import type { CallState } from "../../../src/call/events.ts";
import { recordIn } from "../../../src/state/state-content.ts";
import { StateFile } from "../../../src/state/state-file.ts";
import { StateWriter } from "../../../src/state/state-writer.ts";
import { callRecord, legRecord } from "../../support/call-record.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

test("calls that were restored are written bit by bit, and only then the file says so; others are not put off", async () => {
	const folder = mkdtempSync(join(tmpdir(), "state-"));
	const [clock, log] = [new FakeClock(), new MemoryLogger()];
	const wall = { now: () => clock.now() };
	const open = (): StateFile =>
		StateFile.open({ path: join(folder, "state"), identity: "sip:a@example.com", log, now: new Date(0) });
	const first = open();
	const ids = Array.from({ length: 100 }, (_, index) => `c${index}`);
	first.write(ids.map((id) => ({ id, row: [2, id], ended: undefined })));
	first.close();
	const file = open();
	const written: string[][] = [];
	const write = file.write.bind(file);
	file.write = (changes) => {
		written.push(changes.map(({ id }) => id));
		write(changes);
	};
	let settled = 0;
	const settle = file.settle.bind(file);
	file.settle = () => {
		settled = written.length;
		settle();
	};
	// Nothing is left of any call.
	const writer = new StateWriter({
		clock,
		wall,
		log,
		record: () => undefined,
		live: () => undefined,
		wrote: () => {},
	});
	writer.use(file);
	for (const id of ids) {
		// Whoever restores it may have said that it has changed.
		writer.watch(id).changed(true);
		writer.replace(id);
	}
	writer.settle();
	expect([writer.calls, writer.waiting]).toEqual([100, 0]);
	await Promise.resolve();
	// Something urgent, of which nothing is left, has taken the first ones along.
	expect(written).toEqual([ids.slice(0, 25)]);
	clock.advance(25);
	expect(written).toEqual([ids.slice(0, 25), ids.slice(25, 50)]);
	writer.note(writer.watch("c99"), "turn");
	clock.advance(0);
	expect(written.at(-1)).toEqual(["c99"]);
	clock.advance(50);
	expect(written.map(({ length }) => length)).toEqual([25, 25, 1, 25, 24]);
	expect([writer.calls, settled]).toEqual([0, 5]);
	writer.stop();
	file.close();
	const next = open();
	expect([next.records.size, next.restores]).toEqual([0, 1]);
	next.close();
	rmSync(folder, { recursive: true });
});

test("without a file nothing wakes the machine, and what waits is written once there is one", () => {
	const folder = mkdtempSync(join(tmpdir(), "state-"));
	const [clock, log] = [new FakeClock(), new MemoryLogger()];
	const writer = new StateWriter({
		clock,
		wall: { now: () => clock.now() },
		log,
		record: () => undefined,
		live: () => undefined,
		wrote: () => {},
	});
	writer.replace("c1");
	writer.watch("c2").changed();
	expect(clock.pending).toBe(0);
	const file = StateFile.open({
		path: join(folder, "state"),
		identity: "sip:a@example.com",
		log,
		now: new Date(0),
	});
	writer.use(file);
	clock.advance(100);
	expect([writer.calls, writer.waiting, clock.pending]).toEqual([0, 0, 0]);
	writer.stop();
	file.close();
	rmSync(folder, { recursive: true });
});

test("while a call is set up only what has changed is written, in a new file everything, and once it lasts, too", () => {
	const folder = mkdtempSync(join(tmpdir(), "state-"));
	const [clock, log] = [new FakeClock(), new MemoryLogger()];
	const path = join(folder, "state");
	const file = StateFile.open({ path, identity: "sip:a@example.com", log, now: new Date(0) });
	let large = false;
	file.isLarge = () => large;
	let state: CallState = "calling initiator";
	const writer = new StateWriter({
		clock,
		wall: { now: () => clock.now() },
		log,
		record: (id) => callRecord({ id, state }),
		live: () => undefined,
		wrote: () => {},
	});
	writer.use(file);
	const written = (next: CallState, id = "a"): string[] => {
		const before = readFileSync(path, "utf8").length;
		state = next;
		writer.note(writer.watch(id), "turn");
		clock.advance(0);
		const lines = readFileSync(path, "utf8").slice(before).trimEnd().split("\n");
		return lines.map((line) => line.slice(9));
	};
	const whole = (id: string): string => `+${id} ${JSON.stringify(rowOf(callRecord({ id, state })))}`;
	expect(written("calling initiator")).toEqual([whole("a")]);
	expect(written("calling destination")).toEqual(['~a 1 [12,1,"calling destination"]']);
	expect(written("connected")).toEqual(['~a 2 [12,1,"connected"]']);
	expect(written("joining")).toEqual([whole("a")]);
	expect(written("joining")).toEqual(["~a 1 []"]);
	// Calls are carried over into a new file bit by bit; one that has not been yet is written whole there, too.
	for (let index = 0; index < 30; index += 1) written("joining", `c${index}`);
	clock.advance(50);
	large = true;
	writer.note(writer.watch("c0"), "batch");
	clock.advance(50);
	large = false;
	expect(readFileSync(path, "utf8")).toContain('+a [2,"a",');
	expect(readFileSync(path, "utf8")).not.toContain('"c29"');
	expect(written("joining")).toEqual(["~a 1 []"]);
	expect(written("joining", "c29")).toEqual([whole("c29")]);
	writer.stop();
	file.close();
	rmSync(folder, { recursive: true });
});

test("what could not be written is not what the next change is told from", () => {
	const folder = mkdtempSync(join(tmpdir(), "state-"));
	const [clock, log] = [new FakeClock(), new MemoryLogger()];
	const open = (): StateFile =>
		StateFile.open({ path: join(folder, "state"), identity: "sip:a@example.com", log, now: new Date(0) });
	const file = open();
	let state: CallState = "calling initiator";
	const writer = new StateWriter({
		clock,
		wall: { now: () => clock.now() },
		log,
		record: (id) =>
			callRecord({ id, state, ...(state === "referring" && { initiatorLeg: legRecord({ transfer: "t" }) }) }),
		live: () => undefined,
		wrote: () => {},
	});
	writer.use(file);
	writer.note(writer.watch("a"), "turn");
	clock.advance(0);
	const { write } = file;
	file.write = () => {
		throw new Error("no space left on device");
	};
	state = "referring";
	writer.note(writer.watch("a"), "turn");
	clock.advance(0);
	expect(writer.failed).toBe(true);
	file.write = write;
	writer.writeAll();
	expect(writer.failed).toBe(false);
	writer.stop();
	file.close();
	const next = open();
	expect(Array.from(next.records.values(), recordIn)).toMatchObject([
		{ id: "a", state: "referring", initiatorLeg: { transfer: "t" } },
	]);
	next.close();
	rmSync(folder, { recursive: true });
});
