import { afterEach, beforeEach, describe, expect, spyOn, test } from "bun:test";
import type { CallService } from "../../../src/call/call-service.ts";
import { Cluster } from "../../../src/cluster/cluster.ts";
import { CLAIM } from "../../../src/cluster/scripts.ts";
import { LiveCalls } from "../../../src/live/live-calls.ts";
import type { LegRecord } from "../../../src/sip/leg/leg-record.ts";
import type { Clock } from "../../../src/time/clock.ts";
import { gatedClock } from "../../../src/time/gate.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeLegs } from "../../support/fake-leg.ts";
import { FakeRedis } from "../../support/fake-redis.ts";
import { answeredLeg } from "../../support/leg-bench.ts";
import { makeCallService } from "../../support/make-call-service.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";
import { sdp } from "../call/support.ts";

const START = 1_800_000_000_000;
const PREFIX = "clicktocall:sip:click2call@example.com:";

let clock: FakeClock;
let redis: FakeRedis;
let written: LegRecord;
let boxes: Box[];

/** The clock of a box, which can be frozen: all timers that were due meanwhile fire at once when it goes on. */
class BoxClock implements Clock {
	readonly #timers = new FakeClock();
	#now: number | undefined;
	frozen = false;

	now(): number {
		return this.#now ?? this.#timers.now();
	}

	after(delay: number, task: () => void): () => void {
		return this.#timers.after(this.now() - this.#timers.now() + delay, task);
	}

	/** @param time by the clock of the test. */
	goTo(time: number): void {
		if (this.frozen) return;
		this.#now = time;
		this.#timers.advance(time - this.#timers.now());
		this.#now = undefined;
	}
}

/** One box; its legs are fakes. */
class Box {
	readonly clock = new BoxClock();
	readonly legs = new FakeLegs();
	readonly log = new MemoryLogger();
	readonly live: LiveCalls;
	readonly service: CallService;
	readonly cluster: Cluster;

	constructor(
		readonly name: string,
		takeOver: "address" | "refresh" = "refresh",
		has: (address: string) => boolean = () => false,
	) {
		const { legs, log, clock: own } = this;
		own.goTo(clock.now());
		const wall = { now: () => START + own.now() };
		this.live = new LiveCalls({ clock: own, wall });
		this.live.box = name;
		this.cluster = new Cluster({
			places: [{ kind: "server", url: "redis://192.0.2.9" }],
			identity: "sip:click2call@example.com",
			box: name,
			address: `address of ${name}`,
			takeOver,
			maxCallsTotal: 4,
			clock: own,
			wall,
			log,
			connect: redis.connectionsOf(name),
			hasAddress: has,
		});
		this.service = makeCallService({
			legs,
			clock: gatedClock(own, this.cluster.gate),
			wall,
			maxCallsTotal: 4,
			limits: { initiatorTimeout: 0, destinationTimeout: 0, maxDuration: 30_000 },
		});
		this.service.events.subscribe(this.live.hear);
		boxes.push(this);
	}

	async start(): Promise<this> {
		const started = this.cluster.start();
		await run(100);
		await started;
		this.cluster.attach(this.service, this.live);
		await run(100);
		return this;
	}

	/** Places a call; connects it unless only its initiator is to ring. */
	async place(connected = true): Promise<string> {
		const origin = { via: "http", peer: "192.0.2.5" } as const;
		const first = this.legs.made.length;
		const placed = this.service.place({ initiator: "alice", destination: "bob", anchor: true, origin });
		if (!placed.accepted) throw new Error(placed.result.text);
		// The others are asked whether there is room.
		await run(10);
		if (connected) {
			this.legs.leg(first).answer(sdp(4000));
			this.legs.leg(first + 1).answer(sdp(4001));
			this.legs.leg(first).reinviting?.onAccepted(sdp(4000), () => {});
			for (const leg of this.legs.made.slice(first))
				leg.written = { ...written, address: leg.address.toRaw() };
			const call = this.service.list().at(-1);
			if (call?.state !== "connected") throw new Error(`it is ${call?.state}`);
		}
		await run(100);
		return placed.id;
	}

