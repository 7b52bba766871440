import type { CallLeg } from "../sip/leg/types.ts";
import {
	isRefused,
	mediaProtocol,
	mediaType,
	parseSdp,
	type SessionDescription,
} from "../sip/sdp/description.ts";
import { restoreOrder, type SlottedOffer } from "../sip/sdp/local-description.ts";
import { passOffer } from "./exchange.ts";

/**
 * Gives a phone back its earlier session after it took an offer that no longer stands. Nothing changes for
 * the other phone, unless the first one answers differently than before.
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
		onRefused: () => slotted?.withdraw(),
	});
}

/**
 * Tells a phone the other one's latest media description, if it is new to it.
 *
 * @param description the other phone's latest.
 */
export function bringUpToDate(leg: CallLeg, description: string, other: CallLeg): void {
	const latest = parseSdp(description);
	const known = parseSdp(leg.local?.current ?? "");
	const isNews = latest && streamsOf(latest, flowOf) !== (known && streamsOf(known, flowOf));
	if (isNews) restoreSession(leg, description, other);
}

/**
 * Makes sure that a phone knows where the other one currently receives its media.
 *
 * @param description the other phone's latest.
 */
export function reconcile(other: CallLeg, description: string, leg: CallLeg): void {
	const latest = parseSdp(description);
	if (latest && !knows(leg, latest)) agreeAnew(other, leg);
}

/** Whether the last description given to the phone sends its media to the same places. */
function knows({ local }: CallLeg, description: SessionDescription): boolean {
	const known = parseSdp(local?.current ?? "");
	return known !== undefined && streamsOf(known, placeOf) === streamsOf(description, placeOf);
}

/** Describes each stream that is not refused, in an order that does not depend on slots. */
function streamsOf({ session, media }: SessionDescription, say: typeof placeOf): string {
	return media
		.filter((section) => !isRefused(section))
		.map((section) => say(section, session))
		.sort()
		.join();
}

/** Address and port of a stream. A phone's offer and answer may differ in everything else. */
function placeOf(section: readonly string[], session: readonly string[]): string {
	const isConnection = (line: string): boolean => line.startsWith("c=");
	const port = /^m=\S+ (\d+)/.exec(section[0] ?? "")?.[1];
	return `${mediaType(section)} ${port} ${section.find(isConnection) ?? session.find(isConnection)}`;
}

/** Where a stream is sent to, in which directions, and with which keys. */
function flowOf(section: readonly string[], session: readonly string[]): string {
	const isDirection = (line: string): boolean => /^a=(sendrecv|sendonly|recvonly|inactive)$/.test(line);
	const direction = section.find(isDirection) ?? session.find(isDirection) ?? "a=sendrecv";
	const keys = [...session, ...section].filter((line) => /^a=(crypto|fingerprint):/.test(line));
	return [placeOf(section, session), mediaProtocol(section), direction, ...keys].join(" ");
}

/** Asks one phone for an offer and gives it to the other (RFC 3725 section 4.4). */
function agreeAnew(asked: CallLeg, other: CallLeg): void {
	asked.reinvite(undefined, {
		onAccepted: (offer, acknowledge) => passOn(offer, acknowledge, asked, other),
		onRefused: () => {},
	});
}

/**
 * Answers the offer of a phone that was asked for one on behalf of the other phone, which no longer wants it:
 * the session stays as it was, unless the offer differs from the one the other phone knows.
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

/** Passes one phone's offer to the other, and the answer back. */
function passOn(
	offer: string | undefined,
	acknowledge: (answer: string | undefined) => void,
	asked: CallLeg,
	other: CallLeg,
): void {
	const decline = (): void => acknowledge(offer && asked.local?.unchanged(offer));
	const passed = passOffer(offer, asked, other);
	if (!passed) return decline();
	other.reinvite(() => passed.write(), {
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
