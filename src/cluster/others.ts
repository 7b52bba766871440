import { BoundedMap } from "../bounded-map.ts";
import type { LiveCalls } from "../live/live-calls.ts";
import type { LiveCall } from "../live/types.ts";
import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import { fieldsOf } from "./answers.ts";
import { type BoxSeen, readJson, readLiveCall, readTold } from "./messages.ts";
import type { KeyListener } from "./types.ts";

/** Calls of other boxes that are over and remembered. */
const ENDED_KEPT = 2000;
/** How long the calls of a box that is gone are shown while nobody says to have them, in milliseconds. */
const LEFTOVERS_SHOWN = 10_000;

export interface OthersOptions {
	readonly live: LiveCalls;
	readonly box: string;
	readonly clock: Clock;
	readonly wall: WallClock;
	readonly prefix: string;
	/** Sends a command. @throws {EngineError} */
	readonly send: (command: string, args: readonly string[]) => Promise<unknown>;
}

/** The calls of the other boxes, as far as this one has to know of them. */
export class Others {
	readonly #options: OthersOptions;
	/** The epochs of the boxes whose calls have been read. */
	readonly #known = new Map<string, string>();
	/** Boxes that are gone, with the time until which their calls are shown, by the clock. */
	readonly #leaving = new Map<string, number>();
	readonly #ended = new BoundedMap<string, LiveCall>(ENDED_KEPT);
	/** Whether the ends of calls have been read since the boxes last lost sight of each other. */
	#knowsEnded = false;
	/** How old the last event was when it was heard, in seconds, by the clocks of both boxes. */
	lag = 0;
	/** Hears of answers to requests with an Idempotency-Key. */
	keyListener: KeyListener | undefined;

	constructor(options: OthersOptions) {
		this.#options = options;
		options.live.remember((id) => this.#ended.get(id));
	}

	/** What is known may be out of date: everything is read again. */
	forget(): void {
		this.#known.clear();
		this.#knowsEnded = false;
	}

	/** Reads the ends of calls. @throws {EngineError} */
	async #readEnded(): Promise<void> {
		const { send, prefix } = this.#options;
		const answer = await send("XREVRANGE", [`${prefix}ended`, "+", "-", "COUNT", String(ENDED_KEPT)]);
		for (const entry of (Array.isArray(answer) ? answer : []).reverse()) {
			const call = readLiveCall(readJson(fieldsOf(entry).call ?? ""));
			if (call) this.#ended.set(call.id, call);
		}
		this.#knowsEnded = true;
	}

	/** These are the boxes there are now. @throws {EngineError} */
	async seen(boxes: readonly BoxSeen[]): Promise<void> {
		const { box, live, clock } = this.#options;
		// First, so that calls which are not there any more end as they did.
		if (!this.#knowsEnded) await this.#readEnded();
		for (const other of boxes) {
			if (other.name === box) continue;
			this.#leaving.delete(other.name);
			if (this.#known.get(other.name) === other.epoch) continue;
			await this.#readCalls(other.name);
			this.#known.set(other.name, other.epoch);
		}
		for (const name of this.#known.keys()) {
			if (boxes.some((other) => other.name === name)) continue;
			this.#known.delete(name);
			// Who took its calls over says so, call by call.
			this.#leaving.set(name, clock.now() + LEFTOVERS_SHOWN);
		}
		for (const [name, until] of this.#leaving) {
			if (clock.now() < until) continue;
			this.#leaving.delete(name);
			live.allOf(name, []);
		}
	}

	/** Hears what a box says. */
	heard(box: string, event: string): void {
		if (box === this.#options.box) return;
		const said = readJson(event);
		const { key, request, event: told, all } = said;
		if (all === true) void this.#readCalls(box).catch(() => {});
		if (typeof key === "string" && typeof request === "string") this.keyListener?.(key, request, said.answer);
		const heard = readTold(told);
		if (!heard) return;
		this.lag = Math.max(0, this.#options.wall.now() - heard.at) / 1000;
		this.#options.live.elsewhere(box, heard);
		if (heard.call.state === "ended") this.#ended.set(heard.call.id, heard.call);
	}

	/** Shows the calls that another box has now. */
	async #readCalls(name: string): Promise<void> {
		const { send, prefix, live } = this.#options;
		const answer = await send("HVALS", [`${prefix}calls:${name}`]);
		const calls = (Array.isArray(answer) ? answer : []).flatMap(
			(text) => readLiveCall(readJson(String(text)).call) ?? [],
		);
		live.allOf(name, calls);
	}
}
