import { randomBytes } from "node:crypto";

/** What a phone speaks, and how it protects that. */
export interface Speech {
	/** Format number in an m-line. */
	readonly format: string;
	/** As an rtpmap attribute has it. */
	readonly encoding: string;
	/** Speaks nothing without keys in the description (SRTP, RFC 4568). */
	readonly secure: boolean;
}

export const PCMU: Speech = { format: "0", encoding: "PCMU/8000", secure: false };
export const PCMA: Speech = { format: "8", encoding: "PCMA/8000", secure: false };
export const SECURE_PCMU: Speech = { ...PCMU, secure: true };

const SUITE = "AES_CM_128_HMAC_SHA1_80";

/** Bytes of key and salt of that suite. */
const KEY_BYTES = 30;

/** A key of a phone's own, for all that it describes in a dialog. */
export function newKey(): string {
	return randomBytes(KEY_BYTES).toString("base64");
}

/** The attribute that gives a key, without `a=crypto:`. */
export function cryptoValue(tag: string, key: string): string {
	return `${tag} ${SUITE} inline:${key}`;
}

/** The tag of the first attribute that a phone can take; undefined when there is none. */
export function takenTag(cryptos: readonly string[]): string | undefined {
	const [tag] = cryptos.find((value) => value.split(" ")[1] === SUITE)?.split(" ") ?? [];
	return tag;
}
