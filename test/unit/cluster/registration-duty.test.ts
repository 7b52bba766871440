import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Cluster } from "../../../src/cluster/cluster.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeRedis } from "../../support/fake-redis.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

let clock: FakeClock;
let redis: FakeRedis;
let boxes: Box[];

/** One box without calls, which notes when it registers. */
class Box {
	readonly cluster: Cluster;
	readonly noted: string[] = [];
	contacts = "";
	/** To be called when the registrar has answered. */
	changed: () => void = () => {};

	constructor(readonly name: string) {
		this.cluster = new Cluster({
			places: [{ kind: "server", url: "redis://192.0.2.9" }],
			identity: "sip:click2call@example.com",
			box: name,
			address: name,
			takeOver: "refresh",
			maxCallsTotal: 0,
			clock,
			wall: { now: () => clock.now() },
			log: new MemoryLogger(),
			connect: redis.connectionsOf(name),
		});
		boxes.push(this);
	}

	async start(): Promise<this> {
		const started = this.cluster.start();
		await run(100);
		await started;
		this.cluster.registering(this);
		await run(50);
		return this;
	}

	begin(stale: readonly string[], changed: () => void): void {
		this.contacts = `sip:us@${this.name}`;
		this.changed = changed;
		this.noted.push(["begin", ...stale].join(" "));
	}

	end(): void {
		this.contacts = "";
		this.noted.push("end");
	}

	/** As the parts of the server are stopped. @param removed whether the registrar has confirmed that. */
	async stop(removed = true): Promise<void> {
		await this.cluster.stop();
		if (removed) this.contacts = "";
		await this.cluster.close();
		boxes.splice(boxes.indexOf(this), 1);
	}

	get registers(): boolean {
		return this.noted.at(-1)?.startsWith("begin") ?? false;
	}
}

async function run(milliseconds: number): Promise<void> {
	for (let passed = 0; passed < milliseconds; passed += 10) {
		clock.advance(10);
		for (let turn = 0; turn < 12; turn++) await Promise.resolve();
	}
}

/** Who registers at the moment. */
const registering = (): string[] => boxes.filter(({ registers }) => registers).map(({ name }) => name);

/** Runs until somebody registers. @returns how long that took. */
async function untilRegistered(who: readonly Box[]): Promise<number> {
	const start = clock.now();
	while (!who.some(({ registers }) => registers)) {
		if (clock.now() - start > 10_000) throw new Error("nobody registers");
		await run(10);
	}
	return clock.now() - start;
}

beforeEach(() => {
	clock = new FakeClock();
	redis = new FakeRedis(clock);
	boxes = [];
});

afterEach(async () => {
	redis.cut.clear();
	const stopping = boxes.map(({ cluster }) => cluster.stop().then(() => cluster.close()));
	await run(3000);
	await Promise.all(stopping);
});

