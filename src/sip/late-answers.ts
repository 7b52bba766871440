import type { Clock } from "../time/clock.ts";
import { ExpiringMap } from "../time/expiring-map.ts";
import type { CallIds } from "./leg/call-ids.ts";
import type { Leg } from "./leg/leg.ts";
import { acknowledgeStray, cancelStray, endStray, isAnswer } from "./leg/stray-answer.ts";
import { isMisdirected } from "./message/wire-message.ts";
import type { TimerValues } from "./reliability/types.ts";
import type { IncomingResponseMessage } from "./sipjs/core.ts";
import type { Flow } from "./transport/types.ts";

/** How many answers are remembered, so that each gets one BYE although it is retransmitted. */
const MAX_REMEMBERED = 10_000;

export interface LateAnswersOptions {
	readonly callIds: Pick<CallIds, "made">;
	/** The leg with a Call-ID. */
	legWith(callId: string): Leg | undefined;
	/** Whether another process goes on with the leg of a Call-ID. */
	isElsewhere(callId: string): boolean;
	/** Sends a request. @throws {TransportError} */
	send(text: string, flow: Flow): void;
	readonly clock: Clock;
	readonly timers: TimerValues;
}

/**
 * Handles the responses to INVITEs of which no transaction is left: the process that sent them may have died before
 * anything was written down. Only a Call-ID that is ours is believed; everything else stays unanswered, as its sender
 * could be anybody.
 *
 * - A 2xx gets an ACK each time it comes (RFC 3261 section 13.2.2.4). If no leg has its dialog, a BYE follows, once.
 *   Another process may have it: then there is none.
 * - A phone that rings for nobody gets a CANCEL, once.
 * - A refusal gets its ACK (section 17.1.1.3), or the phone would repeat it.
 */
export class LateAnswers {
	readonly #options: LateAnswersOptions;
	/** What got its BYE or CANCEL: dialogs and branches. */
	readonly #ended: ExpiringMap<true>;

	constructor(options: LateAnswersOptions) {
		this.#options = options;
		// A phone retransmits its 2xx for 64*T1, and may answer as long after our CANCEL.
		this.#ended = new ExpiringMap(options.clock, 128 * options.timers.t1, MAX_REMEMBERED);
	}

	/** Handles a response. @returns false if it is not the answer to an INVITE of ours. */
	take(response: IncomingResponseMessage, flow: Flow): boolean {
		const { callIds, legWith } = this.#options;
		const { method, callId, statusCode: status = 0 } = response;
		if (method !== "INVITE" || status <= 100 || isMisdirected(response)) return false;
		if (!callIds.made(callId)) return false;
		const leg = legWith(callId);
		if (status >= 300) acknowledgeStray(response, flow, this.#options.send);
		else if (isAnswer(response)) this.#answered(response, flow, leg);
		else if (!leg && this.#isFirst(`ringing ${response.viaBranch}`))
			cancelStray(response, flow, this.#options.send);
		return true;
	}

	#answered(response: IncomingResponseMessage, flow: Flow, leg: Leg | undefined): void {
		const { send } = this.#options;
		if (leg?.acknowledgeAgain(response)) return;
		if (!leg && this.#options.isElsewhere(response.callId)) return acknowledgeStray(response, flow, send);
		const isFirst = this.#isFirst(`${response.callId} ${response.toTag}`);
		if (isFirst && leg) return leg.releaseFork(response);
		acknowledgeStray(response, flow, send);
		if (isFirst) endStray(response, flow, send);
	}

	#isFirst(key: string): boolean {
		if (this.#ended.has(key)) return false;
		this.#ended.set(key, true);
		return true;
	}
}
