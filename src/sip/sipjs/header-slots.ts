import type { IncomingRequestMessage } from "sip.js/lib/core/index.js";

/**
 * The header fields of a message, by SIP.js's names for them. Each value has a slot with its text in `raw`
 * and, once someone asked for it, its parsed form in `parsed`. SIP.js treats a slot with a falsy `parsed` as
 * never asked for, and runs its grammar, which takes milliseconds.
 */
export type Headers = IncomingRequestMessage["headers"];

/** One value of a header field. */
export type HeaderSlot = NonNullable<Headers[string]>[number];

/** A value that nobody has parsed yet; it has room for its parsed form, which a slot that grows would have apart. */
export function unreadSlot(raw: string): HeaderSlot {
	return { raw, parsed: undefined };
}

/** A value with its parsed form; undefined for a malformed one. */
export function readSlot(raw: string, said: unknown): HeaderSlot {
	return { raw, parsed: said };
}

/** The parsed form of a value, if it was read; the caller knows the shape for the header. */
export function saidBy<T>(slot: HeaderSlot | undefined): T | undefined {
	return slot?.parsed;
}

/** Stores the parsed form of a value. */
export function keepSaid<T>(slot: HeaderSlot, said: T): T {
	slot.parsed = said;
	return said;
}

/** Gives a slot another value. */
export function replaceText(slot: HeaderSlot, raw: string): void {
	slot.raw = raw;
	slot.parsed = undefined;
}
