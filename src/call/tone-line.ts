import type { CallLeg } from "../sip/leg/types.ts";
import { type HearingPlace, hearingPlace, type SoundPlace } from "../sip/sdp/sound.ts";
import type { ToneName, TonePort, ToneSource } from "./tone.ts";

export interface ToneLineListener {
	/** The phone hears another tone, or none, from now on. */
	onHeard(tone: ToneName | undefined): void;
	/** The phone has refused to hear us. */
	onDeaf(): void;
}

/**
 * The way by which a phone hears our tones: a port of ours, and what the phone says about its own in the offers and
 * answers of its dialog (RFC 3264).
 *
 *     unused ──▶ asking ──▶ open ──▶ closed
 *       │           └────────────────▲ ▲
 *       └──────────────────────────────┘
 *
 * - unused: the phone has not answered an offer of sound.
 * - asking: a re-INVITE offers it.
 * - open: the phone has answered one. It may hear nothing now: it is on hold, or has no codec of ours.
 */
export class ToneLine {
	readonly #source: ToneSource;
	readonly #listener: ToneLineListener;
	#state: "unused" | "asking" | "open" | "closed" = "unused";
	#leg: CallLeg | undefined;
	#port: TonePort | undefined;
	#place: SoundPlace | undefined;
	#ear: HearingPlace | undefined;
	#wanted: ToneName | undefined;
	#heard: ToneName | undefined;

	constructor(source: ToneSource, listener: ToneLineListener) {
		this.#source = source;
		this.#listener = listener;
	}

	/** Whether a tone would be heard, as far as we know. */
	get usable(): boolean {
		if (this.#state === "open") return this.#ear !== undefined;
		return this.#leg !== undefined && this.#state !== "closed";
	}

	/** Whether the phone has to be asked first. */
	get unused(): boolean {
		return this.#state === "unused";
	}

	/**
	 * The place of ours that an offer names.
	 *
	 * @param address our own, as the phone is told it.
	 * @returns undefined when no port is free.
	 */
	readonly place = (address: string): SoundPlace | undefined => {
		if (this.#state === "closed") return undefined;
		if (this.#place && this.#place.address !== address) this.#release();
		this.#port ??= this.#source.open(address);
		this.#place = this.#port && { address, port: this.#port.port };
		return this.#place;
	};

	/** The phone has answered our INVITE. @param sdp its answer. */
	answered(leg: CallLeg, sdp: string | undefined): void {
		this.#leg = leg;
		// It may have refused the offer of sound, and taken another one.
		if (!this.#place || leg.local?.sounds(this.#place) !== true) return this.close();
		this.#state = "open";
		this.follow(sdp);
	}

	/** Uses a phone that was offered no sound yet: it is, with the first tone. */
	adopt(leg: CallLeg): void {
		this.#leg = leg;
	}

	/** Plays a tone from now on, whenever the phone hears us. */
	play(tone: ToneName): void {
		this.#wanted = tone;
		if (this.#state === "unused" && this.#leg) this.#ask(this.#leg);
		this.#update();
	}

	/** The phone has described its side again. @param sdp undefined if it did not. */
	follow(sdp: string | undefined): void {
		const place = this.#place;
		if (this.#state !== "open" || sdp === undefined || !place) return;
		const sounds = this.#leg?.local?.sounds(place) === true;
		const ear = sounds ? hearingPlace(sdp, place.address) : undefined;
		if (JSON.stringify(ear) === JSON.stringify(this.#ear)) return;
		this.#ear = ear;
		// It is told where, even if it is the same tone.
		if (ear && this.#heard) this.#port?.play(this.#heard, ear);
		this.#update();
	}

	/** Our answer to an offer of the phone. @returns undefined when we have nothing to say to it. */
	answer(sdp: string): string | undefined {
		const local = this.#leg?.local;
		if (this.#state !== "open" || !this.#place) return undefined;
		const answer = local?.soundAnswer(sdp, this.#place);
		if (answer !== undefined) this.follow(sdp);
		return answer;
	}

	/** Nothing is played any more; the port is given back. */
	close(): void {
		if (this.#state === "closed") return;
		this.#state = "closed";
		this.#ear = undefined;
		this.#release();
		this.#update();
	}

	#ask(leg: CallLeg): void {
		const { local } = leg;
		const place = local && this.place(local.address);
		if (!place) return this.#deaf();
		this.#state = "asking";
		let withdraw = (): void => {};
		const offer = (): string => {
			// The phone is talking to somebody already, or about to.
			if (this.#state === "closed") return local.restate();
			const offered = local.sound(place);
			withdraw = offered.withdraw;
			return offered.sdp;
		};
		leg.reinvite(offer, {
			onAccepted: (sdp) => {
				if (this.#state !== "asking") return;
				this.#state = "open";
				this.follow(sdp);
				if (!this.#ear) this.#deaf();
			},
			onRefused: () => {
				withdraw();
				this.#deaf();
			},
		});
	}

	#deaf(): void {
		if (this.#state === "closed") return;
		this.close();
		this.#listener.onDeaf();
	}

	#update(): void {
		const tone = this.#ear ? this.#wanted : undefined;
		if (tone === this.#heard) return;
		this.#heard = tone;
		if (tone && this.#ear) this.#port?.play(tone, this.#ear);
		else this.#port?.stop();
		this.#listener.onHeard(tone);
	}

	#release(): void {
		this.#port?.release();
		this.#port = undefined;
		this.#place = undefined;
	}
}
