import type { CallLeg } from "../sip/leg/types.ts";
import { parseSdp } from "../sip/sdp/description.ts";
import { restoreOrder } from "../sip/sdp/local-description.ts";

/** One phone's offer on its way to the other. */
export interface PassedOffer {
	/** The offer as the other phone's dialog has it. */
	readonly sdp: string;
	/**
	 * The other phone's answer as the first phone's dialog has it.
	 * @returns undefined when there is no answer, or none that can be read.
	 */
	answer(sdp: string | undefined): string | undefined;
	/** The other phone has refused it: its dialog stays as it was. */
	refused(): void;
}

/**
 * Carries an offer from one dialog of a call over to the other: each keeps its own origin line, and
 * its media sections their order (RFC 3264).
 *
 * @returns undefined when there is no offer, or none that can be read.
 */
export function passOffer(offer: string | undefined, from: CallLeg, to: CallLeg): PassedOffer | undefined {
	const offered = offer === undefined ? undefined : parseSdp(offer);
	const slotted = offered && to.local?.offer(offered);
	if (!slotted) return undefined;
	return {
		sdp: slotted.sdp,
		refused: () => slotted.withdraw(),
		answer: (sdp) => {
			const answered = sdp === undefined ? undefined : parseSdp(sdp);
			return answered && from.local?.answer(restoreOrder(answered, slotted.order, offered));
		},
	};
}
