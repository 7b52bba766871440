/** The two phones of a call, as results name them. */
export const LEG_NAMES = ["Initiator", "Destination"] as const;

/** Which of the two phones a result is about. */
export type LegName = (typeof LEG_NAMES)[number];

/** The ways to bring the two phones together. */
export const CALL_WAYS = ["refer", "anchor"] as const;

/** How the two phones are brought together. */
export type CallWay = (typeof CALL_WAYS)[number];

/** The interfaces by which calls can be requested; the command-line tools use the XML interface. */
export const CALL_VIAS = ["xml", "http"] as const;

/** Who asked for a call; for the log and the history. */
export interface CallOrigin {
	readonly via: (typeof CALL_VIAS)[number];
	/** The client's address, without port. */
	readonly peer?: string;
	/** The name that the client authenticated with. */
	readonly user?: string;
}

/** A request for a call, as it was typed. */
export interface CallRequest {
	readonly initiator: string;
	readonly destination: string;
	/** True to stay in the call as a back-to-back user agent; false to REFER and leave. */
	readonly anchor: boolean;
	readonly origin: CallOrigin;
}

/**
 * One step of a call as the XML interface reports it. Each state is reported once; exactly one result of a
 * call is final, and nothing follows it.
 */
export interface CallResult {
	/** 100 to 699: HTTP and SIP status codes. */
	readonly code: number;
	/** Absent on the 100 and on refusals of the request itself (400, 503). */
	readonly leg?: LegName;
	readonly text: string;
	readonly final: boolean;
	/** Only on the 100: the URIs that the translation rules made. */
	readonly translated?: { readonly initiator: string; readonly destination: string };
	/** Only on the refusal of a request because of its addresses: those that cannot be called, and why. */
	readonly refused?: readonly RefusedAddress[];
}

/** An address that cannot be called. */
export interface RefusedAddress {
	readonly name: "initiator" | "destination";
	/** As it was typed, truncated if very long. */
	readonly address: string;
	/** One line for people, without the address. */
	readonly reason: string;
}

export type CallListener = (result: CallResult) => void;

/** A call that goes on from now on. */
export interface PlacedCall {
	readonly accepted: true;
	readonly id: string;
	/** The URIs that the translation rules made. */
	readonly initiator: string;
	readonly destination: string;
	/**
	 * Has somebody hear every result in order: the first ones (100 at least) before this function returns, the last one
	 * is final. A call has one listener.
	 */
	listen(listener: CallListener): void;
}

/** A request that was answered: accepted, or refused (its result is final). */
export type Placed = PlacedCall | { readonly accepted: false; readonly result: CallResult };

/** How the XML socket, the web pages and the command line place calls. */
export interface CallPlacer {
	/** Translates both addresses and starts a call. */
	place(request: CallRequest): Placed;
}

/** For clients that also control calls in progress. */
export interface CallControl extends CallPlacer {
	/** Ends a call for both phones. @returns false if no call in progress has that id. */
	hangUp(id: string): boolean;
	/** Whether new calls are refused because the server is about to stop. */
	readonly draining: boolean;
}

/** For clients that come back for the results of a call. */
export interface CallFollowing {
	/**
	 * Has somebody hear the results of a call from now on, besides those who hear them already.
	 *
	 * @returns how to end that; undefined when there is no such call in progress, or too many follow it.
	 */
	follow(id: string, listener: CallListener): (() => void) | undefined;
}
