import type { LiveCalls } from "../live/live-calls.ts";
import { type Gate, gatedClock } from "../time/gate.ts";
import { Admission } from "./admission.ts";
import { Awake } from "./awake.ts";
import { Engine } from "./engine.ts";
import { endsOf, follow, type Positions } from "./follow.ts";
import { LEASE, Lease } from "./lease.ts";
import type { BoxSeen } from "./messages.ts";
import { Orders } from "./orders.ts";
import { Others } from "./others.ts";
import { hasAddress } from "./own-addresses.ts";
import { type DutyHolder, RegistrationDuty } from "./registration-duty.ts";
import { WRITE } from "./scripts.ts";
import { Sighting } from "./sighting.ts";
import { TakeOver } from "./take-over.ts";
import type { ClusterCalls, ClusterFigures, ClusterOptions, KeyListener } from "./types.ts";
import { Writer } from "./writer.ts";

/** How long after the engine was seen again others are taken for alive, in milliseconds: they have to see it first. */
const PATIENCE = 2 * LEASE;
/** How long a start waits for the engine, in milliseconds. */
const START_PATIENCE = 2500;

/** How long an Idempotency-Key is in the hands of one box, in milliseconds: the others have long heard of it then. */
const KEY_IN_HAND = 10_000;

/** What the box works on once it is attached. */
interface Attached {
	readonly calls: ClusterCalls;
	readonly live: LiveCalls;
	readonly writer: Writer;
	readonly others: Others;
	readonly takeOver: TakeOver;
	readonly orders: Orders;
}

/**
 * One box of several: it says that it is alive, writes its calls down for the others, hears of theirs, and takes the
 * calls of one over that is gone. Whose lease is lost and whose epoch has changed is fenced: it lets its calls go.
 */
export class Cluster {
	readonly name = "the cluster";
	readonly #options: ClusterOptions;
	readonly #engine: Engine;
	readonly #lease: Lease;
	readonly #awake: Awake;
	readonly #sighting: Sighting;
	readonly #prefix: string;
	#attached: Attached | undefined;
	/** Undefined where each box registers, or none does. */
	#duty: RegistrationDuty | undefined;
	/** Until when the engine may not know what all boxes have to tell it, by the clock. */
	#doubtUntil = 0;
	#boxes: readonly BoxSeen[] = [];
	#keyListener: KeyListener | undefined;
	#stopped = false;
	/** Whether what the last renewal has shown is being followed up. */
	#looking = false;
	#fenced = 0;
	/** Resolved when the first epoch is known. */
	readonly #begun = Promise.withResolvers<void>();

