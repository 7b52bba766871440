import { LeanPhone } from "./lean-phone.ts";
import type { Placer, ResultListener } from "./placers.ts";
import { percentile } from "./statistics.ts";

/** What to do to a server. */
export interface LoadPlan {
	readonly calls: number;
	readonly anchored: boolean;
	/** Calls in progress at a time; used when `perSecond` is 0. */
	readonly inFlight: number;
	/** New calls a second, however many are open; 0: as fast as `inFlight` allows. */
	readonly perSecond: number;
	/** Whether connected calls are left open, until `release`. */
	readonly hold?: boolean;
}

/** How it went. */
export interface LoadFigures {
	readonly done: number;
	/** Calls that the server, or a phone, refused. */
	readonly failed: number;
	/** Calls of which nothing more was heard. */
	readonly lost: number;
	readonly seconds: number;
	readonly callsPerSecond: number;
	/** From the request to `200 Destination`, or to the same moment as the phones see it. */
	readonly medianMs: number;
	readonly p99Ms: number;
	/** SIP messages between server and phones, for each call. */
	readonly messagesPerCall: number;
	/** Messages that the phones sent again or got again. */
	readonly retransmissions: number;
	/** The first few things that went wrong. */
	readonly faults: readonly string[];
}

interface OpenCall {
	readonly index: number;
	readonly start: number;
	connected: boolean;
	legsOver: number;
}

/** After this time without an end a call is lost; longer than any SIP timer. */
const LOST_MS = 40_000;
const WATCH_MS = 1000;
/** How often a steady load looks whether a call is due. */
const STEADY_MS = 2;
const MAX_FAULTS = 5;

/** Two phones, and a client that asks a server to connect them. */
export class Load {
	readonly #initiator: LeanPhone;
	readonly #destination: LeanPhone;
	readonly #placer: Placer;
	readonly #calls = new Map<number, OpenCall>();
	readonly #held = new Set<number>();
	#tally = newTally();
	#plan: LoadPlan = { calls: 0, anchored: false, inFlight: 0, perSecond: 0 };
	/** Calls that were asked for in all runs, and in this one. */
	#index = 0;
	#placed = 0;
	#moved: () => void = () => {};

	private constructor(initiator: LeanPhone, destination: LeanPhone, placer: Placer) {
		this.#initiator = initiator;
		this.#destination = destination;
		this.#placer = placer;
	}

