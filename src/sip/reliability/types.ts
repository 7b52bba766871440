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
 * - closed: its connection has closed, and nothing was heard of it before.
 * - interrupted: its connection has closed after a provisional response; the final one may still come
 *   by a new connection of the peer's (RFC 3261 section 18.2.2).
 * - unreachable: the network says that there is nobody at its target (RFC 3261 section 18.4).
 * - timeout: there was none within 64*T1.
 * - silent: the same, and its connection, on which nothing came meanwhile, was closed for dead.
 */
export type RequestLoss = "closed" | "interrupted" | "unreachable" | "timeout" | "silent";

/** What hears of new requests and of responses that were not heard before. */
export interface TransactionUser {
	/** A request that is not a retransmission (ACK to a 2xx and CANCEL included). */
	onRequest(request: IncomingRequestMessage, flow: Flow): void;
	/**
	 * A response to a request that was sent with `sendRequest`; each one is heard once.
	 * @returns false when nobody is left who knows its request.
	 */
	onResponse(response: IncomingResponseMessage, flow: Flow): boolean;
}
