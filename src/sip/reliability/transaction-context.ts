import type { Logger } from "../../log/logger.ts";
import type { QueuedClock } from "../../time/queued-clock.ts";
import type { Flow } from "../transport/types.ts";
import type { Repeater } from "./repeater.ts";
import type { RequestLoss, TimerValues, TransactionUser } from "./types.ts";

/** What the layer has seen and done since it was created. */
export interface TransactionCounters {
	/** Messages that were sent again. */
	retransmissions: number;
	/** Messages that had been received before and were not passed on. */
	absorbed: number;
	/** Messages that belong to no transaction: stray responses, and answers that came too late to send. */
	unmatched: number;
	/** Requests that were dropped because too many transactions were open. */
	refused: number;
}

/** Milliseconds, all derived from T1, T2 and T4 (RFC 3261 section 17, table 4). */
export interface TransactionTimes {
	/** First pause of timers A, E and G. */
	readonly t1: number;
	/** Longest pause of timers E and G. */
	readonly t2: number;
	/** Timers B, D, F, H, J, L and M. */
	readonly timeout: number;
	/** Timers I and K on unreliable transports. */
	readonly settled: number;
	/** How long an INVITE may stay unanswered before its transaction is considered forgotten. */
	readonly forgotten: number;
}

const FORGOTTEN = 3_600_000;

/** Timer values of one layer. */
export function transactionTimes({ t1, t2, t4 }: TimerValues): TransactionTimes {
	const timeout = 64 * t1;
	return {
		t1,
		t2,
		timeout,
		settled: t4,
		forgotten: Math.max(FORGOTTEN, timeout),
	};
}

/**
 * How many finished INVITEs and answers keep their texts in case the peer retransmits. That is all of the
 * last 32 s up to some 100 calls a second, and those of the last seconds beyond: without a limit, memory
 * would grow with the call rate, for the sake of a datagram that was lost over and over.
 */
export const MAX_PAST = 10_000;

/**
 * How long all of those texts, of requests or of answers, may be in total, in characters: three times what
 * calls usually leave. A peer can make each one as long as a datagram.
 */
export const MAX_PAST_LENGTH = 16 * 1024 * 1024;

/** What every transaction of a layer shares. */
export interface TransactionContext {
	readonly clock: QueuedClock;
	readonly times: TransactionTimes;
	readonly user: TransactionUser;
	readonly counters: TransactionCounters;
	readonly log: Logger;
}

/** A request that we send, at the start of its transaction. */
export interface SentRequest {
	readonly key: string;
	readonly method: string;
	readonly text: string;
	readonly flow: Flow;
	readonly isInDialog: boolean;
	/** Called with the reason why there is no final response. */
	readonly lost: ((loss: RequestLoss) => void) | undefined;
	/** Another process has sent it, and got a provisional response perhaps: only its final response is awaited. */
	readonly sentBefore?: true;
}

/**
 * Retransmissions after which a request is lost if the network reports its target unreachable (RFC 3261
 * section 18.4). A single report may be old, or come from a stranger. In a dialog a call is at stake: for 7.5
 * s a phone may change its network, and a router may look for a path.
 */
const ENOUGH = 1;
const ENOUGH_IN_DIALOG = 4;

/** Whether an unanswered request is lost now that its peer is unreachable. */
export function isLost(isInDialog: boolean, repeater: Repeater | undefined): boolean {
	return (repeater?.count ?? 0) >= (isInDialog ? ENOUGH_IN_DIALOG : ENOUGH);
}

/** Sends a request again. */
export function repeatRequest(context: TransactionContext, flow: Flow, text: string): void {
	sendAgain(context, flow, text);
	flow.doubt?.();
}

/** Sends a message again; a failure costs only this repetition, as if it had been lost in transit. */
export function sendAgain(context: TransactionContext, flow: Flow, message: string): void {
	try {
		flow.send(message);
		context.counters.retransmissions++;
	} catch (error) {
		context.log.debug(() => `Retransmission to ${flow.remote.address} failed: ${String(error)}`);
	}
}

/**
 * A request has timed out without any answer: a stream that was silent all that time is closed.
 *
 * @param sentAt by the clock of the flow, in milliseconds.
 */
export function unansweredLoss(flow: Flow, sentAt: number): RequestLoss {
	if (!flow.open) return "timeout";
	flow.unanswered?.(sentAt);
	return flow.open ? "timeout" : "silent";
}
