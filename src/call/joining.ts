import type { CallLeg, EarlyExchange } from "../sip/leg/types.ts";
import { passOffer } from "./exchange.ts";
import { bringUpToDate } from "./restoration.ts";

/** How a joining ends, at most once. */
export interface JoiningListener {
	/** Both phones have agreed on their media, and both dialogs are confirmed. */
	onJoined(): void;
	/** They could not be joined; the caller still has to end the called leg. */
	onFailed(status: number): void;
}

/**
 * Brings a phone that is being called together with the phone that stays: its offer goes to the phone that
 * stays and the answer back (RFC 3725 section 4.4, flow IV), either when it answers the call or earlier, with
 * a reliable provisional response (RFC 3262, RFC 3960).
 */
export class Joining {
	readonly #staying: CallLeg;
	readonly #called: CallLeg;
	readonly #listener: JoiningListener;
	#begun = false;
	/** Whether the phone that stays has taken the other one's early media. */
	#agreed = false;
	/** Unanswered offers to the phone that stays. */
	#open = 0;
	#over = false;
	#displaced: string | undefined;

	constructor(staying: CallLeg, called: CallLeg, listener: JoiningListener) {
		this.#staying = staying;
		this.#called = called;
		this.#listener = listener;
	}

	/** True once the phone that stays was offered the other one's media. */
	get begun(): boolean {
		return this.#begun;
	}

	/**
	 * What the phone that stays was told before it was offered the other one's media; undefined if it was
	 * told nothing else.
	 */
	get displaced(): string | undefined {
		return this.#displaced;
	}

	/** The phone offers its media before it answers the call: ringback and announcements are heard. */
	early(offer: string, answer: (sdp: string | undefined) => void): void {
		const goesOn = this.#agreed;
		const agree = (sdp: string): void => {
			this.#agreed = true;
			answer(sdp);
		};
		this.#exchange(offer, agree, (status) => {
			// End the call first: whoever waits for the refusal must not take it for an agreement.
			if (!goesOn) this.#fail(status);
			answer(undefined);
		});
	}

	/**
	 * True while we must not refuse a phone's offer: our own offer to it waits until that one is answered.
	 */
	waitsFor(leg: CallLeg): boolean {
		return this.#open > 0 && leg === this.#staying && leg.waiting;
	}

	/**
	 * The phone has answered the call.
	 *
	 * @param description its offer; after an early exchange, its current description of its media.
	 */
	answered(description: string | undefined, early: EarlyExchange): void {
		if (this.#over) return;
		const called = this.#called;
		if (early === "none")
			return this.#exchange(
				description,
				(answer) => this.#join(() => called.acknowledge(answer)),
				(status) => this.#fail(status),
			);
		if (early === "refused") {
			called.acknowledge();
			return this.#askAgain();
		}
		this.#join(() => called.acknowledge());
		// Strictly it may only repeat what was agreed (RFC 6337 section 3.1.1). Gateways that switch from an
		// announcement to the phone send something else, and mean it.
		if (description !== undefined) bringUpToDate(this.#staying, description, called);
	}

	/** Reports nothing from now on. */
	close(): void {
		this.#over = true;
	}

	/**
	 * The phone has answered in a dialog in which its early offer was refused: it is asked for another one.
	 */
	#askAgain(): void {
		const called = this.#called;
		called.reinvite(undefined, {
			onAccepted: (offer, acknowledge) =>
				this.#exchange(
					offer,
					(answer) => this.#join(() => acknowledge(answer)),
					(status) => {
						this.#fail(status);
						acknowledge(offer && called.local?.refuse(offer));
					},
				),
			onRefused: ({ status }) => this.#fail(status),
		});
	}

	#join(acknowledge: () => void): void {
		if (this.#over) return;
		this.#over = true;
		acknowledge();
		this.#listener.onJoined();
	}

	#exchange(
		offer: string | undefined,
		done: (answer: string) => void,
		refused: (status: number) => void,
	): void {
		this.#begun = true;
		const { local } = this.#staying;
		const passed = passOffer(offer, this.#called, this.#staying);
		if (!local || !passed) return refused(488);
		this.#open += 1;
		this.#staying.reinvite(
			() => {
				// The phone that stays may have changed its session since the last try.
				passed.refused();
				if (this.#over) return local.restate();
				if (!this.#agreed) this.#displaced = local.current;
				return passed.write();
			},
			{
				onAccepted: (answer) => {
					this.#open -= 1;
					const sdp = this.#over ? undefined : passed.answer(answer);
					if (sdp === undefined) refused(488);
					else done(sdp);
				},
				onRefused: ({ status }) => {
					this.#open -= 1;
					passed.refused();
					if (!this.#agreed) this.#displaced = undefined;
					refused(status);
				},
			},
		);
	}

	#fail(status: number): void {
		if (this.#over) return;
		this.#over = true;
		this.#listener.onFailed(status);
	}
}