	/** The calls that it shows, with the box that has each. */
	get shown(): string[] {
		return this.live.list().map(({ id, box }) => `${id} ${box}`);
	}

	/** What was asked of its phones since they were restored or called. */
	get asked(): string[] {
		return this.legs.made.flatMap(({ asked }) => asked);
	}
}

/** Lets time pass, with all that happens meanwhile. */
async function run(milliseconds: number): Promise<void> {
	for (let passed = 0; passed < milliseconds; passed += 10) {
		clock.advance(10);
		for (const box of boxes) box.clock.goTo(clock.now());
		for (let turn = 0; turn < 12; turn++) await Promise.resolve();
	}
}

beforeEach(async () => {
	const { leg } = await answeredLeg();
	const record = leg.record({ now: () => START });
	if (!record) throw new Error("no record");
	written = record;
	clock = new FakeClock();
	redis = new FakeRedis(clock);
	boxes = [];
});

afterEach(async () => {
	redis.cut.clear();
	for (const box of boxes) box.clock.frozen = false;
	const stopping = boxes.map(({ cluster }) => cluster.stop().then(() => cluster.close()));
	await run(3000);
	await Promise.all(stopping);
});

describe("while all is well", () => {
	test("each box shows the calls of all, and how they ended", async () => {
		const [one, two] = [await new Box("one").start(), await new Box("two").start()];
		const id = await one.place();
		expect(two.shown).toEqual([`${id} one`]);
		expect(two.live.get(id)?.state).toBe("connected");
		expect(two.cluster.figures.heardLag).toBeWithin(0, 0.05);
		const took: number[] = [];
		one.cluster.watchCommands((seconds) => took.push(seconds));
		one.service.hangUp(id);
		await run(100);
		expect(two.shown).toEqual([]);
		expect(two.live.get(id)?.result?.code).toBe(200);
		expect(took.length).toBeGreaterThan(0);
		await run(10_000);
		expect([one.cluster.figures.takeOvers, two.cluster.figures.takeOvers]).toEqual([0, 0]);
	});

	test("any box hangs up any call", async () => {
		const [one, two] = [await new Box("one").start(), await new Box("two").start()];
		const id = await one.place();
		expect(two.service.hangUp(id)).toBe(true);
		await run(100);
		expect(one.service.open).toBe(0);
		expect(two.service.hangUp(id)).toBe(false);
	});

	test("the calls of all boxes count for MaxCallsTotal", async () => {
		const [one, two] = [await new Box("one").start(), await new Box("two").start()];
		for (const box of [one, two, one, two]) await box.place();
		for (const box of [one, two]) {
			const placed = box.service.place({
				initiator: "a",
				destination: "b",
				anchor: true,
				origin: { via: "http" },
			});
			expect(placed).toMatchObject({
				accepted: false,
				result: { text: "Too many calls: MaxCallsTotal is 4" },
			});
		}
		one.service.hangUp(one.service.list()[0]?.id ?? "");
		await run(100);
		await two.place();
	});

	test("MaxCallsTotal holds when all boxes are asked at the same time: what is too much calls nobody", async () => {
		const [one, two] = [await new Box("one").start(), await new Box("two").start()];
		await one.place();
		const results: string[] = [];
		const ask = (box: Box): void => {
			const placed = box.service.place({
				initiator: "alice",
				destination: "bob",
				anchor: true,
				origin: { via: "http" },
			});
			if (placed.accepted) placed.listen(({ code, text, final }) => final && results.push(`${code} ${text}`));
		};
		for (let count = 0; count < 3; count++) {
			ask(one);
			ask(two);
		}
		expect([one.service.open, two.service.open]).toEqual([4, 3]);
		await run(300);
		expect([one.service.open + two.service.open, one.live.inProgress, two.live.inProgress]).toEqual([
			4, 4, 4,
		]);
		expect(results).toEqual(Array(3).fill("503 Too many calls: MaxCallsTotal is 4"));
		// The two legs of the first call, and one of each that was admitted.
		expect(one.legs.made.length + two.legs.made.length).toBe(5);
		for (const { id } of [...one.service.list(), ...two.service.list()]) one.service.hangUp(id);
		await run(500);
		expect([one.service.open, two.service.open]).toEqual([0, 0]);
		// All of them may be those of one box.
		for (let count = 0; count < 4; count++) ask(two);
		await run(100);
		expect(two.service.open).toBe(4);
	});

	test("a call that waits for the others can be hung up, and calls nobody then", async () => {
		const one = await new Box("one").start();
		const placed = one.service.place({
			initiator: "alice",
			destination: "bob",
			anchor: true,
			origin: { via: "http" },
		});
		if (!placed.accepted) throw new Error(placed.result.text);
		one.service.hangUp(placed.id);
		await run(100);
		expect([one.service.open, one.legs.made.length]).toEqual([0, 0]);
	});

	test("a box that starts later learns of all", async () => {
		const one = await new Box("one").start();
		const id = await one.place();
		const two = await new Box("two").start();
		await run(1000);
		expect(two.shown).toEqual([`${id} one`]);
	});
});

