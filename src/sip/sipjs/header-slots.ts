import type { IncomingRequestMessage } from "sip.js/lib/core/index.js";

/**
 * The header fields of a message by SIP.js's names of them. Each value stands in a slot with its text, `raw`, and under
 * `parsed` with what that says, from when it was first asked for. SIP.js takes a slot whose `parsed` is falsy for one
 * that was never asked for, and asks its grammar, which takes milliseconds.
 */
export type Headers = IncomingRequestMessage["headers"];

/** One value of a header field. */
export type HeaderSlot = NonNullable<Headers[string]>[number];

/** A value of which nobody has asked what it says. */
export function unreadSlot(raw: string): HeaderSlot {
	return { raw };
}

/** A value with what it says; undefined for one that is malformed. */
export function readSlot(raw: string, said: unknown): HeaderSlot {
	return { raw, parsed: said };
}

/** What a value says, as far as it was read; the caller knows the shape for the header. */
export function saidBy<T>(slot: HeaderSlot | undefined): T | undefined {
	return slot?.parsed;
}

/** Keeps what a value says. */
export function keepSaid<T>(slot: HeaderSlot, said: T): T {
	slot.parsed = said;
	return said;
}
