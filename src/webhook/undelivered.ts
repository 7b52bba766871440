import { createHash } from "node:crypto";
import { RecordError, RecordReader } from "../record.ts";
import type { Notice } from "./notice.ts";

/** What the first line of a file of undelivered events says it is. */
const HEAD = JSON.stringify({ kind: "clicktocall-webhooks", version: 1 });
/** Characters of a receiver's name. */
const NAME_LENGTH = 12;

/** The name of a receiver in the file, which tells nothing of its URL: paths and queries may hold secrets. */
export function receiverName(url: string): string {
	return createHash("sha256").update(url).digest("hex").slice(0, NAME_LENGTH);
}

/** An event, and who has not got it yet. */
interface Undelivered {
	readonly notice: Notice;
	/** Milliseconds since 1970. */
	readonly at: number;
	/** Names of receivers. */
	readonly to: Set<string>;
}

/**
 * The events that some receiver has not got yet, and how they are written down:
 *
 *     {"kind": …}          the first entry: what this is
 *     +EVENT               an event, and who is to get it, as JSON
 *     -ID RECEIVER         a receiver is done with an event
 */
export class UndeliveredEvents {
	readonly #events = new Map<string, Undelivered>();

	/** How many there are. */
	get size(): number {
		return this.#events.size;
	}

	/**
	 * Reads what was written down; what makes no sense is passed over.
	 *
	 * @param receivers names of those that still want events.
	 * @param since events before this are too old, in milliseconds since 1970.
	 */
	static read(entries: readonly string[], receivers: readonly string[], since: number): UndeliveredEvents {
		const events = new UndeliveredEvents();
		const [head, ...rest] = entries;
		if (head !== HEAD) return events;
		for (const entry of rest) events.#read(entry);
		for (const [id, { at, to }] of events.#events) {
			for (const receiver of to) if (!receivers.includes(receiver)) to.delete(receiver);
			if (to.size === 0 || at < since) events.#events.delete(id);
		}
		return events;
	}

	/** All that was not delivered to a receiver, oldest first. */
	of(receiver: string): Notice[] {
		return [...this.#events.values()].filter(({ to }) => to.has(receiver)).map(({ notice }) => notice);
	}

	/** Takes an event. */
	add(notice: Notice, at: number, receivers: readonly string[]): void {
		this.#events.set(notice.id, { notice, at, to: new Set(receivers) });
	}

	/** What is to be written about an event; undefined if all are done with it. */
	entryOf(id: string): string | undefined {
		const event = this.#events.get(id);
		return event && entryOf(event);
	}

	/** @returns what is to be written about that; undefined if it was done with it before. */
	done(id: string, receiver: string): string | undefined {
		const event = this.#events.get(id);
		if (!event?.to.delete(receiver)) return undefined;
		if (event.to.size === 0) this.#events.delete(id);
		return `-${id} ${receiver}`;
	}

	/** All of it, for a new file. */
	entries(): string[] {
		return [HEAD, ...[...this.#events.values()].map(entryOf)];
	}

	#read(entry: string): void {
		const [, doneId, receiver] = /^-(\S+) (\S+)$/.exec(entry) ?? [];
		if (doneId !== undefined && receiver !== undefined) {
			this.done(doneId, receiver);
			return;
		}
		if (!entry.startsWith("+")) return;
		try {
			const reader = new RecordReader(JSON.parse(entry.slice(1)), "event");
			const notice = { id: reader.line("id"), key: reader.line("key"), body: reader.text("body") };
			this.add(notice, reader.number("at"), reader.lines("to"));
		} catch (error) {
			if (!(error instanceof RecordError || error instanceof SyntaxError)) throw error;
		}
	}
}

function entryOf({ notice: { id, key, body }, at, to }: Undelivered): string {
	return `+${JSON.stringify({ id, at, key, to: [...to], body })}`;
}
