import { RedisSentinel } from "../../../test/support/redis-sentinel.ts";
import { RedisServer } from "../../../test/support/redis-server.ts";
import { TestNetwork } from "../../../test/support/test-network.ts";
import { byesOf, Farm, type FarmCall, idOf, isConnected, isOver, storyOf } from "./farm.ts";
import { Hearing } from "./hearing.ts";

/** What a proof came to: a line for each thing that was seen, and one for each that is wrong. */
export interface ProofResult {
	readonly seen: readonly string[];
	readonly wrong: readonly string[];
}

/** Gathers what is seen in a proof. */
class Findings implements ProofResult {
	readonly seen: string[] = [];
	readonly wrong: string[] = [];

	check(isRight: boolean, text: string): void {
		(isRight ? this.seen : this.wrong).push(text);
	}
}

const even = ({ number }: FarmCall): boolean => number % 2 === 0;

/** Half of the calls are put on hold, then all are hung up, by either phone. @returns when the last one was done. */
async function useAll(farm: Farm, calls: readonly FarmCall[], found: Findings): Promise<void> {
	const refused: string[] = [];
	await Promise.all(
		calls.filter(even).map(async ({ number, initiator, destination }) => {
			const status = await (number % 4 === 0 ? initiator : destination)?.hold();
			if (status !== 200) refused.push(`${number}: ${status}`);
		}),
	);
	found.check(
		refused.length === 0,
		`holds that were not taken: ${refused.length} ${refused.slice(0, 5).join(", ")}`,
	);
	for (const { number, initiator, destination } of calls)
		(number % 3 === 0 ? initiator : destination)?.hangup();
	await farm.until("all calls are over", () => calls.every(isOver)).catch(() => {});
	const left = calls.filter((call) => !isOver(call));
	found.check(left.length === 0, `calls whose hang-up did not reach the other phone: ${left.length}`);
	const twice = calls.filter((call) => byesOf(call) > 1);
	found.check(twice.length === 0, `calls whose phones got more than one BYE: ${twice.length}`);
}

/** Each call is run by exactly one box, and the boxes agree on which. */
async function checkOwners(
	farm: Farm,
	boxes: readonly number[],
	calls: readonly FarmCall[],
	found: Findings,
): Promise<void> {
	const views = await Promise.all(boxes.map((box) => farm.owners(box)));
	const [first = new Map<string, string>()] = views;
	const missing = calls.filter((call) => views.some((view) => !view.has(idOf(call))));
	found.check(missing.length === 0, `calls that a box does not show: ${missing.length}`);
	const disputed = calls.filter((call) =>
		views.some((view) => view.get(idOf(call)) !== first.get(idOf(call))),
	);
	found.check(disputed.length === 0, `calls that two boxes claim: ${disputed.length}`);
	const owners = new Map<string, number>();
	for (const owner of first.values()) owners.set(owner, (owners.get(owner) ?? 0) + 1);
	found.seen.push(`calls by box: ${[...owners].map(([box, count]) => `${box} ${count}`).join(", ")}`);
}

/** The result of each call can be learnt at a box that did not take it. */
async function checkFinals(
	farm: Farm,
	box: number,
	calls: readonly FarmCall[],
	isRight: (finals: readonly string[]) => boolean,
	found: Findings,
): Promise<void> {
	const wrong: string[] = [];
	for (const call of calls) {
		const finals = await farm.finals(box, call);
		if (!isRight(finals)) wrong.push(`${call.number} ${idOf(call)}: ${finals.join(" ")}`);
	}
	const text = `calls without their one result at box${box + 1}: ${wrong.length} ${wrong.slice(0, 5).join("; ")}`;
	found.check(wrong.length === 0, text);
}

const isSuccess = (finals: readonly string[]): boolean =>
	finals.length === 1 && finals[0] === "200 Destination";

/** Whether a phone knows another box than the first one: it got a re-INVITE whose number lies beyond the jump. */
function isMoved(leg: FarmCall["initiator"]): boolean {
	return (
		leg?.messages.some(
			({ direction, text }, index) =>
				index > 2 && direction === "in" && text.startsWith("INVITE ") && /^CSeq: 1\d\d\d/im.test(text),
		) === true
	);
}

/** Waits until every phone knows another box than the first one. @returns milliseconds. */
function untilMoved(farm: Farm, calls: readonly FarmCall[], patience: number): Promise<number> {
	return farm.until(
		"all phones are told",
		() => calls.every((call) => isMoved(call.initiator) && isMoved(call.destination)),
		patience,
	);
}

