import { randomBytes } from "node:crypto";
import { BoundedMap } from "../bounded-map.ts";
import { readCallRecord } from "../call/call-record.ts";
import type { LiveCalls } from "../live/live-calls.ts";
import type { LiveCall } from "../live/types.ts";
import { VERSION } from "../version.ts";
import { fieldsOf, pairsOf } from "./answers.ts";
import { Engine } from "./engine.ts";
import { follow } from "./follow.ts";
import { type BoxSeen, type BoxSummary, readBoxes, readJson, readLiveCall } from "./messages.ts";
import { hasAddress } from "./own-addresses.ts";
import { BEGIN, CLAIM, LEAVE, RENEW, WRITE } from "./scripts.ts";
import type { ClusterCalls, ClusterFigures, ClusterOptions, KeyListener } from "./types.ts";
import { Writer } from "./writer.ts";

/** How long a box that is not heard of counts as alive, in milliseconds. */
const LEASE = 3000;
/** How often a box says that it is alive, in milliseconds. */
const RENEW_INTERVAL = 750;
/** How long after the engine was seen again others are taken for alive, in milliseconds: they have to see it first. */
const PATIENCE = 2 * LEASE;
/** How long a start waits for the engine, in milliseconds. */
const START_PATIENCE = 2500;
/** How far CSeq numbers go beyond what is recorded: beyond all that the other box may still send. */
const CSEQ_JUMP = 1000;
/** Calls of other boxes that are over and remembered. */
const ENDED_KEPT = 2000;

/** What the box works on once it is attached. */
interface Attached {
	readonly calls: ClusterCalls;
	readonly live: LiveCalls;
	readonly writer: Writer;
}

/**
 * One box of several: it says that it is alive, writes its calls down for the others, hears of theirs, and takes the
 * calls of one over that is gone. Whose lease is lost and whose epoch has changed is fenced: it lets its calls go.
 */
export class Cluster {
	readonly name = "the cluster";
	readonly #options: ClusterOptions;
	readonly #engine: Engine;
	readonly #prefix: string;
	readonly #since: number;
	#key: string | undefined;
	#epoch: number | undefined;
	#lostCalls = false;
	#attached: Attached | undefined;
	#boxes: readonly BoxSeen[] = [];
	/** The epochs of the other boxes whose calls have been read. */
	#known = new Map<string, string>();
	readonly #ended = new BoundedMap<string, LiveCall>(ENDED_KEPT);
	#stopRenewing: (() => void) | undefined;
	#renewing = false;
	#tookUpOwn = false;
	#keyListener: KeyListener | undefined;
	#stopped = false;
	#takeOvers = 0;
	#fenced = 0;
	/** Resolved when the first epoch is known. */
	readonly #begun = Promise.withResolvers<void>();

