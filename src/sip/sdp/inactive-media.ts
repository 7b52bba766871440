import { randomBytes } from "node:crypto";
import { randomToken } from "../../random.ts";
import { mediaProtocol } from "./description.ts";

/**
 * The answer to a media section while there is no other phone: its formats, a placeholder port and an inactive
 * direction. A secure stream gets the keys its answer must contain; they are never used.
 *
 * @param session the lines before the first section of the offer, which may contain attributes.
 */
export function inactiveMedia(section: readonly string[], session: readonly string[]): readonly string[] {
	const [media = "", ...attributes] = section;
	const kept = attributes.filter((line) => /^a=(rtpmap|fmtp):/.test(line));
	return [media.replace(/^(m=\S+) [^ ]+/, "$1 8000"), ...kept, ...securityOf(section, session), "a=inactive"];
}

function securityOf(section: readonly string[], session: readonly string[]): readonly string[] {
	const protocol = mediaProtocol(section);
	if (/TLS\/RTP\/SAVPF?$/.test(protocol)) return dtlsAnswer(section, session);
	// Phones that leave encryption up to the other side offer keys with RTP/AVP, too.
	const crypto = section.map(cryptoAnswer).find((line) => line !== undefined);
	return crypto !== undefined && protocol.startsWith("RTP/SAVP") ? [crypto] : [];
}

/** Accepts the suite of an `a=crypto` line, with our own key of the same length (RFC 4568 section 5.1.2). */
function cryptoAnswer(line: string): string | undefined {
	const [, tag, suite, key = ""] = /^a=crypto:(\d+) (\S+) inline:([A-Za-z0-9+/=]+)/.exec(line) ?? [];
	const length = Buffer.from(key, "base64").length;
	if (tag === undefined || length === 0) return undefined;
	return `a=crypto:${tag} ${suite} inline:${randomBytes(length).toString("base64")}`;
}

/**
 * What the answer for a DTLS stream must contain (RFC 5763 section 5, RFC 8829 section 5.3.1). The phone waits
 * for our handshake, which never comes: the real handshake is with the other phone.
 */
function dtlsAnswer(section: readonly string[], session: readonly string[]): readonly string[] {
	const offered = (start: string): string | undefined =>
		[...section, ...session].find((line) => line.startsWith(start));
	const digest = [...randomBytes(32)].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase());
	return [
		`a=fingerprint:sha-256 ${digest.join(":")}`,
		`a=setup:${offered("a=setup:") === "a=setup:active" ? "passive" : "active"}`,
		...(offered("a=ice-ufrag:") ? [`a=ice-ufrag:${randomToken(4)}`, `a=ice-pwd:${randomToken(16)}`] : []),
		...section.filter((line) => line === "a=rtcp-mux" || line.startsWith("a=mid:")),
	];
}