/** When each phone was told of its new box, and when its call was over, in seconds since the loss of the old one. */
interface Course {
	readonly told: readonly number[];
	readonly over: readonly number[];
}

/** Uses each call as soon as both of its phones know their new box: half are put on hold, then all are hung up. */
async function useWhenMoved(
	farm: Farm,
	calls: readonly FarmCall[],
	start: number,
	found: Findings,
): Promise<Course> {
	const course = { told: [] as number[], over: [] as number[] };
	const since = (): number => (performance.now() - start) / 1000;
	const refused: string[] = [];
	const use = async (call: FarmCall): Promise<void> => {
		const { number, initiator, destination } = call;
		const status = even(call) ? await (number % 4 === 0 ? initiator : destination)?.hold() : 200;
		if (status !== 200) refused.push(`${number}: ${status}`);
		(number % 3 === 0 ? initiator : destination)?.hangup();
	};
	let waiting = [...calls];
	let used: FarmCall[] = [];
	const step = (): boolean => {
		const moved = waiting.filter(({ initiator, destination }) => isMoved(initiator) && isMoved(destination));
		waiting = waiting.filter((call) => !moved.includes(call));
		for (const call of moved) {
			course.told.push(since());
			used.push(call);
			void use(call);
		}
		const over = used.filter(isOver);
		used = used.filter((call) => !over.includes(call));
		for (const _ of over) course.over.push(since());
		return waiting.length + used.length === 0;
	};
	await farm.until("all are used", step, 20_000).catch(() => {});
	found.check(
		refused.length === 0,
		`holds that were not taken: ${refused.length} ${refused.slice(0, 5).join(", ")}`,
	);
	const left = calls.filter((call) => !isOver(call));
	found.check(left.length === 0, `calls whose hang-up did not reach the other phone: ${left.length}`);
	return course;
}

/** Such as `first 2.61, median 2.93, last 3.40 s`. */
function spread(times: readonly number[]): string {
	const sorted = times.toSorted((one, other) => one - other);
	const [first = 0, median = 0, last = 0] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map(
		(index) => sorted[index],
	);
	return `first ${first.toFixed(2)}, median ${median.toFixed(2)}, last ${last.toFixed(2)} s`;
}

/** 300 anchored calls, calls in set-up, and an order to hang up; the box that has them is killed. */
export async function killed(): Promise<ProofResult> {
	const found = new Findings();
	const farm = await Farm.start({ boxes: 3 });
	try {
		const calls = await farm.connect(0, 300);
		const others = [...(await farm.connect(1, 5)), ...(await farm.connect(2, 5))];
		const rings = Array.from({ length: 10 }, () => farm.place(0, "ring", "answer"));
		const calling = Array.from({ length: 10 }, () => farm.place(0, "answer", "ring"));
		await farm.until(
			"calls in set-up ring",
			() =>
				rings.every(({ placed }) => placed.chain.includes("180 Initiator")) &&
				calling.every(({ placed }) => placed.chain.includes("180 Destination")),
		);
		await Bun.sleep(300);
		const [ordered] = calls;
		const start = performance.now();
		const since = (): string => `${((performance.now() - start) / 1000).toFixed(2)} s`;
		await farm.boxes[0]?.kill();
		if (ordered) await farm.ask(1, `/api/v1/calls/${idOf(ordered)}`, "DELETE");
		// Some are left to be looked at.
		const [kept, used] = [calls.slice(1, 20), calls.slice(20)];
		const { told, over } = await useWhenMoved(farm, used, start, found);
		found.seen.push(`both phones of a call told of their new box after: ${spread(told)}`);
		found.check(Math.max(...over) < 5, `hold and hang-up of a call relayed after: ${spread(over)}`);
		await untilMoved(farm, kept, 20_000);
		await checkOwners(farm, [1, 2], [...kept, ...others], found);
		await useAll(farm, kept, found);
		const twice = used.filter((call) => byesOf(call) > 1);
		found.check(twice.length === 0, `calls whose phones got more than one BYE: ${twice.length}`);
		await farm.until("set-ups are over", () => [...rings, ...calling].every(isOver), 10_000).catch(() => {});
		const left = [...rings, ...calling].filter((call) => !isOver(call));
		found.check(
			left.length === 0,
			`phones of calls in set-up that were left: ${left.length}, after ${since()}`,
		);
		await farm
			.until("the order is carried out", () => ordered !== undefined && isOver(ordered), 10_000)
			.catch(() => {});
		found.check(
			ordered !== undefined && isOver(ordered),
			`the order to hang up, given as the box died, was carried out by ${since()}`,
		);
		for (const box of [1, 2]) {
			await checkFinals(farm, box, calls, isSuccess, found);
			await checkFinals(
				farm,
				box,
				[...rings, ...calling],
				([final, ...more]) => more.length === 0 && final?.startsWith("487") === true,
				found,
			);
		}
		found.check(others.every(isConnected), "the calls of the other boxes go on");
		checkFaults(farm, found);
		return found;
	} finally {
		await farm.stop(found.wrong.length > 0);
	}
}