	constructor(options: ClusterOptions) {
		const { places, clock, log, connect } = options;
		this.#options = options;
		this.#prefix = `clicktocall:${options.identity}:`;
		this.#since = options.wall.now();
		this.#engine = new Engine(
			{ places, clock, log, ...(connect && { connect }) },
			{
				connected: () => void this.#connected(),
				lost: () => this.#attached?.writer.pause(),
			},
		);
	}

	/** Looks for the engine, for a short while. @param key for Call-IDs, if the cluster has none yet. */
	async start(key?: Uint8Array): Promise<void> {
		this.#key = Buffer.from(key ?? randomBytes(32)).toString("hex");
		void this.#engine.run();
		const late = Promise.withResolvers<void>();
		const stop = this.#options.clock.after(START_PATIENCE, late.resolve);
		await Promise.race([this.#begun.promise, late.promise]);
		stop();
	}

	/** The key of all boxes for Call-IDs; that of this box until the cluster was seen. */
	get callIdKey(): Uint8Array {
		return Buffer.from(this.#key ?? "", "hex");
	}

	/** Answers to requests with an Idempotency-Key, for the boxes that did not get the request. */
	readonly keyExchange = {
		tell: (key: string, request: string, answer: unknown): void =>
			this.#attached?.writer.tell(JSON.stringify({ version: 1, key, request, answer })),
		hear: (listener: KeyListener): void => {
			this.#keyListener = listener;
		},
	};

	/** Whether another box has taken over the calls that this one had when it died. */
	get lostCalls(): boolean {
		return this.#lostCalls;
	}

	get figures(): ClusterFigures {
		return {
			seen: this.#engine.seen && this.#epoch !== undefined,
			trouble: this.#engine.trouble,
			boxes: this.#boxes,
			takeOvers: this.#takeOvers,
			fenced: this.#fenced,
			lag: this.#attached?.writer.lag ?? 0,
			latency: this.#engine.latency / 1000,
		};
	}

	/** Writes all calls down from now on, shows those of the others, and takes over. */
	attach(calls: ClusterCalls, live: LiveCalls): void {
		const { box, clock } = this.#options;
		live.remember((id) => this.#ended.get(id));
		calls.openElsewhere = () => live.inProgress - calls.open;
		calls.elsewhere = (id) => this.#hangUpElsewhere(id);
		const writer = new Writer({ calls, live, box, clock, write: (args) => this.#write(args) });
		this.#attached = { calls, live, writer };
		if (this.#epoch === undefined) writer.pause();
		else void this.#join();
	}

	/** Says that this box is leaving; its calls that go on stay to be taken over. */
	async stop(): Promise<void> {
		this.#stopped = true;
		this.#stopRenewing?.();
		await this.#attached?.writer.stop();
		await this.#run(LEAVE, [this.#options.box, String(this.#epoch ?? 0)]).catch(() => {});
		this.#engine.stop();
	}

	async #connected(): Promise<void> {
		try {
			if (this.#epoch === undefined) await this.#begin();
			else await this.#renew();
			if (this.#attached) await this.#join();
			this.#tick();
		} catch {
			// The connection is gone again: the engine has said so, and opens the next one.
		}
	}

	async #begin(): Promise<void> {
		const answer = await this.#run(BEGIN, [this.#options.box, this.#key ?? "", String(LEASE)]);
		if (!Array.isArray(answer)) return;
		const [epoch, taken, key] = answer;
		this.#epoch = Number(epoch);
		this.#lostCalls = Number(taken) === 1;
		// Legs have been made with the other one if it comes late; those are known by their dialogs.
		if (!this.#attached) this.#key = String(key);
		this.#begun.resolve();
	}

	/** The boxes know of each other again: everything is told and read from the start. */
	async #join(): Promise<void> {
		this.#known.clear();
		this.#attached?.writer.again();
		await this.#readEnded();
		await this.#takeUpOwn();
		await this.#renew();
		void this.#listen();
		this.#tick();
	}

	#tick(): void {
		this.#stopRenewing?.();
		if (this.#stopped) return;
		this.#stopRenewing = this.#options.clock.after(RENEW_INTERVAL, () => {
			this.#tick();
			if (this.#engine.seen) void this.#renew().catch(() => {});
		});
	}

	async #renew(): Promise<void> {
		if (this.#renewing || this.#epoch === undefined) return;
		this.#renewing = true;
		try {
			const { box, address } = this.#options;
			const calls = this.#attached?.calls.open ?? 0;
			const said: BoxSummary = { version: VERSION, address, since: this.#since, calls };
			const answer = await this.#run(RENEW, [
				box,
				String(this.#epoch),
				String(LEASE),
				JSON.stringify(said),
				this.#key ?? "",
			]);
			if (!Array.isArray(answer)) return;
			const status = Number(answer[0]);
			if (status === 0) return await this.#beFenced();
			if (status === 2) this.#attached?.writer.again();
			this.#boxes = readBoxes(answer);
			await this.#lookAround();
		} finally {
			this.#renewing = false;
		}
	}

	/** Others have taken this box for dead, and its calls over: they are theirs. */
	async #beFenced(): Promise<void> {
		const attached = this.#attached;
		this.#fenced += 1;
		attached?.writer.pause();
		const count = attached?.calls.letGo("another box has taken the call over") ?? 0;
		attached?.writer.clear();
		this.#options.log.warning(`another box has taken this one's calls over; ${count} let go`);
		await this.#begin();
		this.#known.clear();
		attached?.writer.resume();
	}

	async #lookAround(): Promise<void> {
		const { clock, takeOver, box, hasAddress: has = hasAddress } = this.#options;
		if (!this.#attached) return;
		const patient = clock.now() - this.#engine.since < PATIENCE;
		for (const other of this.#boxes) {
			if (other.name === box) continue;
			if (this.#known.get(other.name) !== other.epoch) await this.#readCalls(other);
			if (other.alive || patient || (takeOver === "address" && !has(other.address))) continue;
			await this.#claim(other);
		}
		for (const name of this.#known.keys()) {
			if (this.#boxes.some((other) => other.name === name)) continue;
			this.#known.delete(name);
		}
	}

	/** Shows the calls that another box has now. */
	async #readCalls({ name, epoch }: BoxSeen): Promise<void> {
		const answer = await this.#engine.send("HVALS", [`${this.#prefix}calls:${name}`]);
		const calls = (Array.isArray(answer) ? answer : []).flatMap(
			(text) => readLiveCall(readJson(String(text)).call) ?? [],
		);
		this.#known.set(name, epoch);
		this.#attached?.live.allOf(name, calls);
	}

	async #claim({ name, epoch }: BoxSeen): Promise<void> {
		const attached = this.#attached;
		if (!attached) return;
		const args = [this.#options.box, String(this.#epoch ?? 0), name, epoch];
		const found = pairsOf(await this.#run(CLAIM, args));
		if (!found) return;
		const restored = this.#restore(found, name, attached);
		this.#takeOvers += 1;
		this.#known.delete(name);
		attached.live.allOf(name, []);
		this.#options.log.warning(`${name} is gone; calls taken over from it: ${restored}`);
	}

	/** @returns how many of them go on here. */
	#restore(found: readonly (readonly [string, string])[], of: string, attached: Attached): number {
		const { calls, live, writer } = attached;
		let restored = 0;
		for (const [id, text] of found) {
			writer.takenOver(id);
			if (calls.record(id)) continue;
			try {
				const { call, record } = readJson(text);
				const known = readLiveCall(call);
				if (known && of !== this.#options.box && !live.get(id)) live.allOf(of, [...live.of(of), known]);
				const read = readCallRecord(record);
				// What was heard last is newer.
				if (live.get(id)?.state === "ended" && read.state !== "ended") continue;
				calls.restore(read, CSEQ_JUMP);
				restored += 1;
			} catch (error) {
				calls.restoration.unusable += 1;
				const why = error instanceof Error ? error.message : String(error);
				this.#options.log.warning(`a call of ${of} cannot be taken over: ${id}: ${why}`);
			}
		}
		calls.probe();
		return restored;
	}

	/**
	 * Takes up the calls that this box had before it was started again, as far as its state file has not told of them; what
	 * the engine has of those that are over is removed.
	 */
	async #takeUpOwn(): Promise<void> {
		if (this.#tookUpOwn || !this.#attached) return;
		const found = pairsOf(await this.#engine.send("HGETALL", [`${this.#prefix}calls:${this.#options.box}`]));
		this.#tookUpOwn = true;
		if (found && found.length > 0) this.#restore(found, this.#options.box, this.#attached);
	}

	async #readEnded(): Promise<void> {
		const answer = await this.#engine.send("XREVRANGE", [
			`${this.#prefix}ended`,
			"+",
			"-",
			"COUNT",
			String(ENDED_KEPT),
		]);
		for (const entry of (Array.isArray(answer) ? answer : []).reverse()) {
			const call = readLiveCall(readJson(fieldsOf(entry).call ?? ""));
			if (call) this.#ended.set(call.id, call);
		}
	}

	/** Hears of what happens elsewhere, and of orders, until the connection is lost. */
	async #listen(): Promise<void> {
		const streams = [`${this.#prefix}events`, `${this.#prefix}orders:${this.#options.box}`];
		try {
			await follow(
				this.#engine,
				streams,
				(fields) => this.#heard(fields),
				() => this.#stopped,
			);
		} catch {
			// The engine has said so; the next connection listens again.
		}
	}

	#heard({ box, event, hangUp }: Readonly<Record<string, string>>): void {
		const { calls, live } = this.#attached ?? {};
		if (hangUp !== undefined) calls?.hangUpHere(hangUp);
		if (box === undefined || event === undefined || box === this.#options.box) return;
		const said = readJson(event);
		const { key, request, event: told } = said;
		if (typeof key === "string" && typeof request === "string")
			this.#keyListener?.(key, request, said.answer);
		if (typeof told !== "object" || told === null) return;
		const call = readLiveCall((told as { call?: unknown }).call);
		if (!call) return;
		live?.elsewhere(box, { ...(told as Parameters<LiveCalls["elsewhere"]>[1]), call });
		if (call.state === "ended") this.#ended.set(call.id, call);
	}

	#hangUpElsewhere(id: string): boolean {
		const call = this.#attached?.live.get(id);
		if (!call?.box || call.box === this.#options.box || call.state === "ended") return false;
		const stream = `${this.#prefix}orders:${call.box}`;
		this.#engine
			.send("XADD", [stream, "MAXLEN", "~", "1000", "*", "hangUp", id])
			.catch((error) => this.#options.log.warning(`the order to hang up ${id} was not passed on: ${error}`));
		return true;
	}

	async #write(args: string[]): Promise<boolean> {
		if (this.#epoch === undefined) return false;
		try {
			const answer = await this.#run(WRITE, [this.#options.box, String(this.#epoch), ...args]);
			if (Number(answer) === 1) return true;
			// Fenced, or the engine has lost what it knew: the next renewal finds out which.
			void this.#renew().catch(() => {});
			return false;
		} catch {
			return false;
		}
	}

	#run(script: string, args: readonly string[]): Promise<unknown> {
		return this.#engine.send("EVAL", [script, "0", this.#prefix, ...args]);
	}
}
