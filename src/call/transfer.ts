import type { CallLeg, RecordWatch, TransferRequest } from "../sip/leg/types.ts";
import type { Clock } from "../time/clock.ts";
import type { Caller } from "./caller.ts";
import { Joining } from "./joining.ts";
import type { LegFactory } from "./leg-factory.ts";
import { type Conversation, PhoneInCall } from "./phone-in-call.ts";
import { restoreSession } from "./restoration.ts";

export interface TransferOptions {
	readonly request: TransferRequest;
	/** The phone that asks. */
	readonly transferor: CallLeg;
	/** The phone that stays. */
	readonly remaining: CallLeg;
	/** Id of the call, for the log. */
	readonly call: string;
	/** The phone that stays, shown on the new phone's display. */
	readonly caller: Caller;
	readonly routeSet: readonly string[];
	readonly legs: LegFactory;
	readonly clock: Clock;
	/** How long the new phone may ring, in milliseconds. */
	readonly timeout: number;
	/** Told of the leg to the new phone. */
	called(leg: CallLeg): void;
	/** Told whenever the record of the call may have changed. */
	readonly watch: RecordWatch;
	/** The conversation that the new phone joins. */
	readonly conversation: Conversation;
}

/** How a transfer ends, exactly once. */
export interface TransferListener {
	/** The new phone and the one that stays have agreed on their media. */
	onJoined(leg: CallLeg): void;
	/** The new phone could not be joined; the call is as it was. */
	onFailed(status: number): void;
}

/**
 * Calls the address that a phone in an anchored call has named, and joins it with the phone that
 * stays (RFC 5589 section 6, seen from the back-to-back user agent).
 *
 * States: calling ──▶ over.
 */
export class Transfer {
	readonly #options: TransferOptions;
	readonly #listener: TransferListener;
	readonly #leg: CallLeg;
	readonly #joining: Joining;
	#state: "calling" | "over" = "calling";
	#stopTimer: (() => void) | undefined;

	constructor(options: TransferOptions, listener: TransferListener) {
		this.#options = options;
		this.#listener = listener;
		const { call, request, caller, routeSet, legs, watch } = options;
		this.#leg = legs.createLeg({
			call,
			to: request.target,
			...caller,
			offer: false,
			routeSet,
			watch,
			headers: [
				...(request.replaces === undefined ? [] : [`Replaces: ${request.replaces}`]),
				...caller.headers,
			],
		});
		this.#joining = new Joining(options.remaining, this.#leg, {
			onJoined: () => this.#joined(),
			onFailed: (status) => this.#fail(status),
		});
	}

	#joined(): void {
		this.#over(() => {
			this.#options.request.report(200);
			this.#listener.onJoined(this.#leg);
		});
	}

	/** True once the new phone's media has been offered to the one that stays. */
	get changingMedia(): boolean {
		return this.#joining.begun;
	}

	/** Reports that it is being tried, and calls. */
	start(): void {
		const { request, clock, timeout, conversation } = this.#options;
		request.accept();
		this.#stopTimer = timeout > 0 ? clock.after(timeout, () => this.#fail(408)) : undefined;
		const phone = new PhoneInCall(this.#leg, {
			bridge: () => conversation.bridge(),
			changing: (leg) => conversation.changing(leg),
			transferring: () => conversation.transferring(),
			hearing: (leg) => conversation.hearing(leg),
			transferWanted: (leg, wanted) => conversation.transferWanted(leg, wanted),
			left: (leg, cause) => (this.#state === "over" ? conversation.left(leg, cause) : this.#fail(487)),
		});
		this.#options.called(this.#leg);
		this.#leg.call(
			{
				onProgress: (status) => request.report(status),
				onEarlyOffer: (offer, answer) => this.#joining.early(offer, answer),
				onAnswered: (offer, early) => this.#joining.answered(offer, early),
				onFailed: ({ status }) => this.#fail(status),
			},
			phone,
		);
	}

	/** Gives up because the call is over. */
	cancel(): void {
		this.#over(() => {
			this.#options.request.report(487);
			this.#leg.end();
		});
	}

	#fail(status: number): void {
		this.#over(() => {
			const { request, remaining, transferor } = this.#options;
			request.report(status);
			this.#leg.end();
			const { displaced } = this.#joining;
			if (displaced !== undefined && transferor.state === "confirmed")
				restoreSession(remaining, displaced, transferor);
			this.#listener.onFailed(status);
		});
	}

	#over(report: () => void): void {
		if (this.#state === "over") return;
		this.#state = "over";
		this.#stopTimer?.();
		this.#joining.close();
		report();
	}
}