/** 300 anchored calls; the box that has them is frozen for 20 s. */
export async function frozen(): Promise<ProofResult> {
	const found = new Findings();
	const farm = await Farm.start({ boxes: 3 });
	try {
		const calls = await farm.connect(0, 300);
		const early = calls.slice(0, 10);
		const held = calls.slice(10, 20);
		// What is not written yet is not there for the others.
		await Bun.sleep(500);
		farm.boxes[0]?.signal("SIGSTOP");
		const frozenAt = performance.now();
		await Bun.sleep(1000);
		// What phones send to the frozen box waits there until it wakes.
		for (const { initiator } of early) initiator?.hangup();
		const answers = Promise.all(held.map(({ destination }) => destination?.hold()));
		await Bun.sleep(19_000 - (performance.now() - frozenAt - 1000));
		farm.boxes[0]?.signal("SIGCONT");
		await Bun.sleep(4000);
		const rest = calls.slice(20);
		for (const call of rest.filter((one) => !isConnected(one)).slice(0, 2)) console.error(storyOf(call));
		found.check(
			rest.every(isConnected),
			`calls that go on: ${rest.filter(isConnected).length} of ${rest.length}`,
		);
		found.check(
			early.every(isOver),
			`calls that were hung up meanwhile and are over: ${early.filter(isOver).length} of 10`,
		);
		const statuses = await answers;
		found.seen.push(`holds that were sent to the frozen box got ${[...new Set(statuses)].join(", ")}`);
		// A phone that waits for an answer takes nothing else meanwhile.
		await untilMoved(farm, held, 30_000).catch(() => {});
		found.check(held.every(isConnected), `those calls go on: ${held.filter(isConnected).length} of 10`);
		await checkOwners(farm, [0, 1, 2], [...held, ...rest], found);
		await useAll(farm, [...held, ...rest], found);
		const twice = calls.filter((call) => byesOf(call) > 1);
		found.check(twice.length === 0, `calls whose phones got more than one BYE: ${twice.length}`);
		await checkFinals(farm, 0, calls, isSuccess, found);
		await checkFinals(farm, 2, calls, isSuccess, found);
		checkFaults(farm, found);
		return found;
	} finally {
		await farm.stop(found.wrong.length > 0);
	}
}

/** For how long a box is cut off, in milliseconds. */
const CUT_TIME = 60_000;

