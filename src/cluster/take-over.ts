import { BoundedMap } from "../bounded-map.ts";
import { READABLE_RECORDS, readCallRecord } from "../call/call-record.ts";
import type { LiveCalls } from "../live/live-calls.ts";
import type { Logger } from "../log/logger.ts";
import { RecordError } from "../record.ts";
import type { Clock } from "../time/clock.ts";
import { pause } from "../time/pause.ts";
import type { WallClock } from "../time/wall-clock.ts";
import { pairsOf } from "./answers.ts";
import { type BoxSeen, readJson, readLiveCall } from "./messages.ts";
import { CLAIM, REMIND } from "./scripts.ts";
import type { ClusterCalls } from "./types.ts";
import type { Writer } from "./writer.ts";

/** How far CSeq numbers go beyond what is recorded: beyond all that the other box may still send. */
const CSEQ_JUMP = 1000;
/** Boxes whose calls were taken over and that are remembered for an engine that forgets it. */
const REMEMBERED = 64;
/** Calls that are restored in one turn of the event loop. */
const AT_ONCE = 25;

export interface TakeOverOptions {
	readonly calls: Pick<ClusterCalls, "record" | "restore" | "restoration" | "probe">;
	readonly live: LiveCalls;
	readonly writer: Pick<Writer, "takenOver">;
	readonly box: string;
	/** Whether phones have to be told the address of this box. */
	readonly moves: boolean;
	/** Stands still while this box does not know whether its calls are still its own. */
	readonly clock: Clock;
	/** This box's epoch: with another one, what it has claimed before is no longer its own. */
	readonly epoch: () => number | undefined;
	readonly wall: WallClock;
	readonly log: Logger;
	/** Sends a command. @throws {EngineError} */
	readonly send: (command: string, args: readonly string[]) => Promise<unknown>;
	/** Runs a script with arguments after the prefix. @throws {EngineError} */
	readonly run: (script: string, args: readonly string[]) => Promise<unknown>;
	readonly prefix: string;
}

/** Goes on with calls that another process has recorded: another box, or this one before it was started again. */
export class TakeOver {
	readonly #options: TakeOverOptions;
	/** Whether the engine may have calls of this box that it does not know: those of its last run, or just claimed. */
	#unsure = true;
	/** Boxes whose calls are left to others, with their epochs. */
	readonly #left = new Map<string, string>();
	/** By box: the epoch that it had when its calls were taken over, and their ids and states then. */
	readonly #taken = new BoundedMap<string, { readonly epoch: string; readonly calls: readonly string[] }>(
		REMEMBERED,
	);
	/** How often calls of another box were taken over. */
	count = 0;

	constructor(options: TakeOverOptions) {
		this.#options = options;
	}

	/**
	 * Takes all calls of a box that is gone, unless another one is first. Those that this program cannot read stay where they
	 * are, for a box that can, or for the one that is gone when it is back.
	 *
	 * @throws {EngineError}
	 */
	async claim(gone: Pick<BoxSeen, "name" | "epoch" | "records">): Promise<void> {
		const { run, box, live, log } = this.#options;
		const epoch = this.#options.epoch() ?? 0;
		const { name, records } = gone;
		if (!READABLE_RECORDS.includes(records)) {
			if (this.#left.get(name) !== gone.epoch)
				log.warning(
					`${name} is gone; its calls have records of version ${records}, which this one cannot read`,
				);
			this.#left.set(name, gone.epoch);
			return;
		}
		// If the answer is lost, the calls are this box's all the same.
		this.#unsure = true;
		const found = pairsOf(await run(CLAIM, [box, String(epoch), name, gone.epoch]));
		this.#unsure = false;
		if (!found) return;
		this.#taken.set(name, {
			epoch: gone.epoch,
			calls: found.flatMap(([id, text]) => [id, String(readJson(text).state ?? "")]),
		});
		const restored = await this.#restore(found, name, epoch);
		if (restored === undefined) {
			log.warning(`${name} is gone; its calls were taken over, and are another box's by now`);
			return;
		}
		this.count += 1;
		live.allOf(name, []);
		log.warning(`${name} is gone; calls taken over from it: ${restored}`);
	}

	/**
	 * Tells the engine, which has forgotten it, whose calls this box has taken over: who was cut off all the while is to let
	 * go of them. @throws {EngineError}
	 */
	async remind(): Promise<void> {
		const { run, box, epoch } = this.#options;
		for (const [name, { epoch: had, calls }] of this.#taken)
			await run(REMIND, [box, String(epoch() ?? 0), name, had, ...calls]);
	}

	/**
	 * Takes up what the engine has for this box and what is not here: the calls that it had before it was started again, as
	 * far as its state file has not told of them, or what it has claimed without hearing of it.
	 *
	 * @returns the ids of all calls that the engine has for this box.
	 * @throws {EngineError}
	 */
	async takeUpOwn(): Promise<string[]> {
		const { send, prefix, box } = this.#options;
		const key = `${prefix}calls:${box}`;
		if (!this.#unsure) {
			const ids = await send("HKEYS", [key]);
			return Array.isArray(ids) ? ids.map(String) : [];
		}
		const epoch = this.#options.epoch() ?? 0;
		const found = pairsOf(await send("HGETALL", [key])) ?? [];
		this.#unsure = false;
		await this.#restore(found, box, epoch);
		return found.map(([id]) => id);
	}

	/**
	 * @param epoch in which they are this box's own.
	 * @returns how many of them go on here; undefined when this box has lost them meanwhile: who has them now goes on.
	 */
	async #restore(
		found: readonly (readonly [string, string])[],
		of: string,
		epoch: number,
	): Promise<number | undefined> {
		const { calls, clock, moves, box } = this.#options;
		let restored = 0;
		for (let at = 0; at < found.length; at += AT_ONCE) {
			// The lease of this box is to be renewed meanwhile, and it may have stood still since it has asked for the calls.
			await pause(clock, 0);
			if (this.#options.epoch() !== epoch) return undefined;
			for (const [id, text] of found.slice(at, at + AT_ONCE))
				if (this.#restoreOne(id, text, of)) restored += 1;
			calls.probe(of !== box && moves ? "urgent" : "gentle");
		}
		return restored;
	}

	/** @returns whether it goes on here. */
	#restoreOne(id: string, text: string, of: string): boolean {
		const { calls, live, writer, wall, log, box } = this.#options;
		writer.takenOver(id);
		if (calls.record(id)) return false;
		try {
			const { version, call, record, claims } = readJson(text);
			if (version !== 1) throw new RecordError(`envelope.version: 1 was expected, found ${String(version)}`);
			const known = readLiveCall(call);
			if (known && of !== box && !live.get(id))
				live.elsewhere(of, { at: wall.now(), kind: "state", call: known });
			const read = readCallRecord(record);
			// What was heard last is newer.
			if (live.get(id)?.state === "ended" && read.state !== "ended") return false;
			// Each box before may have sent requests that it did not live to write down.
			calls.restore(read, CSEQ_JUMP * (1 + (Number(claims) || 0)));
			return true;
		} catch (error) {
			calls.restoration.unusable += 1;
			const why = error instanceof Error ? error.message : String(error);
			log.warning(`a call of ${of} cannot be taken over: ${id}: ${why}`);
			return false;
		}
	}
}
