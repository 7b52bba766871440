import type { CallState, EventOfCall } from "../call/events.ts";

/**
 * When a change has to be in the file:
 *
 * - now: before anything else happens. A phone must not ring, and a final result must not be told, without a record.
 * - turn: as soon as what happens in this turn is over. Mostly something follows that has to be written now.
 * - batch: with something urgent that comes 15 ms later or more, at the latest after 50 ms; for what a restored call finds
 *   out by itself.
 */
export type Urgency = "now" | "turn" | "batch";

/** When the record of a call has to be in the file once it enters a state. */
const OF_STATES: Readonly<Record<CallState, Urgency>> = {
	"calling initiator": "turn",
	// The initiator has answered: nothing but the record tells which dialog a BYE belongs to.
	referring: "turn",
	"calling destination": "turn",
	// The destination repeats its answer until it is confirmed (RFC 3261 section 13.3.1.4).
	joining: "batch",
	// Their final result is written already.
	telling: "batch",
	connected: "batch",
	// What became of it is written; most often, nothing is left of it then.
	ended: "batch",
};

/** When the record of a call has to be in the file once this has happened to it. */
export function urgencyOf(event: EventOfCall): Urgency {
	if (event.kind === "state") return OF_STATES[event.call.state];
	if (event.kind === "result") return event.result.final ? "now" : "batch";
	return event.kind === "placed" ? "turn" : "batch";
}
