import { isIP, isIPv4 } from "node:net";
import { isRefused, mediaType, parseSdp } from "./description.ts";

/** A port of ours that sound is sent from. */
export interface SoundPlace {
	/** IP address, as the phone is told it. */
	readonly address: string;
	readonly port: number;
}

/** Where a phone hears sound, and in which coding. */
export interface HearingPlace extends SoundPlace {
	/** Where its RTCP goes; undefined for the port after `port` (RFC 3550 section 11), 0 for nowhere. */
	readonly rtcpPort?: number;
	/** Payload type of PCMU or PCMA (RFC 3551 section 6). */
	readonly payloadType: 0 | 8;
}

const SPOKEN: ReadonlyMap<string, string> = new Map([
	["0", "PCMU/8000"],
	["8", "PCMA/8000"],
]);

/** The media section that offers sound from a port of ours. */
export function soundOffer({ port }: SoundPlace): readonly string[] {
	return [
		`m=audio ${port} RTP/AVP 0 8 101`,
		"a=rtpmap:0 PCMU/8000",
		"a=rtpmap:8 PCMA/8000",
		"a=rtpmap:101 telephone-event/8000",
		"a=ptime:20",
		"a=sendonly",
	];
}

/**
 * The answer to a media section that a phone can hear us by: nothing that it sends is listened to.
 *
 * @param session the lines before the first section of the offer.
 * @returns undefined when it is not such a section.
 */
export function soundAnswer(
	section: readonly string[],
	session: readonly string[],
	{ port }: SoundPlace,
): readonly string[] | undefined {
	const formats = formatsOf(section).filter((format) => SPOKEN.has(format));
	if (formats.length === 0) return undefined;
	return [
		`m=audio ${port} RTP/AVP ${formats.join(" ")}`,
		...formats.map((format) => `a=rtpmap:${format} ${SPOKEN.get(format)}`),
		"a=ptime:20",
		hears(section, session) ? "a=sendonly" : "a=inactive",
	];
}

/**
 * Where a phone wants to hear the sound of its first audio stream. Only what it says itself counts, so that no
 * packet goes to an address that it has not named.
 *
 * @param own our address on the way to it: only the same family can be reached.
 * @returns undefined when it hears nothing, has neither PCMU nor PCMA, wants it encrypted, or names no such address.
 */
export function hearingPlace(sdp: string | undefined, own: string): HearingPlace | undefined {
	const description = sdp === undefined ? undefined : parseSdp(sdp);
	const section = description?.media.find((one) => mediaType(one) === "audio");
	if (!description || !section || isRefused(section)) return undefined;
	const { session } = description;
	const format = formatsOf(section).find((one) => SPOKEN.has(one));
	const address = addressOf(section, session);
	const port = Number(/^m=\S+ (\d{1,5})/.exec(section[0] ?? "")?.[1]);
	if (format === undefined || address === undefined || !hears(section, session)) return undefined;
	if (!(port > 0 && port < 65_536) || !isReachable(address, own)) return undefined;
	const rtcpPort = rtcpPortOf(section, address);
	return { address, port, ...(rtcpPort !== undefined && { rtcpPort }), payloadType: format === "0" ? 0 : 8 };
}

/** The formats of a section without encryption, as the other side prefers them; none for other sections. */
function formatsOf([media = ""]: readonly string[]): string[] {
	const [, formats = ""] = /^m=audio [1-9]\d*(?:\/\d+)? RTP\/AVP (.*)$/.exec(media) ?? [];
	return formats.trim().split(/\s+/);
}

/** Whether the side that describes it hears what is sent to it. */
function hears(section: readonly string[], session: readonly string[]): boolean {
	const isDirection = (line: string): boolean => /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/.test(line);
	const direction = (section.find(isDirection) ?? session.find(isDirection) ?? "a=sendrecv").trimEnd();
	return direction === "a=sendrecv" || direction === "a=recvonly";
}

function addressOf(section: readonly string[], session: readonly string[]): string | undefined {
	const isConnection = (line: string): boolean => line.startsWith("c=");
	const line = section.find(isConnection) ?? session.find(isConnection);
	const [, family, address = ""] = /^c=IN IP([46]) (\S+)\s*$/i.exec(line ?? "") ?? [];
	// A name would have to be looked up, and would then be somebody else's word.
	return String(isIP(address)) === family ? address : undefined;
}

/** RFC 3605; 0 when it is at another address. */
function rtcpPortOf(section: readonly string[], address: string): number | undefined {
	for (const line of section) {
		const [, port, elsewhere] = /^a=rtcp:(\d{1,5})(?: IN IP[46] (\S+))?\s*$/i.exec(line) ?? [];
		if (port === undefined) continue;
		return Number(port) < 65_536 && (elsewhere ?? address) === address ? Number(port) : 0;
	}
	return undefined;
}

/** Whether it is the address of one machine that we have a way to. */
function isReachable(address: string, own: string): boolean {
	if (isIPv4(address) !== isIPv4(own)) return false;
	if (isLoopback(address)) return isLoopback(own);
	// Nobody's, many machines', or that of a machine of the other family.
	return isIPv4(address) ? !/^(0|22[4-9]|2[3-5]\d)\./.test(address) : !/^(::$|ff|::ffff:)/i.test(address);
}

function isLoopback(address: string): boolean {
	return address.startsWith("127.") || address === "::1";
}