/** The network between a box and Redis is cut for a minute; the box still reaches the phones. */
export async function cut(): Promise<ProofResult> {
	const found = new Findings();
	const network = TestNetwork.create(1);
	const [outside, inside] = [network.address(254), network.address(1)];
	const farm = await Farm.start({
		boxes: 3,
		redis: ["--bind", "127.0.0.1", outside, "--protected-mode", "no"],
		clusterUrl: ({ port }) => `redis://${outside}:${port}`,
		phones: outside,
		settings: (box) => ({ IPAddress: box === 0 ? inside : outside }),
		inside: (box) => (box === 0 ? (...command) => network.inside(...command) : undefined),
		host: (box) => (box === 0 ? inside : outside),
	});
	try {
		const before = await farm.connect(0, 60, 30);
		const others = [...(await farm.connect(1, 5)), ...(await farm.connect(2, 5))];
		const rings = Array.from({ length: 4 }, (_, index) =>
			index % 2 === 0 ? farm.place(0, "ring", "answer") : farm.place(0, "answer", "ring"),
		);
		await Bun.sleep(1500);
		network.loseTo(farm.redis.port);
		const end = performance.now() + CUT_TIME;
		const during: FarmCall[] = [];
		const hungUp: FarmCall[] = [];
		for (let second = 0; performance.now() < end; second++) {
			during.push(farm.place(0), farm.place(1));
			const old = second % 3 === 1 ? during[second] : second >= 10 ? before[second - 10] : undefined;
			if (old && isConnected(old) && !hungUp.includes(old)) {
				hungUp.push(old);
				(even(old) ? old.initiator : old.destination)?.hangup();
			}
			await Bun.sleep(1000);
		}
		network.findAgain(farm.redis.port);
		await Bun.sleep(6000);
		const refused = during.filter(({ placed }) => !placed.chain.includes("200 Destination"));
		found.check(
			refused.length === 0,
			`requests meanwhile that did not connect: ${refused.length} of ${during.length}`,
		);
		found.check(
			hungUp.every(isOver),
			`calls that were hung up meanwhile and are over: ${hungUp.filter(isOver).length} of ${hungUp.length}`,
		);
		const going = [...before, ...others, ...during].filter((call) => !hungUp.includes(call));
		found.check(
			going.every(isConnected),
			`calls that go on: ${going.filter(isConnected).length} of ${going.length}`,
		);
		found.check(
			rings.every(isOver),
			`calls in set-up that were ended: ${rings.filter(isOver).length} of ${rings.length}`,
		);
		await checkOwners(farm, [0, 1, 2], going, found);
		const [own] = await Promise.all([farm.owners(0)]);
		const kept = during.filter((call) => !hungUp.includes(call) && call.box === 0);
		const lost = kept.filter((call) => own.get(idOf(call)) !== "box1");
		found.check(
			lost.length === 0,
			`calls that began at the cut box and are not its own: ${lost.length} of ${kept.length}`,
		);
		await useAll(farm, going, found);
		for (const box of [0, 2])
			await checkFinals(farm, box, [...before, ...others, ...during], isSuccess, found);
		for (const box of [0, 2])
			await checkFinals(
				farm,
				box,
				rings,
				([final, ...more]) => more.length === 0 && final?.startsWith("487") === true,
				found,
			);
		checkFaults(farm, found);
		return found;
	} finally {
		await farm.stop(found.wrong.length > 0);
		network.remove();
	}
}

/** How long a call lasts under load, in milliseconds. */
const CALL_TIME = 2500;

/** Places calls at both boxes in turns, 30 a second, while things happen. @returns all of them, when all are over. */
async function underLoad(
	farm: Farm,
	act: () => Promise<void>,
	found: Findings,
	held: readonly FarmCall[] = [],
): Promise<void> {
	const calls: FarmCall[] = [];
	let acting = true;
	const acted = act().finally(() => {
		acting = false;
	});
	const start = performance.now();
	while (acting) {
		const due = ((performance.now() - start) / 1000) * 30;
		while (calls.length < due) {
			const call = farm.place(calls.length % 2);
			calls.push(call);
			const hangUp = (): void => (even(call) ? call.initiator : call.destination)?.hangup();
			void call.placed.final.then(() => setTimeout(hangUp, CALL_TIME));
		}
		await Bun.sleep(10);
	}
	await acted;
	await farm.until("all calls are over", () => calls.every(isOver), 15_000).catch(() => {});
	const refused = calls.filter(({ placed }) => !placed.chain.includes("200 Destination"));
	const why = refused.slice(0, 3).map(({ placed }) => placed.chain.join(" "));
	found.check(
		refused.length === 0,
		`requests that did not connect: ${refused.length} of ${calls.length} ${why.join("; ")}`,
	);
	found.check(
		calls.every(isOver),
		`calls that were not hung up on both sides: ${calls.filter((call) => !isOver(call)).length}`,
	);
	const early = calls.filter((call) => byesOf(call) !== 1);
	found.check(early.length === 0, `calls with another number of BYEs than one: ${early.length}`);
	await Bun.sleep(3000);
	for (const box of [0, 1]) {
		const left = await farm.owners(box);
		found.check(
			left.size === held.length,
			`calls that box${box + 1} still shows: ${left.size}, of which held: ${held.length}`,
		);
		const last = calls.slice(-60);
		await checkFinals(farm, box, last, isSuccess, found);
	}
	found.check(
		farm.faults.length === 0,
		`faults that phones saw: ${farm.faults.length} ${farm.faults.slice(0, 5).join("; ")}`,
	);
}

