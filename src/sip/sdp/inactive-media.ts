import { randomBytes } from "node:crypto";
import { randomToken } from "../../random.ts";
import { mediaProtocol } from "./description.ts";

/**
 * The answer to a media section while there is nobody to talk to: its formats, a placeholder port and no
 * direction in which media flows. A secure stream gets the keys that its answer has to have; nothing is ever
 * sent with them.
 *
 * @param session the lines before the first section of the offer: some attributes may stand there.
 */
export function inactiveMedia(section: readonly string[], session: readonly string[]): readonly string[] {
	const [media = "", ...attributes] = section;
	const kept = attributes.filter((line) => /^a=(rtpmap|fmtp):/.test(line));
	return [media.replace(/^(m=\S+) [^ ]+/, "$1 8000"), ...kept, ...securityOf(section, session), "a=inactive"];
}

function securityOf(section: readonly string[], session: readonly string[]): readonly string[] {
	const protocol = mediaProtocol(section);
	if (/TLS\/RTP\/SAVPF?$/.test(protocol)) return dtlsAnswer(section, session);
	// Phones that leave it to the other side whether the stream is secure offer keys with RTP/AVP, too.
	const crypto = section.map(cryptoAnswer).find((line) => line !== undefined);
	return crypto !== undefined && protocol.startsWith("RTP/SAVP") ? [crypto] : [];
}

/** Takes up the suite of an `a=crypto` line, with a key of our own of the same length (RFC 4568 section 5.1.2). */
function cryptoAnswer(line: string): string | undefined {
	const [, tag, suite, key = ""] = /^a=crypto:(\d+) (\S+) inline:([A-Za-z0-9+/=]+)/.exec(line) ?? [];
	const length = Buffer.from(key, "base64").length;
	if (tag === undefined || length === 0) return undefined;
	return `a=crypto:${tag} ${suite} inline:${randomBytes(length).toString("base64")}`;
}

/**
 * What the answer for a stream with DTLS has to have (RFC 5763 section 5, RFC 8829 section 5.3.1). The phone waits
 * for our handshake, which never comes: the one that counts is that with the other phone.
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