	/** @param connect connects to the server; it is given a listener for results. */
	static async start(connect: (listener: ResultListener) => Promise<Placer>): Promise<Load> {
		let load: Load | undefined;
		const tell = (what: (it: Load) => void): void => {
			if (load) what(load);
		};
		const initiator = await LeanPhone.start({
			acknowledged: () => {},
			referred: (user) => tell((it) => it.#phoneConnected(user, false)),
			ended: (user) => tell((it) => it.#legOver(user)),
		});
		const destination = await LeanPhone.start({
			acknowledged: (user) => tell((it) => it.#phoneConnected(user, true)),
			referred: () => {},
			ended: (user) => tell((it) => it.#legOver(user)),
		});
		const placer = await connect((index, code, leg) => tell((it) => it.#result(index, code, leg)));
		load = new Load(initiator, destination, placer);
		return load;
	}

	/** Places calls and waits until each is over, or connected when they are to be held. */
	async run(plan: LoadPlan): Promise<LoadFigures> {
		this.#plan = plan;
		this.#placed = 0;
		this.#tally = newTally();
		const messages = this.#messages;
		const repeated = this.#retransmissions;
		const surprises = this.#surprises.length;
		const start = performance.now();
		await this.#drive(start);
		const seconds = (performance.now() - start) / 1000;
		const { done, failed, lost, latencies, faults } = this.#tally;
		return {
			done,
			failed,
			lost,
			seconds,
			callsPerSecond: done / seconds,
			medianMs: percentile(latencies, 0.5),
			p99Ms: percentile(latencies, 0.99),
			messagesPerCall: (this.#messages - messages) / Math.max(1, done),
			retransmissions: this.#retransmissions - repeated,
			faults: [...faults, ...this.#surprises.slice(surprises)].slice(0, MAX_FAULTS),
		};
	}

	/** Hangs up the calls that are held. */
	async release(): Promise<void> {
		for (const index of this.#held) this.#initiator.hangUp(`i${index}`);
		this.#held.clear();
		const deadline = performance.now() + LOST_MS;
		while (this.#initiator.open + this.#destination.open > 0 && performance.now() < deadline)
			await Bun.sleep(20);
	}

	stop(): void {
		this.#placer.stop();
		this.#initiator.stop();
		this.#destination.stop();
	}

	/** The initiator also talks to the destination when it carries out a REFER; that is not the server's. */
	get #messages(): number {
		const { messages } = this.#destination;
		return this.#initiator.messages + (this.#plan.anchored ? messages : -messages);
	}

	get #retransmissions(): number {
		return this.#initiator.retransmissions + this.#destination.retransmissions;
	}

	get #surprises(): string[] {
		return [...this.#initiator.surprises, ...this.#destination.surprises];
	}

	async #drive(start: number): Promise<void> {
		const { calls, perSecond, inFlight } = this.#plan;
		const { promise, resolve } = Promise.withResolvers<void>();
		const due = (): number =>
			perSecond > 0
				? Math.min(calls, Math.floor(((performance.now() - start) / 1000) * perSecond) + 1)
				: Math.min(calls, this.#placed + inFlight - this.#calls.size);
		this.#moved = () => {
			while (this.#placed < due()) this.#place();
			if (this.#placed === calls && this.#calls.size === 0) resolve();
		};
		const steady = perSecond > 0 ? setInterval(() => this.#moved(), STEADY_MS) : undefined;
		const watch = setInterval(() => this.#giveUp(), WATCH_MS);
		this.#moved();
		await promise;
		clearInterval(steady);
		clearInterval(watch);
		this.#moved = () => {};
	}

	#place(): void {
		this.#placed++;
		const index = ++this.#index;
		const call: OpenCall = { index, start: performance.now(), connected: false, legsOver: 0 };
		this.#calls.set(index, call);
		this.#placer.place({
			index,
			initiator: this.#initiator.uri(`i${index}`),
			destination: this.#destination.uri(`d${index}`),
			anchored: this.#plan.anchored,
		});
	}

	#result(index: number, code: number, leg: string): void {
		const call = this.#calls.get(index);
		if (!call) return;
		if (code === 200 && leg === "Destination") this.#connected(call);
		else if (code >= 300) {
			this.#tally.failed++;
			this.#tally.faults.push(`call ${index}: ${code} ${leg}`);
			this.#forget(call);
		}
	}

	#phoneConnected(user: string, anchored: boolean): void {
		if (this.#placer.hears || anchored !== this.#plan.anchored) return;
		const call = this.#calls.get(Number(user.slice(1)));
		if (call) this.#connected(call);
	}

	#connected(call: OpenCall): void {
		if (call.connected) return;
		call.connected = true;
		this.#tally.latencies.push(performance.now() - call.start);
		if (this.#plan.hold) {
			this.#held.add(call.index);
			this.#tally.done++;
			this.#forget(call);
			return;
		}
		if (this.#plan.anchored) this.#initiator.hangUp(`i${call.index}`);
		this.#endWhenOver(call);
	}

	#legOver(user: string): void {
		const call = this.#calls.get(Number(user.slice(1)));
		if (!call) return;
		call.legsOver++;
		this.#endWhenOver(call);
	}

	#endWhenOver(call: OpenCall): void {
		if (!call.connected || call.legsOver < 2) return;
		this.#tally.done++;
		this.#forget(call);
	}

	#forget(call: OpenCall): void {
		this.#calls.delete(call.index);
		this.#moved();
	}

	#giveUp(): void {
		const now = performance.now();
		for (const call of this.#calls.values()) {
			if (now - call.start < LOST_MS) continue;
			this.#tally.lost++;
			const state = call.connected ? `connected, ${call.legsOver} of 2 legs over` : "not connected";
			this.#tally.faults.push(`call ${call.index}: no end after ${LOST_MS / 1000} s, ${state}`);
			this.#forget(call);
		}
	}
}

interface Tally {
	done: number;
	failed: number;
	lost: number;
	readonly latencies: number[];
	readonly faults: string[];
}

function newTally(): Tally {
	return { done: 0, failed: 0, lost: 0, latencies: [], faults: [] };
}