describe("a box that is cut off", () => {
	test("loses its calls to exactly one other as soon as its lease is over", async () => {
		const [one, two, three] = [
			await new Box("one").start(),
			await new Box("two").start(),
			await new Box("three").start(),
		];
		const id = await one.place();
		await run(10_000);
		redis.cut.add("one");
		const cutAt = clock.now();
		while (two.service.open + three.service.open === 0 && clock.now() - cutAt < 10_000) await run(10);
		expect(clock.now() - cutAt).toBeGreaterThan(1900);
		expect(clock.now() - cutAt).toBeLessThan(2700);
		await run(1000);
		expect(two.service.open + three.service.open).toBe(1);
		const [taker, other] = two.service.open === 1 ? [two, three] : [three, two];
		expect(taker.asked).toEqual(["probe", "probe"]);
		expect(other.shown).toEqual([`${id} ${taker.name}`]);
		expect(one.service.open).toBe(1);
	});

	test("lets go without a BYE what another one has, and keeps what began meanwhile", async () => {
		const [one, two] = [await new Box("one").start(), await new Box("two").start()];
		const before = await one.place();
		await run(7000);
		redis.cut.add("one");
		await run(10_000);
		const during = await one.place();
		await run(1000);
		const over = await one.place();
		one.service.hangUp(over);
		redis.cut.delete("one");
		await run(5000);
		expect(one.service.list().map(({ id }) => id)).toEqual([during]);
		const [alice, bob] = one.legs.made;
		for (const leg of [alice, bob]) expect(leg?.asked).not.toContain("BYE");
		expect(alice?.asked.at(-1)).toBe("drop");
		expect(one.shown.sort()).toEqual([`${before} two`, `${during} one`].sort());
		expect(two.shown.sort()).toEqual(one.shown.sort());
		expect(two.live.get(over)?.state).toBe("ended");
		expect(one.cluster.figures.fenced).toBe(1);
		// It has a lease again, and its calls are taken over when it is cut off once more.
		redis.cut.add("one");
		await run(5000);
		expect(two.service.list().length).toBe(2);
	});

	test("ends what a phone has answered since another one ended its set-up", async () => {
		const [one, two] = [await new Box("one").start(), await new Box("two").start()];
		const id = await one.place(false);
		await run(7000);
		redis.cut.add("one");
		await run(5000);
		expect(two.live.get(id)?.result?.code).toBe(487);
		one.legs.leg(0).answer(sdp(4000));
		redis.cut.delete("one");
		await run(3000);
		expect(one.service.open).toBe(0);
		expect(one.legs.leg(0).asked).toContain("BYE");
	});

	test("that asks a dead connection notices within a second, and goes on", async () => {
		const one = await new Box("one").start();
		redis.cut.add("one");
		const cutAt = START + clock.now();
		await run(2000);
		expect(one.cluster.figures.lostSince).toBeWithin(cutAt, cutAt + 2000);
		const id = await one.place();
		redis.cut.delete("one");
		await run(3000);
		expect(one.cluster.figures.lostSince).toBeUndefined();
		expect([...redis.hash(`${PREFIX}calls:one`).keys()]).toEqual([id]);
		expect(one.cluster.figures.lag).toBe(0);
	});
});

