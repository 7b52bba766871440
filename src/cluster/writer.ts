import { hashText } from "#runtime";
import type { CallService } from "../call/call-service.ts";
import type { LiveCalls } from "../live/live-calls.ts";
import type { LiveEvent } from "../live/types.ts";
import type { Clock } from "../time/clock.ts";
import type { Envelope, ToldEvent } from "./messages.ts";

/** How long changes are gathered, in milliseconds. */
const WRITE_DELAY = 20;
/** Most events that wait to be told; the oldest are dropped, and the calls as they are written instead. */
const MAX_EVENTS = 2000;
/** Most calls in one write. */
const MAX_CALLS = 200;

export interface WriterOptions {
	readonly calls: Pick<CallService, "record" | "watchRecords">;
	readonly live: LiveCalls;
	readonly box: string;
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
	#stopTimer: (() => void) | undefined;
	/** When the oldest change came that is not written yet, by the clock. */
	#since: number | undefined;

	constructor(options: WriterOptions) {
		this.#options = options;
		options.calls.watchRecords((id) => this.note(id));
		options.live.subscribe((event) => this.#hear(event));
	}

	/** How long the oldest change has waited, in seconds. */
	get lag(): number {
		return this.#since === undefined ? 0 : (this.#options.clock.now() - this.#since) / 1000;
	}

	/** The engine may have something of this call, or should. */
	note(id: string): void {
		this.#changed.add(id);
		this.#later();
	}

	/** The engine has a call of another box that this one has taken over. */
	takenOver(id: string): void {
		this.#written.set(id, 0);
		this.note(id);
	}

	/** The engine has lost what was written: all calls are written again. */
	again(): void {
		this.#written.clear();
		for (const call of this.#options.live.list()) if (this.#isOwn(call)) this.#changed.add(call.id);
		this.resume();
	}

	/** Tells nothing until `resume`. */
	pause(): void {
		this.#paused = true;
	}

	/** Nothing of this box is left: forgets what was to be written. */
	clear(): void {
		this.#changed.clear();
		this.#written.clear();
		this.#events = [];
		this.#ended = [];
		this.#since = undefined;
	}

	resume(): void {
		this.#paused = false;
		this.#later();
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
		this.#later();
	}

	#isOwn({ box }: { readonly box?: string }): boolean {
		return box === this.#options.box;
	}

	#hear(event: LiveEvent): void {
		if (event.kind === "refused" || !this.#isOwn(event.call)) return;
		const told: ToldEvent = { version: 1, event };
		this.#events.push(JSON.stringify(told));
		if (this.#events.length > MAX_EVENTS) this.#events.splice(0, MAX_EVENTS / 2);
		if (event.kind === "state" && event.call.state === "ended") {
			this.#ended.push(JSON.stringify(event.call));
			if (this.#ended.length > MAX_EVENTS) this.#ended.splice(0, MAX_EVENTS / 2);
		}
		this.note(event.call.id);
	}

	#later(): void {
		this.#since ??= this.#options.clock.now();
		if (this.#paused || this.#writing) return;
		this.#stopTimer ??= this.#options.clock.after(WRITE_DELAY, () => {
			this.#stopTimer = undefined;
			void this.#flush();
		});
	}

	async #flush(): Promise<void> {
		if (this.#writing) return;
		this.#writing = true;
		const ids = [...this.#changed].slice(0, MAX_CALLS);
		const events = this.#events.splice(0);
		const ended = this.#ended.splice(0);
		const changes = ids.flatMap((id) => {
			this.#changed.delete(id);
			const text = this.#envelopeOf(id);
			const hash = hashText(text);
			const before = this.#written.get(id);
			return (text === "" ? before === undefined : before === hash) ? [] : [{ id, text, hash }];
		});
		if (changes.length + events.length + ended.length > 0) {
			const records = changes.flatMap(({ id, text }) => [id, text]);
			const args = [String(changes.length), ...records, String(ended.length), ...ended, ...events];
			if (await this.#options.write(args)) {
				for (const { id, text, hash } of changes) {
					if (text === "") this.#written.delete(id);
					else this.#written.set(id, hash);
				}
			} else {
				for (const { id } of changes) this.#changed.add(id);
				this.#events.unshift(...events);
				this.#ended.unshift(...ended);
				this.#paused = true;
			}
		}
		this.#writing = false;
		if (this.#changed.size + this.#events.length === 0) this.#since = undefined;
		else this.#later();
	}

	/** @returns an empty text once nothing is left of the call. */
	#envelopeOf(id: string): string {
		const record = this.#options.calls.record(id);
		if (!record) return "";
		const envelope: Envelope = { version: 1, call: this.#options.live.get(id), record };
		return JSON.stringify(envelope);
	}
}
