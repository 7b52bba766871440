import { randomBytes } from "node:crypto";

/** The codec that a phone uses, and whether it is encrypted. */
export interface Speech {
	/** Format number in an m-line. */
	readonly format: string;
	/** As an rtpmap attribute has it. */
	readonly encoding: string;
	/** Accepts no stream without keys in the description (SRTP, RFC 4568). */
	readonly secure: boolean;
}

export const PCMU: Speech = { format: "0", encoding: "PCMU/8000", secure: false };
export const PCMA: Speech = { format: "8", encoding: "PCMA/8000", secure: false };
export const SECURE_PCMU: Speech = { ...PCMU, secure: true };

const SUITE = "AES_CM_128_HMAC_SHA1_80";

/** Bytes of key and salt of that suite. */
const KEY_BYTES = 30;

/** A phone's own key, for all its descriptions in a dialog. */
export function newKey(): string {
	return randomBytes(KEY_BYTES).toString("base64");
}

/** The attribute with a key, without `a=crypto:`. */
export function cryptoValue(tag: string, key: string): string {
	return `${tag} ${SUITE} inline:${key}`;
}

/** The tag of the first attribute that a phone can use; undefined if there is none. */
export function takenTag(cryptos: readonly string[]): string | undefined {
	const [tag] = cryptos.find((value) => value.split(" ")[1] === SUITE)?.split(" ") ?? [];
	return tag;
}