/** Redis is killed and comes back empty, stops answering, is full, and refuses the password, under 30 calls a second. */
export async function redis(): Promise<ProofResult> {
	const found = new Findings();
	const farm = await Farm.start({ boxes: 2 });
	const { redis } = farm;
	try {
		await underLoad(
			farm,
			async () => {
				await Bun.sleep(3000);
				await redis.kill();
				await Bun.sleep(5000);
				await redis.restart();
				await Bun.sleep(8000);
				await redis.ask("client", "pause", "5000", "all");
				await Bun.sleep(9000);
				await redis.ask("config", "set", "maxmemory", "1");
				await Bun.sleep(5000);
				await redis.ask("config", "set", "maxmemory", "0");
				await Bun.sleep(5000);
				await redis.ask("config", "set", "requirepass", "other");
				await redis.ask("-a", "other", "client", "kill", "type", "normal");
				await Bun.sleep(5000);
				await redis.ask("-a", "other", "config", "set", "requirepass", "");
				await Bun.sleep(5000);
			},
			found,
		);
		const said = farm.boxes.map(({ output }) =>
			[...output.matchAll(/the cluster is not seen, calls go on: (.*)/g)].map(([, why]) => why),
		);
		found.check(
			said.every((lines) => lines.length >= 3),
			`what the boxes said: ${[...new Set(said.flat())].join("; ")}`,
		);
		return found;
	} finally {
		await farm.stop(found.wrong.length > 0);
	}
}

/** The master is killed and Sentinel makes the replica the master, under 30 calls a second. */
export async function sentinel(): Promise<ProofResult> {
	const found = new Findings();
	const [master, replica] = [await RedisServer.start(), await RedisServer.start()];
	await replica.ask("replicaof", "127.0.0.1", String(master.port));
	const sentinels = await RedisSentinel.start(master, replica);
	const farm = await Farm.start({ boxes: 2, clusterUrl: () => sentinels.url });
	try {
		const held = await farm.connect(0, 20);
		await underLoad(
			farm,
			async () => {
				await Bun.sleep(3000);
				await master.kill();
				await Bun.sleep(12_000);
			},
			found,
			held,
		).catch((error) => found.check(false, String(error)));
		found.check(held.every(isConnected), "calls that were up before go on");
		await checkOwners(farm, [0, 1], held, found);
		return found;
	} finally {
		await farm.stop(found.wrong.length > 0);
		await sentinels.stop();
		await master.stop().catch(() => {});
		await replica.stop();
	}
}

/** How long an event takes to another box's page, after the box that has the call has told its own client. */
export async function events(): Promise<ProofResult> {
	const found = new Findings();
	const farm = await Farm.start({ boxes: 2 });
	const stop = new AbortController();
	try {
		const base = `http://localhost:${farm.boxes[1]?.httpPort}`;
		const watched = [
			new Hearing("an event on another box", /"id":"(\w+)"[^\n]*?"state":"connected"/g),
			// A page that counts how long the phones have been connected.
			new Hearing(
				"the same on a page of that box",
				/data-key=\\"(\w+)\\">(?:(?!<\/li>).)*?class=\\"timer\\"/g,
			),
		] as const;
		for (const [index, path] of ["/api/v1/events", "/live"].entries()) {
			const response = await fetch(base + path, { signal: stop.signal });
			void watched[index]?.read(response).catch(() => {});
		}
		for (let count = 0; count < 100; count++) {
			const call = farm.place(0);
			await call.placed.final;
			const told = performance.now();
			const id = idOf(call);
			for (const hearing of watched) {
				await farm.until(`${hearing.what}: ${id}`, () => hearing.heardAt.has(id), 5000);
				hearing.times.push((hearing.heardAt.get(id) ?? 0) - told);
			}
			call.initiator?.hangup();
		}
		for (const { what, times } of watched) {
			times.sort((one, other) => one - other);
			const at = (share: number): number =>
				times[Math.floor(share * (times.length - 1))] ?? Number.POSITIVE_INFINITY;
			const [median, usual, most] = [at(0.5), at(0.95), at(1)];
			found.check(
				usual < 300,
				`${what}: median ${median.toFixed(0)} ms, 95 % within ${usual.toFixed(0)} ms, all within ${most.toFixed(0)} ms after its own client`,
			);
		}
		return found;
	} finally {
		stop.abort();
		await farm.stop(found.wrong.length > 0);
	}
}

/** No phone has seen what it must not see. */
function checkFaults({ faults }: Farm, found: Findings): void {
	found.check(
		faults.length === 0,
		`faults that phones saw: ${faults.length} ${faults.slice(0, 5).join("; ")}`,
	);
}
