import type { URI } from "../sip/sipjs/grammar.ts";
import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import type { CallerPresentation } from "./caller.ts";
import type { EventOfCall } from "./events.ts";
import type { LegFactory } from "./leg-factory.ts";
import type { CallWatch } from "./record-watch.ts";
import type { ToneOptions } from "./tone.ts";
import type { NamedCall } from "./transfer-desk.ts";
import type { CallRequest } from "./types.ts";

/** Time limits in milliseconds; 0 for none. */
export interface CallLimits {
	readonly initiatorTimeout: number;
	readonly destinationTimeout: number;
	/** For anchored calls, from the moment both are connected. */
	readonly maxDuration: number;
}

/** What everybody else knows of a call from its start. */
export interface CallIdentity {
	readonly id: string;
	readonly request: CallRequest;
	/**
	 * The translated URIs, as others may see them: a rule may write a password into them (RFC 3261 section
	 * 19.1.1).
	 */
	readonly initiator: string;
	readonly destination: string;
	/** Milliseconds since 1970. */
	readonly startedAt: number;
}

/** Whom a new call brings together, and how. */
export interface CallOrder {
	readonly initiator: URI;
	readonly destination: URI;
	/** The destination as the initiator's phone should call it: with URI headers, where they are allowed. */
	readonly referTo: URI;
	/** What the initiator's phone shows of the caller, as plain text. */
	readonly displayName: string;
	/** Additional header lines of the INVITE to the initiator, as `Name: value`. */
	readonly initiatorHeaders: readonly string[];
}

/** What all calls share. */
export interface CallOptions extends CallerPresentation {
	readonly limits: CallLimits;
	readonly legs: LegFactory;
	/** What initiators hear before they hear the destination; undefined for nothing. */
	readonly tones: ToneOptions | undefined;
	readonly clock: Clock;
	readonly wall: WallClock;
	/** Our call, if any, in which a phone has the dialog that a Replaces value names (RFC 3891). */
	readonly callOf: (replaces: string) => NamedCall | undefined;
	/**
	 * Whether the call may begin, if that takes a moment; the text says why not. Undefined for at once.
	 */
	readonly admitted: () => Promise<string | undefined> | undefined;
	/** @param watch of the call. */
	readonly publish: (event: EventOfCall, watch: CallWatch | undefined) => void;
	/** A call is over, and nothing is left of its legs. */
	readonly gone: (call: { readonly id: string }) => void;
}
