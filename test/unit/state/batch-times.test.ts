import { expect, test } from "bun:test";
import fc from "fast-check";
import type { LiveCall } from "../../../src/live/types.ts";
import type { StateFile } from "../../../src/state/state-file.ts";
import { StateWriter } from "../../../src/state/state-writer.ts";
import { callRecord } from "../../support/call-record.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

/** What was written at once. */
interface Written {
	readonly at: number;
	/** Whose record. */
	readonly records: readonly string[];
	/** Whose end. */
	readonly ends: readonly string[];
}

/** A writer that tells what it writes, with the timers that ran for it. */
class Scene {
	readonly clock = new FakeClock();
	readonly written: Written[] = [];
	timersRun = 0;
	readonly writer: StateWriter;
	#records: string[] = [];

	constructor(onWrite: (written: Written) => void = () => {}) {
		const { clock } = this;
		const after: FakeClock["after"] = (delay, task) =>
			clock.after(delay, () => {
				if (delay > 0) this.timersRun += 1;
				task();
			});
		this.writer = new StateWriter({
			clock: { now: () => clock.now(), after },
			wall: clock,
			log: new MemoryLogger(),
			record: (id) => {
				this.#records.push(id);
				return callRecord({ id, state: "calling initiator" });
			},
			live: () => ({}) as LiveCall,
			wrote: () => {},
		});
		const write: StateFile["write"] = (changes) => {
			const ends = changes.flatMap(({ id, ended }) => (ended ? [id] : []));
			const written = { at: clock.now(), records: this.#records, ends };
			this.#records = [];
			this.written.push(written);
			onWrite(written);
		};
		this.writer.use({ write, isLarge: () => false } as unknown as StateFile);
	}

	end(id: string): void {
		const event = { kind: "state", call: { state: "ended" } };
		this.writer.published(this.writer.watch(id), event as Parameters<StateWriter["published"]>[1]);
	}
}

test("under load, what is left to a batch is written with what is urgent, and no timer wakes the server", async () => {
	const scene = new Scene();
	const { clock, writer, written } = scene;
	for (let time = 0; time < 1000; time += 5) {
		writer.watch(`slow ${time}`).changed();
		writer.watch(`urgent ${time}`).changed(true);
		await Promise.resolve();
		clock.advance(5);
	}
	expect(scene.timersRun).toBe(0);
	expect(written.length).toBe(200);
	expect(written.filter(({ records }) => records.length > 1).length).toBeGreaterThan(40);
	for (const { at, records } of written)
		for (const [, time] of records.flatMap((id) => [/^slow (\d+)$/.exec(id) ?? []]))
			if (time !== undefined) expect(at - Number(time)).toBeWithin(15, 51);
});

test("a call of its own needs one timer, after which the server sleeps", async () => {
	const scene = new Scene();
	const { clock, writer, written } = scene;
	writer.watch("a").changed(true);
	await Promise.resolve();
	expect([written.length, clock.pending]).toEqual([1, 0]);
	clock.advance(10);
	for (let count = 0; count < 3; count += 1) writer.watch("a").changed();
	clock.advance(20);
	writer.watch("b").changed();
	clock.advance(30);
	expect(written.at(-1)).toMatchObject({ at: 55, records: ["a", "b"] });
	expect([written.length, scene.timersRun, clock.pending]).toEqual([2, 1, 0]);
});

test("the end of a call goes with whatever is written next, or with what is left of the call", async () => {
	const scene = new Scene();
	const { clock, writer, written } = scene;
	scene.end("a");
	await Promise.resolve();
	clock.advance(10);
	expect(written).toEqual([]);
	writer.watch("b").changed(true);
	await Promise.resolve();
	expect(written).toEqual([{ at: 10, records: ["b"], ends: ["a"] }]);
	clock.advance(40);
	scene.end("b");
	clock.advance(50);
	expect(written.slice(1)).toEqual([
		{ at: 45, records: ["a"], ends: [] },
		{ at: 95, records: ["b"], ends: ["b"] },
	]);
});

const step = fc.record({
	id: fc.constantFrom("a", "b", "c", "d"),
	what: fc.constantFrom("changed", "changed", "changed", "soon", "turn", "end"),
	wait: fc.oneof(fc.constant(0), fc.nat(8), fc.nat(60)),
});

test("no change waits longer than 50 ms, whatever else is written, and nothing urgent waits for anything", async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
			const changed = new Map<string, number>();
			const ended = new Map<string, number>();
			const scene = new Scene(({ at, records, ends }) => {
				for (const [since, ids] of [
					[changed, records],
					[ended, ends],
				] as const) {
					for (const id of ids) since.delete(id);
					for (const time of since.values()) expect(at - time).toBeLessThanOrEqual(50);
				}
			});
			const { clock, writer } = scene;
			for (const { id, what, wait } of steps) {
				if (!changed.has(id)) changed.set(id, clock.now());
				if (what === "end") {
					if (!ended.has(id)) ended.set(id, clock.now());
					scene.end(id);
				} else if (what === "turn") writer.note(writer.watch(id), "turn");
				else writer.watch(id).changed(what === "soon");
				await Promise.resolve();
				if (what === "soon") expect(changed.has(id)).toBe(false);
				clock.advance(0);
				if (what === "turn") expect(changed.has(id)).toBe(false);
				clock.advance(wait);
				for (const time of [...changed.values(), ...ended.values()])
					expect(clock.now() - time).toBeLessThanOrEqual(50);
			}
			clock.advance(50);
			expect([changed.size, ended.size, writer.waiting, clock.pending]).toEqual([0, 0, 0, 0]);
		}),
	);
});
