/** The two phones of a call, as results name them. */
export const LEG_NAMES = ["Initiator", "Destination"] as const;

/** Which of the two phones a result speaks of. */
export type LegName = (typeof LEG_NAMES)[number];

/** The ways to bring the two phones together. */
export const CALL_WAYS = ["refer", "anchor"] as const;

/** How the two phones are brought together. */
export type CallWay = (typeof CALL_WAYS)[number];

/** The interfaces that a request for a call can come by; the commands come by the XML interface. */
export const CALL_VIAS = ["xml", "http"] as const;

/** Who asked for a call; for the log and the history. */
export interface CallOrigin {
	readonly via: (typeof CALL_VIAS)[number];
	/** Address of the asking client, without port. */
	readonly peer?: string;
	/** Name the client authenticated with. */
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
 * One step of a call as the XML interface reports it. Each state is reported once; exactly one
 * result of a call is final, and nothing follows it.
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
	/** Only on the refusal of a request whose addresses cannot both be called: those that cannot, and why. */
	readonly refused?: readonly RefusedAddress[];
}

/** An address that cannot be called. */
export interface RefusedAddress {
	readonly name: "initiator" | "destination";
	/** As it was typed, cut where it is very long. */
	readonly address: string;
	/** One line for people, without the address. */
	readonly reason: string;
}

export type CallListener = (result: CallResult) => void;

/** A request that was answered: accepted with an id, or refused (its result is final). */
export type Placed =
	| { readonly accepted: true; readonly id: string; readonly initiator: string; readonly destination: string }
	| { readonly accepted: false; readonly result: CallResult };

/** What the XML socket, the web pages and the command line ask for calls. */
export interface CallPlacer {
	/**
	 * Translates both addresses and starts a call. The listener hears every result in order: the
	 * first one (100, or the refusal) before this function returns, the last one is final.
	 */
	place(request: CallRequest, listener?: CallListener): Placed;
}

/** What those ask who also steer calls that are in progress. */
export interface CallControl extends CallPlacer {
	/** Ends a call, both phones. @returns false when there is none of that id in progress. */
	hangUp(id: string): boolean;
	/** Whether new calls are refused because the server is about to stop. */
	readonly draining: boolean;
}