test("a box without its cluster lists its own calls, and says since when; a short absence is no matter", async () => {
	const [one, two] = [await new Box("one").start(), await new Box("two").start()];
	const [own, others] = [await one.place(), await two.place()];
	const told: (number | undefined)[] = [];
	one.live.sight.watch(() => told.push(one.live.sight.lostSince));
	redis.cut.add("one");
	await run(2000);
	redis.cut.delete("one");
	await run(4000);
	expect(told).toEqual([]);
	expect(one.shown).toEqual([`${own} one`, `${others} two`]);
	redis.cut.add("one");
	const cutAt = START + clock.now();
	// A second until that is noticed, and three more.
	await run(5500);
	expect(told).toHaveLength(1);
	expect(told[0]).toBeWithin(cutAt, cutAt + 2000);
	// The other one has taken its calls over by now.
	expect(one.shown).toEqual([`${own} one`]);
	// It cannot know how many calls there are elsewhere, and takes requests.
	for (let more = 0; more < 3; more++) await one.place();
	redis.cut.delete("one");
	await run(4000);
	expect(told[1]).toBeUndefined();
	expect(told).toHaveLength(2);
	expect(one.shown).toContain(`${others} two`);
});

test("a box that was cut off learns how a call ended that it had seen begin", async () => {
	const [one, two] = [await new Box("one").start(), await new Box("two").start()];
	const id = await two.place(false);
	expect(one.live.get(id)?.state).toBe("calling initiator");
	redis.cut.add("one");
	await run(2000);
	two.service.hangUp(id);
	await run(1000);
	redis.cut.delete("one");
	await run(4000);
	expect(one.shown).toEqual([]);
	expect(one.live.get(id)).toMatchObject({ state: "ended", box: "two", result: { code: 487 } });
});

test("a box that starts without its cluster says so", async () => {
	redis.cut.add("one");
	const starting = new Box("one").start();
	await run(6000);
	const one = await starting;
	expect(one.live.sight.lostSince).toBeWithin(START, START + 3000);
	redis.cut.delete("one");
	await run(3000);
	expect(one.live.sight.lostSince).toBeUndefined();
});

test("a box that was frozen does nothing before it knows who has its calls", async () => {
	const [one, two] = [await new Box("one").start(), await new Box("two").start()];
	const id = await one.place();
	await run(15_000);
	one.clock.frozen = true;
	await run(20_000);
	expect(two.live.get(id)?.box).toBe("two");
	// The call has become as old as it may get, and the box that has it now has ended it: this one must not, too.
	one.clock.frozen = false;
	await run(5000);
	expect(one.service.open).toBe(0);
	expect(one.asked).not.toContain("BYE");
	expect(one.asked.filter((what) => what === "drop").length).toBe(2);
	expect(two.asked.filter((what) => what === "BYE").length).toBe(2);
	expect(one.log.lines.join("\n")).toContain("1 let go");
	await one.place();
	await run(1000);
	expect(two.shown).toEqual(one.shown);
});

test("an order to hang up reaches the box that takes the call over", async () => {
	const [one, two, three] = [
		await new Box("one").start(),
		await new Box("two").start(),
		await new Box("three").start(),
	];
	const id = await one.place();
	await run(7000);
	redis.cut.add("one");
	await run(100);
	expect(two.service.hangUp(id)).toBe(true);
	await run(6000);
	expect(two.service.open + three.service.open).toBe(0);
	expect([two, three].flatMap(({ asked }) => asked).filter((what) => what === "BYE").length).toBe(2);
	expect(two.live.get(id)?.state).toBe("ended");
});