describe("one box registers for all", () => {
	test("the first one, at once and for as long as it is there; all know which one it is", async () => {
		await new Box("one").start();
		const [, two] = [await new Box("two").start(), await new Box("three").start()];
		await run(20_000);
		expect(registering()).toEqual(["one"]);
		expect(boxes.map(({ cluster }) => cluster.figures.registrar)).toEqual(["one", "one", "one"]);
		expect(two?.noted).toEqual([]);
	});

	test("when it dies exactly one other goes on within its lease, and removes what it has left", async () => {
		const [, two, three] = [
			await new Box("one").start(),
			await new Box("two").start(),
			await new Box("three").start(),
		];
		await run(10_000);
		redis.cut.add("one");
		expect(await untilRegistered([two, three])).toBeLessThan(3100);
		await run(5000);
		expect([...two.noted, ...three.noted]).toEqual(["begin sip:us@one"]);
	});

	test("one that dies as soon as the registrar has answered has said what it leaves", async () => {
		const [one, two] = [await new Box("one").start(), await new Box("two").start()];
		await run(10_000);
		// Its address has changed, say.
		one.contacts = "sip:us@elsewhere";
		one.changed();
		await run(10);
		redis.cut.add("one");
		await untilRegistered([two]);
		expect(two.noted).toEqual(["begin sip:us@elsewhere"]);
	});

	test("when the next one dies before it has a binding, the third removes what both have left", async () => {
		const [, two, three] = [
			await new Box("one").start(),
			await new Box("two").start(),
			await new Box("three").start(),
		];
		await run(10_000);
		redis.cut.add("one");
		await untilRegistered([two, three]);
		const [next, last] = two.registers ? [two, three] : [three, two];
		// Its registrar has not answered.
		next.contacts = "";
		await run(3000);
		redis.cut.add(next.name);
		await untilRegistered([last]);
		expect(last.noted).toEqual(["begin sip:us@one"]);
	});

	test("one that leaves hands over, and nothing is left to remove", async () => {
		const [one, two] = [await new Box("one").start(), await new Box("two").start()];
		await run(10_000);
		await one.stop();
		expect(await untilRegistered([two])).toBeLessThan(1000);
		expect(two.noted).toEqual(["begin"]);
		const again = await new Box("one").start();
		await run(10_000);
		expect(again.noted).toEqual([]);
	});

	test("one that leaves, and is not answered by the registrar, says what it has left", async () => {
		const [one, two] = [await new Box("one").start(), await new Box("two").start()];
		await run(10_000);
		await one.stop(false);
		await untilRegistered([two]);
		expect(two.noted).toEqual(["begin sip:us@one"]);
	});

	test("one that is cut off goes on, until it learns that another one registers", async () => {
		const [one, two] = [await new Box("one").start(), await new Box("two").start()];
		await run(10_000);
		redis.cut.add("one");
		await run(10_000);
		expect(registering()).toEqual(["one", "two"]);
		redis.cut.delete("one");
		await run(3000);
		expect(registering()).toEqual(["two"]);
		expect(one.noted).toEqual(["begin", "end"]);
		expect(two.noted).toEqual(["begin sip:us@one"]);
	});

	test("one that starts again within its lease goes on", async () => {
		const [one, two] = [await new Box("one").start(), await new Box("two").start()];
		await run(10_000);
		// Its process ends without a word.
		await one.cluster.stop();
		boxes.splice(boxes.indexOf(one), 1);
		const again = await new Box("one").start();
		await run(10_000);
		expect([again.noted, two.noted]).toEqual([["begin sip:us@one"], []]);
	});
});

describe("without the engine", () => {
	test.each(["back as it was", "back empty"])("who registers goes on, and nobody begins: %s", async (how) => {
		const [one, two] = [await new Box("one").start(), await new Box("two").start()];
		await run(10_000);
		for (const name of ["one", "two"]) redis.cut.add(name);
		await run(30_000);
		expect(registering()).toEqual(["one"]);
		if (how === "back empty") redis.empty();
		// The other one sees it first.
		redis.cut.delete("two");
		await run(2000);
		expect(registering()).toEqual(["one"]);
		redis.cut.delete("one");
		await run(20_000);
		expect([one.noted, two.noted]).toEqual([["begin"], []]);
		expect(two.cluster.figures.registrar).toBe("one");
	});

	test("nobody begins; once it is there, one does", async () => {
		for (const name of ["one", "two"]) redis.cut.add(name);
		const [one, two] = [new Box("one"), new Box("two")];
		const starting = [one.start(), two.start()];
		await run(5000);
		await Promise.all(starting);
		expect(registering()).toEqual([]);
		redis.cut.clear();
		await run(3000);
		expect(registering().length).toBe(1);
	});

	test("that was emptied while all see it, who registers goes on", async () => {
		const [one, two] = [await new Box("one").start(), await new Box("two").start()];
		await run(10_000);
		redis.empty();
		await run(20_000);
		expect([one.noted, two.noted]).toEqual([["begin"], []]);
		redis.cut.add("one");
		await untilRegistered([two]);
	});

	test("a box that comes back to an engine that remembers a dead one waits for it first", async () => {
		const [, two] = [await new Box("one").start(), await new Box("two").start()];
		await run(10_000);
		for (const name of ["one", "two"]) redis.cut.add(name);
		await run(10_000);
		redis.cut.delete("two");
		await run(4000);
		expect(two.noted).toEqual([]);
		await untilRegistered([two]);
	});
});
