import type { CallLeg } from "../sip/leg/types.ts";
import { parseSdp } from "../sip/sdp/description.ts";
import { restoreOrder, type SlottedOffer } from "../sip/sdp/local-description.ts";

/** One phone's offer on its way to the other. */
export interface PassedOffer {
	/**
	 * The offer as written for the other phone's dialog; built when it is sent, since that dialog may change
	 * meanwhile.
	 */
	write(): string;
	/**
	 * The other phone's answer as written for the first phone's dialog.
	 * @returns undefined when there is no answer, or it cannot be read.
	 */
	answer(sdp: string | undefined): string | undefined;
	/** The other phone has refused it: its dialog stays as it was. */
	refused(): void;
}

/**
 * Carries an offer from one dialog of a call to the other: each keeps its own origin line, and its media
 * sections their order (RFC 3264).
 *
 * @returns undefined when there is no offer, or it cannot be read.
 */
export function passOffer(offer: string | undefined, from: CallLeg, to: CallLeg): PassedOffer | undefined {
	const offered = offer === undefined ? undefined : parseSdp(offer);
	// A phone behind a forking proxy may replace the one that made the offer: the answer is for the latter.
	const { local: own } = from;
	const { local: others } = to;
	if (!offered || !others) return undefined;
	let slotted: SlottedOffer | undefined;
	return {
		write: () => {
			slotted?.withdraw();
			slotted = others.offer(offered);
			return slotted.sdp;
		},
		refused: () => slotted?.withdraw(),
		answer: (sdp) => {
			const answered = sdp === undefined ? undefined : parseSdp(sdp);
			return answered && slotted && own?.answer(restoreOrder(answered, slotted.order, offered));
		},
	};
}
