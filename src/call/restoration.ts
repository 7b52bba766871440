import type { CallLeg } from "../sip/leg/types.ts";
import { mediaType, parseSdp, type SessionDescription } from "../sip/sdp/description.ts";
import { restoreOrder, type SlottedOffer } from "../sip/sdp/local-description.ts";
import { passOffer } from "./exchange.ts";

/**
 * Gives a phone back the session that it had, after it has taken an offer that nobody stands by any
 * more. It changes nothing for the other phone, unless the first one answers in another way than before.
 *
 * @param description what was described to it before.
 * @param other the phone that it talks to.
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
			if (!other || !answered || !slotted) return;
			if (!knows(other, restoreOrder(answered, slotted.order, before))) agreeAnew(other, leg);
		},
		onRefused: () => {},
	});
}

/**
 * Sees to it that a phone knows where the other one takes its media now.
 *
 * @param description the other phone's latest.
 */
export function reconcile(other: CallLeg, description: string, leg: CallLeg): void {
	const latest = parseSdp(description);
	if (latest && !knows(leg, latest)) agreeAnew(other, leg);
}

/** Whether the description that was given to a phone last sends its media to the same places. */
function knows({ local }: CallLeg, description: SessionDescription): boolean {
	const known = parseSdp(local?.current ?? "");
	return known !== undefined && placesOf(known) === placesOf(description);
}

/** Address and port of each stream. An offer and an answer of one phone may differ in all else. */
function placesOf({ session, media }: SessionDescription): string {
	const connection = (lines: readonly string[]): string | undefined =>
		lines.find((line) => line.startsWith("c="));
	return media
		.map((section) => {
			const port = /^m=\S+ (\d+)/.exec(section[0] ?? "")?.[1] ?? "0";
			return port === "0"
				? ""
				: `${mediaType(section)} ${port} ${connection(section) ?? connection(session)}`;
		})
		.filter((place) => place !== "")
		.sort()
		.join();
}

/** Asks one phone for an offer and gives it to the other (RFC 3725 section 4.4). */
function agreeAnew(asked: CallLeg, other: CallLeg): void {
	asked.reinvite(undefined, {
		onAccepted: (offer, acknowledge) => passOn(offer, acknowledge, asked, other),
		onRefused: () => {},
	});
}

/**
 * Answers the offer of a phone that was asked for one by the other phone, which does not want it any
 * more: the session stays as it was, unless the offer is another one than the other phone knows.
 *
 * @param acknowledge answers it.
 */
export function settleOffer(
	offer: string | undefined,
	acknowledge: (answer: string | undefined) => void,
	asked: CallLeg,
	other: CallLeg,
): void {
	const description = offer === undefined ? undefined : parseSdp(offer);
	if (!description || knows(other, description)) acknowledge(offer && asked.local?.unchanged(offer));
	else passOn(offer, acknowledge, asked, other);
}

/** Gives the offer of one phone to the other, and the answer back. */
function passOn(
	offer: string | undefined,
	acknowledge: (answer: string | undefined) => void,
	asked: CallLeg,
	other: CallLeg,
): void {
	const decline = (): void => acknowledge(offer && asked.local?.unchanged(offer));
	const passed = passOffer(offer, asked, other);
	if (!passed) return decline();
	other.reinvite(() => passed.sdp, {
		onAccepted: (answer) => {
			const back = passed.answer(answer);
			if (back === undefined) decline();
			else acknowledge(back);
		},
		onRefused: () => {
			passed.refused();
			decline();
		},
	});
}