test("calls that were claimed are taken up although the answer was lost", async () => {
	const [one, two] = [await new Box("one").start(), await new Box("two").start()];
	const id = await one.place();
	await run(7000);
	redis.losing.set("two", CLAIM);
	redis.cut.add("one");
	await run(3100);
	expect(redis.losing.size).toBe(0);
	expect(two.service.open).toBe(0);
	await run(3000);
	expect(two.service.list().map((call) => call.id)).toEqual([id]);
	expect(two.asked).toContain("probe");
});

describe("an engine that was emptied", () => {
	test("is told everything again, and nobody is taken for dead", async () => {
		const [one, two] = [await new Box("one").start(), await new Box("two").start()];
		const ids = [await one.place(), await two.place()];
		await run(7000);
		redis.empty();
		await run(10_000);
		expect(one.shown.length).toBe(2);
		expect([...redis.hash(`${PREFIX}calls:one`).keys()]).toEqual(ids.slice(0, 1));
		expect(one.cluster.figures.takeOvers + two.cluster.figures.takeOvers).toBe(0);
		const later = await two.place();
		expect(one.shown).toContain(`${later} two`);
	});

	test("has nothing left of calls that ended while it was away", async () => {
		const one = await new Box("one").start();
		const id = await one.place();
		expect(redis.hash(`${PREFIX}calls:one`).size).toBe(1);
		redis.cut.add("one");
		await run(1000);
		one.service.hangUp(id);
		redis.cut.delete("one");
		await run(2000);
		expect(redis.hash(`${PREFIX}calls:one`).size).toBe(0);
	});
});

test("by addresses, calls are taken over by the box that has the address", async () => {
	let moved = false;
	const has = (address: string): boolean => moved && address === "address of one";
	const [one, two] = [await new Box("one", "address").start(), await new Box("two", "address", has).start()];
	await one.place();
	await run(7000);
	redis.cut.add("one");
	await run(10_000);
	expect(two.service.open).toBe(0);
	moved = true;
	await run(1000);
	expect(two.service.open).toBe(1);
});

test("a box that starts again learns which of its calls others have", async () => {
	const [one, two] = [await new Box("one").start(), await new Box("two").start()];
	const id = await one.place();
	await run(7000);
	redis.cut.add("one");
	await run(5000);
	expect(two.service.open).toBe(1);
	one.clock.frozen = true;
	redis.cut.delete("one");
	const next = new Box("one");
	const started = next.cluster.start();
	await run(100);
	await started;
	expect(next.cluster.goneCalls.get(id)).toBe("connected");
});

