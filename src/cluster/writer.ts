import { hashText } from "#runtime";
import type { CallService } from "../call/call-service.ts";
import type { CallWatch } from "../call/record-watch.ts";
import type { LiveCalls } from "../live/live-calls.ts";
import type { LiveEvent } from "../live/types.ts";
import type { Clock } from "../time/clock.ts";
import type { Envelope, ToldAll, ToldEvent } from "./messages.ts";

/**
 * Least time between two writes, in milliseconds. What comes first is written as soon as its turn is over, so that others
 * see it at once; what follows is gathered.
 */
const WRITE_INTERVAL = 40;
/** Most events that wait to be told; the oldest are dropped, and the calls as they are written instead. */
const MAX_EVENTS = 2000;
/** Most calls in one write. */
const MAX_CALLS = 200;
/** Most events, and most ends of calls, in one write. */
const MAX_TOLD = 500;

export interface WriterOptions {
	readonly calls: Pick<CallService, "record" | "watchRecords">;
	readonly live: Pick<LiveCalls, "get" | "list" | "isOwn" | "subscribe">;
	readonly clock: Clock;
	/**
	 * Writes the arguments of the script from the number of calls on.
	 * @returns false when they could not be written.
	 */
	readonly write: (args: string[]) => Promise<boolean>;
}

/** Writes the calls of this box: one write at a time, with whatever has gathered during the one before. */
export class Writer {
	readonly #options: WriterOptions;
	readonly #changed = new Set<string>();
	/** The calls that the engine has, with a hash of what it has. */
	readonly #written = new Map<string, number | bigint>();
	#events: string[] = [];
	#ended: string[] = [];
	#writing = false;
	#paused = false;
	#muted = false;
	/** Whether the others have been told that all calls are written. */
	#toldAll = true;
	/** How often everything was written again: a write that began before says nothing about what came after. */
	#run = 0;
	#stopTimer: (() => void) | undefined;
	/** When the last write began, by the clock. */
	#wroteAt = Number.NEGATIVE_INFINITY;
	/** When the oldest change came that is not written yet, by the clock. */
	#since: number | undefined;

	constructor(options: WriterOptions) {
		this.#options = options;
		options.calls.watchRecords((id) => new WatchedCall(this, id));
		options.live.subscribe((event) => this.#hear(event));
	}

	/** How long the oldest change has waited, in seconds. */
	get lag(): number {
		return this.#since === undefined ? 0 : (this.#options.clock.now() - this.#since) / 1000;
	}

	/** Whether nothing is written until `again`. */
	get paused(): boolean {
		return this.#paused;
	}

	/** The engine may have something of this call, or should. What changes in a pause is found by `again`. */
	note(id: string): void {
		if (this.#paused || this.#muted) return;
		this.#changed.add(id);
		this.#later();
	}

	/** The engine has a call of another box that this one has taken over. */
	takenOver(id: string): void {
		this.#written.set(id, 0);
		this.note(id);
	}

	/**
	 * All calls are written again, and what is over is removed.
	 * @param stored the calls that the engine has.
	 */
	again(stored: readonly string[]): void {
		this.#written.clear();
		for (const id of stored) this.#written.set(id, 0);
		for (const call of this.#options.live.list())
			if (this.#options.live.isOwn(call)) this.#changed.add(call.id);
		for (const id of stored) this.#changed.add(id);
		this.#paused = false;
		this.#toldAll = false;
		this.#run += 1;
		this.#later();
	}

	/** Writes nothing until `again`. */
	pause(): void {
		this.#paused = true;
		this.#changed.clear();
	}

	/** What happens to calls in here is not told: they are those of another box. */
	mute(work: () => void): void {
		this.#muted = true;
		work();
		this.#muted = false;
	}

	/** Writes what is left, once. */
	async stop(): Promise<void> {
		this.#stopTimer?.();
		this.#stopTimer = undefined;
		await this.#flush();
	}

	/** Tells the other boxes something besides calls. */
	tell(text: string): void {
		this.#events.push(text);
		if (this.#events.length > MAX_EVENTS) this.#events.splice(0, MAX_EVENTS / 2);
		this.#later();
	}

	#hear(event: LiveEvent): void {
		if (this.#muted || event.kind === "refused" || !this.#options.live.isOwn(event.call)) return;
		const told: ToldEvent = { version: 1, event };
		this.tell(JSON.stringify(told));
		if (event.kind === "state" && event.call.state === "ended") {
			this.#ended.push(JSON.stringify(event.call));
			if (this.#ended.length > MAX_EVENTS) this.#ended.splice(0, MAX_EVENTS / 2);
		}
		this.note(event.call.id);
	}

	#later(): void {
		const { clock } = this.#options;
		this.#since ??= clock.now();
		if (this.#paused || this.#writing || this.#stopTimer) return;
		const wait = Math.max(0, this.#wroteAt + WRITE_INTERVAL - clock.now());
		this.#stopTimer = clock.after(wait, () => {
			this.#stopTimer = undefined;
			void this.#flush();
		});
	}

	async #flush(): Promise<void> {
		if (this.#writing || this.#paused) return;
		this.#writing = true;
		const run = this.#run;
		const ids = [...this.#changed].slice(0, MAX_CALLS);
		const events = this.#events.splice(0, MAX_TOLD);
		const ended = this.#ended.splice(0, MAX_TOLD);
		const changes = ids.flatMap((id) => {
			this.#changed.delete(id);
			const text = this.#envelopeOf(id);
			const hash = hashText(text);
			const before = this.#written.get(id);
			return (text === "" ? before === undefined : before === hash) ? [] : [{ id, text, hash }];
		});
		if (!this.#toldAll && this.#changed.size + this.#events.length === 0) {
			this.#toldAll = true;
			events.push(JSON.stringify({ version: 1, all: true } satisfies ToldAll));
		}
		if (changes.length + events.length + ended.length > 0) {
			const records = changes.flatMap(({ id, text }) => [id, text]);
			const args = [String(changes.length), ...records, String(ended.length), ...ended, ...events];
			this.#wroteAt = this.#options.clock.now();
			if (await this.#options.write(args)) {
				for (const { id, text, hash } of changes) {
					if (text === "") this.#written.delete(id);
					else this.#written.set(id, hash);
				}
			} else {
				this.#events.unshift(...events);
				this.#ended.unshift(...ended);
				if (run === this.#run) this.pause();
			}
		}
		this.#writing = false;
		if (this.#changed.size + this.#events.length + this.#ended.length === 0) this.#since = undefined;
		else this.#later();
	}

	/** @returns an empty text once nothing is left of the call. */
	#envelopeOf(id: string): string {
		const record = this.#options.calls.record(id);
		if (!record) return "";
		const { state } = record;
		const envelope: Envelope = { version: 1, state, call: this.#options.live.get(id), record };
		return JSON.stringify(envelope);
	}
}

/** Notes a call whenever its record may have changed. */
class WatchedCall implements CallWatch {
	readonly #writer: Writer;
	readonly #id: string;

	constructor(writer: Writer, id: string) {
		this.#writer = writer;
		this.#id = id;
	}

	changed(): void {
		this.#writer.note(this.#id);
	}

	published(): void {
		this.#writer.note(this.#id);
	}
}
