import type { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import type { Flow } from "../transport/types.ts";

/** Round-trip estimate and caps in milliseconds (RFC 3261 section 17.1.1.1). */
export interface TimerValues {
	readonly t1: number;
	readonly t2: number;
	readonly t4: number;
}

export const RFC_TIMERS: TimerValues = { t1: 500, t2: 4000, t4: 5000 };

/**
 * Why a request that we sent has no final response:
 *
 * - closed: its connection has closed before any response.
 * - interrupted: its connection has closed after a provisional response; the final one may still come on a
 *   new connection opened by the peer (RFC 3261 section 18.2.2).
 * - unreachable: the network reports its target unreachable (RFC 3261 section 18.4).
 * - timeout: there was none within 64*T1.
 * - silent: the same, and its connection, on which nothing arrived meanwhile, was closed as dead.
 */
export type RequestLoss = "closed" | "interrupted" | "unreachable" | "timeout" | "silent";

/** Gets new requests, and responses that were not received before. */
export interface TransactionUser {
	/** A request that is not a retransmission (ACK to a 2xx and CANCEL included). */
	onRequest(request: IncomingRequestMessage, flow: Flow): void;
	/**
	 * A response to a request that was sent with `sendRequest`; each one is passed up once.
	 * @returns false if nobody is left who knows its request.
	 */
	onResponse(response: IncomingResponseMessage, flow: Flow): boolean;
	/**
	 * A response of which no request is known here.
	 * @returns false if it is not known above either: it is dropped.
	 */
	onUnmatched?(response: IncomingResponseMessage, flow: Flow): boolean;
}