describe("boxes of two versions", () => {
	/** What an engine has of a box that is gone: its calls, by what it says of itself. */
	function leave(name: string, said: object, envelopes: Readonly<Record<string, unknown>>): void {
		redis.hash(`${PREFIX}epochs`).set(name, "1");
		redis.hash(`${PREFIX}boxes`).set(name, JSON.stringify({ version: "9", address: name, ...said }));
		for (const [id, envelope] of Object.entries(envelopes))
			redis.hash(`${PREFIX}calls:${name}`).set(id, JSON.stringify(envelope));
	}

	/** A box with a call, what it has written of it, and a second box. */
	async function withCall() {
		const one = await new Box("one").start();
		const id = await one.place();
		const text = redis.hash(`${PREFIX}calls:one`).get(id) ?? "";
		one.service.hangUp(id);
		await run(200);
		const two = await new Box("two").start();
		const envelope = JSON.parse(text) as { readonly record: object; readonly call: object };
		return { id, envelope, boxes: [one, two] as const, warnings: () => [one, two].flatMap(warningsOf) };
	}

	const warningsOf = ({ log }: Box): string[] => log.lines.filter((line) => /gone|taken over/.test(line));

	test("a call of one that did not tell the version of its records is taken over", async () => {
		const { id, envelope, boxes } = await withCall();
		leave("old", {}, { call2: { ...envelope, record: { ...envelope.record, id: "call2" } } });
		await run(10_000);
		expect(boxes.reduce((sum, { service }) => sum + service.open, 0)).toBe(1);
		expect(redis.hash(`${PREFIX}calls:old`).size).toBe(0);
		expect(id).not.toBe("call2");
	});

	test("fields that are not known are passed over", async () => {
		const { envelope, boxes } = await withCall();
		const record = { ...envelope.record, id: "call2", parkedAt: 5 };
		leave("newer", { records: 2, load: 5 }, { call2: { ...envelope, record, tags: ["x"] } });
		await run(10_000);
		expect(boxes.reduce((sum, { service }) => sum + service.open, 0)).toBe(1);
	});

	test("calls with records of a later version stay for a box that can read them", async () => {
		const { envelope, boxes, warnings } = await withCall();
		const record = { ...envelope.record, id: "call2", version: 3 };
		leave("newer", { records: 3 }, { call2: { ...envelope, record } });
		await run(20_000);
		expect(boxes.reduce((sum, { service }) => sum + service.open, 0)).toBe(0);
		expect([...redis.hash(`${PREFIX}calls:newer`).keys()]).toEqual(["call2"]);
		expect(warnings()).toEqual(
			boxes.map(() => expect.stringContaining("version 3, which this one cannot read")),
		);
	});

	test.each([
		["an envelope of a later version", { version: 2, record: { version: 2 } }],
		["a record of another version than the box has told", { version: 1, record: { version: 3 } }],
		["no envelope", "call"],
	])("%s is told and passed over; the other calls are taken over", async (_what, broken) => {
		const { envelope, boxes, warnings } = await withCall();
		leave("newer", {}, { broken, call2: { ...envelope, record: { ...envelope.record, id: "call2" } } });
		await run(10_000);
		expect(boxes.flatMap(({ service }) => service.list().map(({ id }) => id))).toEqual(["call2"]);
		expect(warnings().join()).toContain("cannot be taken over: broken");
	});

	test("what happens to calls in a way that is not known does no harm", async () => {
		const { boxes } = await withCall();
		const [one, two] = boxes;
		const tell = (event: string): void => {
			redis.add(`${PREFIX}events`, ["box", "newer", "event", event]);
		};
		tell("no JSON");
		tell(JSON.stringify({ version: 2, event: { at: 1, kind: "moved", call: { id: "x" } } }));
		tell(JSON.stringify({ version: 1, event: { at: 1, kind: "state", call: { id: "x", state: "parked" } } }));
		redis.add(`${PREFIX}events`, ["something", "else"]);
		redis.add(`${PREFIX}orders:one`, ["park", "x"]);
		await run(200);
		const id = await one.place();
		expect(two.shown).toEqual([`${id} one`]);
	});
});

describe("an Idempotency-Key", () => {
	test("is in the hands of one box at a time, and its answer is told", async () => {
		const [one, two] = [await new Box("one").start(), await new Box("two").start()];
		const heard: unknown[] = [];
		two.cluster.keyExchange.hear((...told) => heard.push(told));
		const taken = Promise.all([one, two].map(({ cluster }) => cluster.keyExchange.take("k")));
		await run(50);
		expect(await taken).toEqual([true, false]);
		one.cluster.keyExchange.tell("k", "digest", { call: 1 });
		await run(100);
		expect(heard).toEqual([["k", "digest", { call: 1 }]]);
		one.cluster.keyExchange.release("other");
		const other = two.cluster.keyExchange.take("other");
		await run(50);
		expect(await other).toBe(true);
	});

	test("without the engine is in the hands of each box", async () => {
		const one = await new Box("one").start();
		redis.cut.add("one");
		const first = one.cluster.keyExchange.take("k");
		await run(2000);
		expect(await first).toBe(true);
		expect(await one.cluster.keyExchange.take("k")).toBe(true);
	});
});

