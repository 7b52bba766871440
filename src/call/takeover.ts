import type { CallLeg, TransferRequest } from "../sip/leg/types.ts";
import { passOffer } from "./exchange.ts";
import { restoreSession } from "./restoration.ts";
import type { TransferListener } from "./transfer.ts";

/** The phone that a call gives up to another call; call exactly one of `complete` and `cancel`. */
export interface Handover {
	readonly leg: CallLeg;
	/** The phone is in the other call now: this call is over. */
	complete(): void;
	/** The phone stays. */
	cancel(): void;
}

export interface TakeoverOptions {
	readonly request: TransferRequest;
	/** The phone that stays in the call. */
	readonly remaining: CallLeg;
	/** The phone that joins it from another of our calls. */
	readonly handover: Handover;
}

/**
 * Joins the phones that stay of two anchored calls, because the phone that is in both has asked for it: an
 * attended transfer (RFC 5589 section 7) in which we hold both dialogs. No new dialog is created: one phone
 * is asked for an offer, which goes to the other (RFC 3725 section 4.4).
 *
 * States: exchanging ──▶ over.
 */
export class Takeover {
	readonly #options: TakeoverOptions;
	readonly #listener: TransferListener;
	#state: "exchanging" | "over" = "exchanging";

	constructor(options: TakeoverOptions, listener: TransferListener) {
		this.#options = options;
		this.#listener = listener;
	}

	/** True: each of its steps is an offer. */
	readonly changingMedia = true;

	/** Reports that it is being tried, and asks the phone that stays for its offer. */
	start(): void {
		const { request, remaining } = this.#options;
		request.accept();
		remaining.reinvite(undefined, {
			onAccepted: (offer, acknowledge) => this.#offered(offer, acknowledge),
			onRefused: ({ status }) => this.#fail(status),
		});
	}

	/** Gives up because the call is over. */
	cancel(): void {
		this.#over(487, () => this.#options.handover.cancel());
	}

	#offered(offer: string | undefined, acknowledge: (answer: string | undefined) => void): void {
		const { remaining, handover } = this.#options;
		const decline = (status: number): void => {
			acknowledge(offer && remaining.local?.unchanged(offer));
			this.#fail(status);
		};
		if (this.#state === "over") return decline(487);
		const before = handover.leg.local?.current;
		const passed = passOffer(offer, remaining, handover.leg);
		if (!passed) return decline(488);
		handover.leg.reinvite(() => passed.write(), {
			onAccepted: (answer) => {
				const back = this.#state === "over" ? undefined : passed.answer(answer);
				if (back !== undefined) {
					acknowledge(back);
					return this.#joined();
				}
				decline(488);
				// The phone goes back to the one that it was talking to.
				if (before !== undefined) restoreSession(handover.leg, before);
			},
			onRefused: ({ status }) => {
				passed.refused();
				decline(status);
			},
		});
	}

	#joined(): void {
		const { handover } = this.#options;
		this.#over(200, () => {
			handover.complete();
			this.#listener.onJoined(handover.leg);
		});
	}

	#fail(status: number): void {
		this.#over(status, () => {
			this.#options.handover.cancel();
			this.#listener.onFailed(status);
		});
	}

	#over(status: number, report: () => void): void {
		if (this.#state === "over") return;
		this.#state = "over";
		this.#options.request.report(status);
		report();
	}
}
