import { createHash } from "node:crypto";

/** The protection space of the web interfaces; it is part of each hash (RFC 7616 section 3.4.2). */
export const REALM = "ClickToCall";

/** The algorithms of Digest that the web interfaces offer, the better one first, and their names in `node:crypto`. */
export const DIGEST_HASHES: ReadonlyMap<string, string> = new Map([
	["SHA-256", "sha256"],
	["MD5", "md5"],
]);

/** How stored hashes begin, so that nobody takes them for a password. */
export const HASHES_PREFIX = "{HA1}";

const STORED = /^\{HA1\}MD5:([0-9a-f]{32}),SHA-256:([0-9a-f]{64})$/i;

/** H(user:realm:password) by algorithm: enough to check a password, in Digest and otherwise. */
export type PasswordHashes = ReadonlyMap<string, string>;

/** The hashes of a password. */
export function hashesOf(user: string, password: string): PasswordHashes {
	const text = `${user}:${REALM}:${password}`;
	return new Map(
		[...DIGEST_HASHES].map(([algorithm, hash]) => [algorithm, createHash(hash).update(text).digest("hex")]),
	);
}

/** Hashes as a config file stores them. */
export function storedHashes(hashes: PasswordHashes): string {
	return `${HASHES_PREFIX}MD5:${hashes.get("MD5")},SHA-256:${hashes.get("SHA-256")}`;
}

/** Reads stored hashes; undefined when the text is something else, such as a password. */
export function readHashes(stored: string): PasswordHashes | undefined {
	const [, md5, sha256] = STORED.exec(stored) ?? [];
	if (md5 === undefined || sha256 === undefined) return undefined;
	return new Map([
		["MD5", md5.toLowerCase()],
		["SHA-256", sha256.toLowerCase()],
	]);
}