describe("a take-over that is late", () => {
	const COUNT = 80;

	/** Three boxes, of which the first one is gone and has left many calls behind. */
	async function bereft() {
		const one = await new Box("one").start();
		const id = await one.place();
		const text = redis.hash(`${PREFIX}calls:one`).get(id) ?? "";
		one.service.hangUp(id);
		await run(200);
		const others = [await new Box("two").start(), await new Box("three").start()];
		await run(7000);
		redis.cut.add("one");
		const envelope = JSON.parse(text) as { readonly record: object; readonly call: object };
		for (let number = 0; number < COUNT; number++) {
			const name = `call${number}`;
			const left = {
				...envelope,
				record: { ...envelope.record, id: name },
				call: { ...envelope.call, id: name },
			};
			redis.hash(`${PREFIX}calls:one`).set(name, JSON.stringify(left));
		}
		const taken = ({ service }: Box): number => service.open;
		while (others.every((box) => taken(box) === 0)) await run(10);
		const [taker, other] = taken(others[0] as Box) > 0 ? others : others.toReversed();
		return { taker: taker as Box, other: other as Box };
	}

	test("of a box that freezes in the middle of it is another one's, and is not gone on with", async () => {
		const { taker, other } = await bereft();
		expect(taker.service.open).toBeLessThan(COUNT);
		taker.clock.frozen = true;
		await run(10_000);
		expect(other.service.open).toBe(COUNT);
		taker.clock.frozen = false;
		await run(5000);
		expect(taker.service.open).toBe(0);
		expect(other.service.open).toBe(COUNT);
		expect(redis.hash(`${PREFIX}calls:two`).size + redis.hash(`${PREFIX}calls:three`).size).toBe(COUNT);
		expect(other.shown.every((line) => line.endsWith(` ${other.name}`))).toBe(true);
		expect(taker.shown.toSorted()).toEqual(other.shown.toSorted());
	});

	test("of a box that is cut off in the middle of it is finished by it, and by another one; one of them lets go", async () => {
		const { taker, other } = await bereft();
		redis.cut.add(taker.name);
		await run(10_000);
		expect(other.service.open).toBe(COUNT);
		redis.cut.delete(taker.name);
		await run(8000);
		expect([taker.service.open, other.service.open]).toEqual([0, COUNT]);
		for (const leg of taker.legs.made) expect(leg.asked).not.toContain("BYE");
	});

	test("goes beyond the numbers that the one before may have used and not written", async () => {
		const { taker, other } = await bereft();
		// It has claimed them, and restored some; nothing of that is written.
		const claimed = redis.hash(`${PREFIX}calls:${taker.name}`).get(`call${COUNT - 1}`) ?? "";
		expect(JSON.parse(claimed)).toMatchObject({ claims: 1 });
		const restore = spyOn(other.service, "restore");
		redis.cut.add(taker.name);
		await run(5000);
		expect(other.service.open).toBe(COUNT);
		expect(new Set(restore.mock.calls.map(([, jump]) => jump))).toEqual(new Set([2000]));
	});
});

test.each(["comes back first", "comes back last"])(
	"a box that was cut off lets go of what another one has, though the engine was emptied meanwhile: it %s",
	async (order) => {
		const [one, two] = [await new Box("one").start(), await new Box("two").start()];
		const id = await one.place();
		await run(7000);
		redis.cut.add("one");
		await run(5000);
		expect(two.service.list().map((call) => call.id)).toEqual([id]);
		redis.cut.add("two");
		await run(3000);
		redis.empty();
		const [first, last] = order === "comes back first" ? ["one", "two"] : ["two", "one"];
		redis.cut.delete(first as string);
		await run(4000);
		redis.cut.delete(last as string);
		await run(10_000);
		expect([one.service.open, two.service.open]).toEqual([0, 1]);
		for (const leg of one.legs.made) expect(leg.asked).not.toContain("BYE");
		expect(one.shown).toEqual([`${id} two`]);
		expect(two.shown).toEqual(one.shown);
	},
);
