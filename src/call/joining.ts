import type { CallLeg } from "../sip/leg/types.ts";
import { parseSdp } from "../sip/sdp/description.ts";
import { type PassedOffer, passOffer } from "./exchange.ts";

/** How a joining ends, at most once. */
export interface JoiningListener {
	/** Both phones have agreed on their media, and both dialogs are confirmed. */
	onJoined(): void;
	/** They could not be joined; the called leg is still to be ended. */
	onFailed(status: number): void;
}

/**
 * Brings a phone that is being called together with one that stays: its offer goes to the phone
 * that stays and the answer back (RFC 3725 section 4.4, flow IV), when it answers the call or, with
 * a reliable provisional response, before that (RFC 3262, RFC 3960).
 */
export class Joining {
	readonly #staying: CallLeg;
	readonly #called: CallLeg;
	readonly #listener: JoiningListener;
	#begun = false;
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

	/** What the phone that stays knew before it was offered the other one's media; undefined while it knows no other. */
	get displaced(): string | undefined {
		return this.#displaced;
	}

	/** The phone offers its media before it answers the call: ringback and announcements are heard. */
	early(offer: string, answer: (sdp: string | undefined) => void): void {
		this.#exchange(offer, answer, () => answer(undefined));
	}

	/** The phone has answered the call. @param agreed nothing is left to be agreed on. */
	answered(offer: string | undefined, agreed: boolean): void {
		const join = (answer?: string): void => {
			if (this.#over) return;
			this.#over = true;
			this.#called.acknowledge(answer);
			this.#listener.onJoined();
		};
		if (agreed) join();
		else this.#exchange(offer, join, () => {});
	}

	/** Nothing is reported any more. */
	close(): void {
		this.#over = true;
	}

	#exchange(offer: string | undefined, done: (answer: string) => void, refused: () => void): void {
		this.#begun = true;
		const fail = (status: number): void => {
			// The call ends first: the refusal must not look like an agreement to whoever waits for it.
			this.#fail(status);
			refused();
		};
		const { local } = this.#staying;
		if (!local || offer === undefined || !parseSdp(offer)) return fail(488);
		let passed: PassedOffer | undefined;
		this.#staying.reinvite(
			() => {
				// The phone that stays may have changed its session since the last try.
				passed?.refused();
				if (this.#over) return local.current;
				this.#displaced = local.current;
				passed = passOffer(offer, this.#called, this.#staying);
				return local.current;
			},
			{
				onAccepted: (answer) => {
					const sdp = passed?.answer(answer);
					if (sdp === undefined) fail(488);
					else done(sdp);
				},
				onRefused: ({ status }) => {
					passed?.refused();
					this.#displaced = undefined;
					fail(status);
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
