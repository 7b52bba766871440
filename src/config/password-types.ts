import { HASHES_PREFIX, readHashes } from "../password-hashes.ts";
import { text, type ValueType } from "./value-type.ts";

const PASSWORD = text({ placeholder: "PASSWORD", required: true });

/** A password, or its hashes; what begins like hashes must be some. */
export const PASSWORD_OR_HASHES: ValueType<string> = {
	...PASSWORD,
	expected: `a password, or hashes as clicktocall password prints them (${HASHES_PREFIX}MD5:…,SHA-256:…)`,
	parse: (value) =>
		value.startsWith(HASHES_PREFIX) && !readHashes(value) ? undefined : PASSWORD.parse(value),
};

/**
 * The name of a user or a program. It has no colon, which ends the name in Basic (RFC 7617 section 2), and no
 * quotation mark or backslash, which clients escape in different ways in Digest.
 */
export const USER_NAME: ValueType<string> = {
	placeholder: "NAME",
	expected: "1 to 64 letters, digits and . _ @ + -, and neither admin nor token, which are taken",
	parse: (value) =>
		/^[\p{L}\p{M}\p{N}._@+-]{1,64}$/u.test(value) && !["admin", "token"].includes(value.toLowerCase())
			? value
			: undefined,
	format: (value) => value,
};
