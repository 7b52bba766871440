import { createHash, timingSafeEqual } from "node:crypto";
import { hashesOf, type PasswordHashes, REALM } from "../password-hashes.ts";
import { textOfOctets } from "./octet-text.ts";

/** What a client is told where Basic is accepted (RFC 7617 section 2). */
export const BASIC_CHALLENGE = `Basic realm="${REALM}", charset="UTF-8"`;

const SCHEME = /^\s*Basic +([A-Za-z0-9+/_-]+=*)\s*$/i;

/** A name and a password that a client has sent as they are. */
export interface BasicCredentials {
	readonly user: string;
	readonly password: string;
}

/** Reads an Authorization header of the scheme Basic; undefined when it is of another one, or has no colon. */
export function readBasic(authorization: string | undefined): BasicCredentials | undefined {
	const [, encoded] = SCHEME.exec(authorization ?? "") ?? [];
	if (encoded === undefined) return undefined;
	// Programs send UTF-8, or what they have always sent: Latin-1.
	const text = textOfOctets(Buffer.from(encoded, "base64").toString("latin1"));
	const colon = text.indexOf(":");
	return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Whether it is the password of the user. */
export function isRight(
	{ user, password }: BasicCredentials,
	users: ReadonlyMap<string, PasswordHashes>,
): boolean {
	const given = hashesOf(user, password).get("SHA-256") ?? "";
	const known = users.get(user)?.get("SHA-256");
	const same = timingSafeEqual(hashOf(given), hashOf(known ?? ""));
	return known !== undefined && same;
}

function hashOf(text: string): Uint8Array {
	return createHash("sha256").update(text).digest();
}