	constructor(options: ClusterOptions) {
		const { places, clock, wall, log, connect, box, address } = options;
		this.#options = options;
		this.#prefix = `clicktocall:${options.identity}:`;
		this.#sighting = new Sighting(clock, wall, () => this.#tellSight());
		this.#sighting.lost();
		this.#awake = new Awake(clock, wall, () => void this.#lease.renew().catch(() => {}));
		this.#engine = new Engine(
			{ places, clock, log, ...(connect && { connect }) },
			{
				connected: () => void this.#connected(),
				lost: () => {
					this.#sighting.lost();
					this.#attached?.writer.pause();
				},
			},
		);
		this.#lease = new Lease({
			box,
			address,
			since: wall.now(),
			clock,
			run: this.#run,
			calls: () => this.#attached?.calls.open ?? 0,
			listener: {
				beat: () => this.#awake.beat(),
				seen: (boxes) => this.#lookAround(boxes),
				forgotten: async () => {
					this.#doubtUntil = this.#options.clock.now() + PATIENCE;
					await this.#attached?.takeOver.remind();
					await this.#writeAgain();
				},
				fenced: (taken) => this.#beFenced(taken),
				renewed: (askedAt) => this.#awake.settled(askedAt),
			},
		});
	}

	/** Looks for the engine, for a short while. @param key for Call-IDs, if the cluster has none yet. */
	async start(key?: Uint8Array): Promise<void> {
		this.#lease.propose(key);
		void this.#engine.run();
		const late = Promise.withResolvers<void>();
		const stop = this.#options.clock.after(START_PATIENCE, late.resolve);
		await Promise.race([this.#begun.promise, late.promise]);
		stop();
	}

	/** The key of all boxes for Call-IDs; that of this box until the cluster was seen. */
	get callIdKey(): Uint8Array {
		return this.#lease.key;
	}

	/** Closed while this box does not know who has its calls, because it did not run for a while. */
	get gate(): Pick<Gate, "isOpen" | "hold"> {
		return this.#awake.gate;
	}

	/** Answers to requests with an Idempotency-Key, for the boxes that did not get the request. */
	readonly keyExchange = {
		tell: (key: string, request: string, answer: unknown): void =>
			this.#attached?.writer.tell(JSON.stringify({ version: 1, key, request, answer })),
		take: async (key: string): Promise<boolean> => {
			const args = [`${this.#prefix}once:${key}`, this.#options.box, "NX", "PX", String(KEY_IN_HAND)];
			// Without the engine each box answers for itself.
			return (await this.#send("SET", args).catch(() => "OK")) !== null;
		},
		release: (key: string): void => {
			this.#send("DEL", [`${this.#prefix}once:${key}`]).catch(() => {});
		},
		hear: (listener: KeyListener): void => {
			this.#keyListener = listener;
			if (this.#attached) this.#attached.others.keyListener = listener;
		},
	};

	/** The calls that other boxes took over when this one had died, by id. */
	get goneCalls(): ReadonlyMap<string, string> {
		return this.#lease.gone;
	}

	/** Has somebody told how long each command of the engine took, in seconds. */
	watchCommands(took: (seconds: number) => void): void {
		this.#engine.took = took;
	}

	get figures(): ClusterFigures {
		return {
			lostSince: this.#sighting.since,
			trouble: this.#engine.trouble,
			boxes: this.#boxes,
			takeOvers: this.#attached?.takeOver.count ?? 0,
			fenced: this.#fenced,
			registrar: this.#duty?.box,
			lag: this.#attached?.writer.lag ?? 0,
			heardLag: this.#attached?.others.lag ?? 0,
		};
	}

	/** Writes all calls down from now on, shows those of the others, and takes over. */
	attach(calls: ClusterCalls, live: LiveCalls): void {
		const { box, clock, wall, log } = this.#options;
		const shared = { live, box, clock, wall, log, send: this.#send, run: this.#run, prefix: this.#prefix };
		const writer = new Writer({ calls, live, clock, write: (args) => this.#write(args) });
		const others = new Others(shared);
		others.keyListener = this.#keyListener;
		const orders = new Orders({
			...shared,
			ask: (of, id) =>
				this.#send("XADD", [`${this.#prefix}orders:${of}`, "MAXLEN", "~", "1000", "*", "hangUp", id]),
			hangUpHere: (id) => calls.hangUpHere(id),
		});
		const moves = this.#options.takeOver === "refresh";
		const takeOver = new TakeOver({
			...shared,
			clock: gatedClock(clock, this.#awake.gate),
			epoch: () => this.#lease.epoch,
			calls,
			writer,
			moves,
		});
		calls.openElsewhere = () => live.inProgress - calls.open;
		calls.elsewhere = (id) => orders.place(id);
		const admission = new Admission(this.#options.maxCallsTotal, {
			clock,
			canAsk: () => this.#engine.seen && this.#lease.epoch !== undefined,
			open: () => calls.open,
			run: (script, args) => this.#run(script, [box, String(this.#lease.epoch), ...args]),
		});
		calls.askOthers = () => admission.ask();
		this.#attached = { calls, live, writer, others, takeOver, orders };
		this.#tellSight();
		this.#lease.attach();
		writer.pause();
		if (this.#lease.epoch !== undefined) void this.#join().catch(() => {});
	}

	/** One box registers for all: this one when it is its turn. */
	registering(holder: DutyHolder): void {
		const { box } = this.#options;
		this.#duty = new RegistrationDuty({ box, run: this.#run, epoch: () => this.#lease.epoch }, holder);
		void this.#askDuty();
	}

	/** Its calls change no more; those that go on stay to be taken over. */
	async stop(): Promise<void> {
		this.#stopped = true;
		this.#awake.stop();
		this.#sighting.stop();
		this.#attached?.orders.stop();
		this.#lease.rest();
		await this.#attached?.writer.stop();
	}

	/** Says that this box is leaving: nothing is left of it at the registrar that it could remove. */
	async close(): Promise<void> {
		this.#stopped = true;
		this.#awake.stop();
		await this.#duty?.leave();
		await this.#lease.leave();
		this.#engine.stop();
	}

	#tellSight(): void {
		if (this.#attached) this.#attached.live.sight.lostSince = this.#sighting.told;
	}

	async #connected(): Promise<void> {
		if (this.#lease.epoch !== undefined) this.#doubtUntil = this.#options.clock.now() + PATIENCE;
		try {
			await this.#lease.connected();
			this.#begun.resolve();
			if (this.#attached) await this.#join();
		} catch {
			// The connection is gone again: the engine has said so, and opens the next one.
		}
	}

	/** The boxes know of each other again: everything is told and read from the start. */
	async #join(): Promise<void> {
		const { others } = this.#attached ?? {};
		others?.forget();
		const positions = await endsOf(this.#engine, [`${this.#prefix}events`]);
		// A call has one id for ever, so that an order that comes again does no harm.
		positions.set(`${this.#prefix}orders:${this.#options.box}`, "0-0");
		await this.#lease.renew();
		void this.#listen(positions);
	}

	async #writeAgain(): Promise<void> {
		const { takeOver, writer } = this.#attached ?? {};
		if (takeOver) writer?.again(await takeOver.takeUpOwn());
	}

	/** Others have taken this box for dead, and its calls over: they are theirs. */
	#beFenced(taken: ReadonlyMap<string, string>): void {
		const { calls, writer, others } = this.#attached ?? {};
		this.#fenced += 1;
		let count = 0;
		writer?.mute(() => {
			count = calls?.letGo("another box has taken the call over", taken) ?? 0;
		});
		this.#options.log.warning(`another box has taken this one's calls over; ${count} let go`);
		others?.forget();
		// What began here meanwhile is still this box's.
		writer?.again([]);
	}

	async #lookAround(boxes: readonly BoxSeen[]): Promise<void> {
		this.#boxes = boxes;
		void this.#askDuty();
		if (this.#looking) return;
		this.#looking = true;
		try {
			await this.#follow(boxes);
		} finally {
			this.#looking = false;
		}
	}

	/** Reads the calls of boxes that are new, and takes those of boxes that are gone. @throws {EngineError} */
	async #follow(boxes: readonly BoxSeen[]): Promise<void> {
		const { clock, takeOver: way, box, hasAddress: has = hasAddress } = this.#options;
		const { writer, others, takeOver } = this.#attached ?? {};
		if (!others || !takeOver) return;
		if (writer?.paused) await this.#writeAgain();
		await others.seen(boxes);
		if (this.#engine.seen) this.#sighting.found();
		const patient = clock.now() - this.#engine.since < PATIENCE;
		for (const other of boxes) {
			if (other.name === box || other.alive || patient) continue;
			if (way === "refresh" || has(other.address)) await takeOver.claim(other);
		}
	}

	/** Who registers? Until all boxes have been heard of again, none begins in the place of another one. */
	async #askDuty(): Promise<void> {
		const now = this.#options.clock.now();
		if (this.#stopped || this.#lease.epoch === undefined) return;
		const isNew = now - this.#engine.since < PATIENCE;
		// What was lost, or is away, was there before: where nobody has ever registered, the first one may.
		const doubt = now < this.#doubtUntil ? "all" : isNew ? "others" : "none";
		await this.#duty?.ask(doubt).catch(() => {});
	}

	/** Hears of what happens elsewhere, and of orders, until the connection is lost. */
	async #listen(positions: Positions): Promise<void> {
		const { others, calls } = this.#attached ?? {};
		try {
			await follow(
				this.#engine,
				positions,
				({ box, event, hangUp }) => {
					if (hangUp !== undefined) calls?.hangUpHere(hangUp);
					if (box !== undefined && event !== undefined) others?.heard(box, event);
				},
				() => this.#stopped,
			);
		} catch {
			// The engine has said so; the next connection listens again.
		}
	}

	async #write(args: string[]): Promise<boolean> {
		const { epoch } = this.#lease;
		if (epoch === undefined) return false;
		try {
			const answer = await this.#run(WRITE, [this.#options.box, String(epoch), ...args]);
			if (Number(answer) === 1) return true;
			// Fenced, or the engine has lost what it knew: the next renewal finds out which.
			void this.#lease.renew().catch(() => {});
			return false;
		} catch {
			return false;
		}
	}

	readonly #send = (command: string, args: readonly string[]): Promise<unknown> =>
		this.#engine.send(command, args);

	readonly #run = (script: string, args: readonly string[]): Promise<unknown> =>
		this.#engine.send("EVAL", [script, "0", this.#prefix, ...args]);
}
