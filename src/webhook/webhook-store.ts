import { errorCode } from "../error-code.ts";
import type { Logger } from "../log/logger.ts";
import { Journal } from "../state/journal.ts";
import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import type { Notice } from "./notice.ts";
import { UndeliveredEvents } from "./undelivered.ts";

export interface WebhookStoreOptions {
	readonly path: string;
	/** Names of the receivers. */
	readonly receivers: readonly string[];
	readonly clock: Clock;
	readonly wall: WallClock;
	readonly log: Logger;
}

/** How old an event may be to be delivered after a restart, in milliseconds. */
const LONGEST_KEPT = 86_400_000;
/** How long it may take until it is written down that an event was delivered, in milliseconds. */
const DONE_DELAY = 40;
/** How long after a write the file goes to the disk, in milliseconds. */
const SYNC_DELAY = 500;
/** Octets from which the file is emptied when nothing is left to deliver, and those from which it is made anew. */
const LARGE = 1_048_576;
const TOO_LARGE = 33_554_432;

/**
 * Keeps the events that are not delivered in a file, for the next process: each event is there as soon as what happens
 * now is over. An event that was delivered in the last moment before a crash is delivered again.
 */
export class WebhookStore {
	readonly #options: WebhookStoreOptions;
	readonly #journal: Journal;
	readonly #events: UndeliveredEvents;
	/** Ids of events that are not written yet. */
	readonly #fresh = new Set<string>();
	readonly #done: string[] = [];
	#soon = false;
	#stopWriting: (() => void) | undefined;
	#stopSyncing: (() => void) | undefined;
	#failed = false;
	#closed = false;

	private constructor(options: WebhookStoreOptions, journal: Journal, events: UndeliveredEvents) {
		this.#options = options;
		this.#journal = journal;
		this.#events = events;
	}

	/** @returns undefined if there can be no file, which is logged: events then end with the process. */
	static open(options: WebhookStoreOptions): WebhookStore | undefined {
		const { path, receivers, wall, log } = options;
		let events = new UndeliveredEvents();
		try {
			const journal = Journal.open(path, ({ entries }) => {
				events = UndeliveredEvents.read(entries, receivers, wall.now() - LONGEST_KEPT);
				return events.entries();
			});
			if (events.size > 0) log.info(`events that were not delivered before the restart: ${events.size}`);
			return new WebhookStore(options, journal, events);
		} catch (error) {
			log.warning(
				`the file ${path} cannot be used; events that are not delivered end with the process: ${reasonOf(error)}`,
			);
			return undefined;
		}
	}

	/** What a receiver has not got of the process before, oldest first. */
	left(receiver: string): Notice[] {
		return this.#events.of(receiver);
	}

	/** Takes an event for all receivers. */
	add(notice: Notice): void {
		if (this.#closed) return;
		this.#events.add(notice, this.#options.wall.now(), this.#options.receivers);
		this.#fresh.add(notice.id);
		if (this.#soon) return;
		this.#soon = true;
		queueMicrotask(() => {
			this.#soon = false;
			this.#write();
		});
	}

	/** A receiver has got an event, or never will. */
	done(id: string, receiver: string): void {
		const entry = this.#events.done(id, receiver);
		if (entry === undefined || this.#closed) return;
		this.#done.push(entry);
		this.#stopWriting ??= this.#options.clock.after(DONE_DELAY, () => this.#write());
	}

	/** Writes what is left, and closes the file. */
	close(): void {
		if (this.#closed) return;
		this.#write();
		this.#closed = true;
		this.#stopSyncing?.();
		this.#journal.close();
	}

	#write(): void {
		this.#stopWriting?.();
		this.#stopWriting = undefined;
		if (this.#closed) return;
		const fresh = [...this.#fresh].flatMap((id) => this.#events.entryOf(id) ?? []);
		const entries = [...fresh, ...this.#done.splice(0)];
		this.#fresh.clear();
		if (entries.length === 0) return;
		const { path, clock, log } = this.#options;
		try {
			// After a failure the file lacks something: it is made anew.
			if (this.#failed || this.#isLarge) this.#renew();
			else this.#journal.append(entries);
			if (this.#failed) log.info(`the file ${path} can be written again`);
			this.#failed = false;
			this.#stopSyncing ??= clock.after(SYNC_DELAY, () => void this.#sync());
		} catch (error) {
			if (!this.#failed) log.warning(`the file ${path} cannot be written: ${reasonOf(error)}`);
			this.#failed = true;
		}
	}

	get #isLarge(): boolean {
		const { length, isMoving } = this.#journal;
		return !isMoving && length > (this.#events.size === 0 ? LARGE : TOO_LARGE);
	}

	/** The file holds just what is left. */
	#renew(): void {
		if (this.#journal.isMoving) throw new Error("the former file is still there");
		this.#journal.moveOn(this.#events.entries());
	}

	async #sync(): Promise<void> {
		try {
			await this.#journal.sync();
			if (!this.#closed) await this.#journal.dropOld();
		} catch (error) {
			if (!this.#closed)
				this.#options.log.warning(`the webhooks' file is not on the disk: ${reasonOf(error)}`);
		}
		this.#stopSyncing = undefined;
	}
}

/** Why the system refused something; its texts name the file already. */
function reasonOf(error: unknown): string {
	return errorCode(error) || (error instanceof Error ? error.message : String(error));
}
