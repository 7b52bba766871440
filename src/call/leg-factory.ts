import type { URI } from "sip.js/lib/grammar/index.js";
import type { CallLeg } from "../sip/leg/types.ts";

/** What call control asks for when it wants to call a phone. */
export interface LegOrder {
	/** The phone. */
	readonly to: URI;
	/** Who calls it. */
	readonly from: URI;
	/** Display name of who calls, as plain text. */
	readonly displayName: string;
	/** True to send the placeholder offer; false to ask the phone for one. */
	readonly offer: boolean;
	/** Preloaded Route values: the outbound proxy. */
	readonly routeSet: readonly string[];
	/** Further header lines of the INVITE, as `Name: value`. */
	readonly headers?: readonly string[];
}

/** Makes the legs; call control knows no sockets. */
export interface LegFactory {
	createLeg(order: LegOrder): CallLeg;
}
