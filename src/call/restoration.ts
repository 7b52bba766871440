import type { CallLeg } from "../sip/leg/types.ts";
import { parseSdp, type SessionDescription } from "../sip/sdp/description.ts";
import { restoreOrder, type SlottedOffer } from "../sip/sdp/local-description.ts";

/**
 * Gives a phone back the session that it had, after it was offered the media of another one which did
 * not come to the call.
 *
 * @param description what was described to it before.
 * @param other the phone that it talks to; it hears when the answer is not the one that it knows.
 */
export function restoreSession(leg: CallLeg, description: string, other?: CallLeg): void {
	const { local } = leg;
	const before = parseSdp(description);
	if (!local || !before) return;
	let slotted: SlottedOffer | undefined;
	const offer = (): string => {
		slotted = local.offer(before);
		return slotted.sdp;
	};
	leg.reinvite(offer, {
		onAccepted: (answer) => {
			const answered = answer === undefined ? undefined : parseSdp(answer);
			if (other && answered && slotted) tell(other, restoreOrder(answered, slotted.order, before));
		},
		onRefused: () => {},
	});
}

/** Offers a phone the description of the other one, unless it knows it. */
function tell(leg: CallLeg, description: SessionDescription): void {
	const known = leg.local?.current;
	const slotted = leg.local?.offer(description);
	if (!slotted || slotted.sdp === known) return;
	leg.reinvite(() => slotted.sdp, { onAccepted: () => {}, onRefused: () => slotted.withdraw() });
}
