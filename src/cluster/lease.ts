import { randomBytes } from "node:crypto";
import { RECORD_VERSION } from "../call/call-record.ts";
import type { Clock } from "../time/clock.ts";
import { VERSION } from "../version.ts";
import { pairsOf } from "./answers.ts";
import { type BoxSeen, type BoxSummary, readBoxes } from "./messages.ts";
import { BEGIN, LEAVE, RENEW } from "./scripts.ts";

/** How long a box that is not heard of counts as alive, in milliseconds. */
export const LEASE = 2500;
/** How often a box says that it is alive, in milliseconds. */
const RENEW_INTERVAL = 500;
/** How long after the end of another box's lease it is looked at, in milliseconds. */
const LOOK_AFTER = 5;

export interface LeaseListener {
	/** The box is known to run. */
	beat(): void;
	/** The other boxes, and this one, as they are now. */
	seen(boxes: readonly BoxSeen[]): Promise<void>;
	/** The engine has lost what it was told. */
	forgotten(): Promise<void>;
	/**
	 * Others have taken this box for dead.
	 * @param taken the calls that they took over, with their states.
	 */
	fenced(taken: ReadonlyMap<string, string>): void;
	/** Who has the calls of this box is known. @param askedAt when that was asked, by the clock. */
	renewed(askedAt: number): void;
}

export interface LeaseOptions {
	readonly box: string;
	/** How phones reach it. */
	readonly address: string;
	/** When the box started, in milliseconds since 1970. */
	readonly since: number;
	readonly clock: Clock;
	/** Runs a script with arguments after the prefix. @throws {EngineError} */
	readonly run: (script: string, args: readonly string[]) => Promise<unknown>;
	/** How many calls this box has. */
	readonly calls: () => number;
	readonly listener: LeaseListener;
}

/**
 * Says that this box is alive, and hears of the others. It has an epoch: who has claimed its calls after its lease was
 * over has raised that in the engine, which fences this box until it begins the next one.
 */
export class Lease {
	readonly #options: LeaseOptions;
	/** In hexadecimal digits. */
	#key = "";
	#epoch: number | undefined;
	#renewing = false;
	#attached = false;
	#stopTimer: (() => void) | undefined;
	#stopped = false;
	/** When the lease of another box ends next, by the clock. */
	#endsNext = Number.POSITIVE_INFINITY;
	/** The calls that others had taken over before this process began, with their states. */
	gone: ReadonlyMap<string, string> = new Map();

	constructor(options: LeaseOptions) {
		this.#options = options;
	}

	/** Undefined before the engine was seen first. */
	get epoch(): number | undefined {
		return this.#epoch;
	}

	/** The key of all boxes for Call-IDs; that of this box until the engine was seen. */
	get key(): Uint8Array {
		return Buffer.from(this.#key, "hex");
	}

	/** @param key for Call-IDs, if the boxes have none yet. */
	propose(key: Uint8Array | undefined): void {
		this.#key = Buffer.from(key ?? randomBytes(32)).toString("hex");
	}

	/** From now on the box has calls: legs with the key as it is. */
	attach(): void {
		this.#attached = true;
	}

	/** There is a connection to the engine. @throws {EngineError} */
	async connected(): Promise<void> {
		if (this.#epoch === undefined) {
			this.gone = await this.#begin();
			// It was started without the engine, and has taken them up.
			if (this.#attached && this.gone.size > 0) this.#options.listener.fenced(this.gone);
		} else await this.renew();
		this.#tick();
	}

	/** Renews the lease now, unless that is being done. @throws {EngineError} */
	async renew(): Promise<void> {
		if (this.#renewing || this.#epoch === undefined) return;
		this.#renewing = true;
		try {
			await this.#renew(this.#epoch);
		} finally {
			this.#renewing = false;
		}
	}

	/** The lease is renewed no more, and lasts for what is left of it. */
	rest(): void {
		this.#stopped = true;
		this.#stopTimer?.();
	}

	/** Says that this box is leaving; calls that it leaves are to be taken over. */
	async leave(): Promise<void> {
		this.rest();
		const { box, run } = this.#options;
		await run(LEAVE, [box, String(this.#epoch ?? 0)]).catch(() => {});
	}

	async #begin(): Promise<ReadonlyMap<string, string>> {
		const { box, run } = this.#options;
		const answer = await run(BEGIN, [box, this.#key, String(LEASE)]);
		const [epoch, key, taken] = Array.isArray(answer) ? answer : [];
		this.#epoch = Number(epoch);
		// Legs have been made with the other one if it comes late; those are known by their dialogs.
		if (!this.#attached) this.#key = String(key);
		return new Map(pairsOf(taken) ?? []);
	}

	async #renew(epoch: number): Promise<void> {
		const { box, address, since, clock, run, calls, listener } = this.#options;
		const said: BoxSummary = {
			version: VERSION,
			address,
			since,
			calls: calls(),
			records: RECORD_VERSION,
		};
		const args = [box, String(epoch), String(LEASE), JSON.stringify(said), this.#key];
		const askedAt = clock.now();
		const answer = await run(RENEW, args);
		if (!Array.isArray(answer)) return;
		const status = Number(answer[0]);
		if (status === 0) {
			// What others have taken over is let go in the same turn in which this box is heard of again.
			listener.fenced(await this.#begin());
			listener.renewed(askedAt);
			return;
		}
		listener.renewed(askedAt);
		if (status === 2) await listener.forgotten();
		const boxes = readBoxes(answer);
		const leases = boxes.filter(({ name, alive }) => alive && name !== box).map(({ lease }) => lease);
		this.#endsNext = clock.now() + Math.min(...leases) + LOOK_AFTER;
		// What that leads to may take longer than the lease lasts.
		void listener.seen(boxes).catch(() => {});
	}

	/** Renews again and again: sooner when another box may be gone before. */
	#tick(): void {
		const { clock, listener } = this.#options;
		this.#stopTimer?.();
		if (this.#stopped) return;
		listener.beat();
		const now = clock.now();
		const untilEnd = this.#endsNext > now ? this.#endsNext - now : RENEW_INTERVAL;
		this.#stopTimer = clock.after(Math.min(untilEnd, RENEW_INTERVAL), () => {
			this.#tick();
			void this.renew().catch(() => {});
		});
	}
}
