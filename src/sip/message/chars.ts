/** `token`, the characters of methods, header names and parameter names (RFC 3261 section 25.1). */
export const TOKEN = 1;
/** `unreserved`, `user-unreserved` and the colon before a password; `%` is checked separately. */
export const USERINFO = 2;
/** `paramchar` of a URI parameter; `%` is checked separately. */
export const URI_PARAMETER = 4;
/** `hnv-unreserved` and `unreserved` of a URI header; `%` is checked separately. */
export const URI_HEADER = 8;
/** Host names, with the underscore that many networks use. */
export const HOST_NAME = 16;

const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const UNRESERVED = `${ALPHANUMERIC}-_.!~*'()`;

const CLASSES = new Uint8Array(128);
for (const [flag, members] of [
	[TOKEN, `${ALPHANUMERIC}-.!%*_+\`'~`],
	[USERINFO, `${UNRESERVED}&=+$,;?/:`],
	[URI_PARAMETER, `${UNRESERVED}[]/:&+$`],
	[URI_HEADER, `${UNRESERVED}[]/?:+$`],
	[HOST_NAME, `${ALPHANUMERIC}-_.`],
] as const) {
	for (const member of members) CLASSES[member.charCodeAt(0)] = (CLASSES[member.charCodeAt(0)] ?? 0) | flag;
}

const PERCENT = 0x25;

/** Whether the character with this code belongs to one of the classes above. */
export function isOf(code: number, flag: number): boolean {
	return code < 128 && ((CLASSES[code] as number) & flag) !== 0;
}

/** Whether the part from `start` to `end` is not empty and all its characters belong to the class. */
export function isAllOf(text: string, flag: number, start = 0, end = text.length): boolean {
	for (let at = start; at < end; at++) {
		if (!isOf(text.charCodeAt(at), flag)) return false;
	}
	return end > start;
}

/** Like {@link isAllOf}, but also accepts `%` with two hexadecimal digits, and empty text. */
export function isEscapedTextOf(text: string, flag: number): boolean {
	for (let at = 0; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code === PERCENT) {
			if (!isHexDigit(text.charCodeAt(at + 1)) || !isHexDigit(text.charCodeAt(at + 2))) return false;
			at += 2;
		} else if (!isOf(code, flag)) {
			return false;
		}
	}
	return true;
}

function isHexDigit(code: number): boolean {
	return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}

/** Whether the character is a space or a tab, which is all that remains of LWS in unfolded lines. */
export function isBlank(code: number): boolean {
	return code === 0x20 || code === 0x09;
}

/** Position of the first non-blank from `at` on; the length of the text without one. */
export function skipBlanks(text: string, at: number): number {
	while (isBlank(text.charCodeAt(at))) at++;
	return at;
}

/** The part from `start` to `end` (excluded), trimmed. */
export function slice(text: string, start: number, end: number): string {
	while (start < end && isBlank(text.charCodeAt(start))) start++;
	while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
	return text.substring(start, end);
}

/**
 * The position after the closing quote of a quoted string (RFC 3261 section 25.1).
 *
 * @param start position of the opening quote.
 * @returns -1 if the quote is not closed.
 */
export function skipQuoted(text: string, start: number): number {
	for (let at = start + 1; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code === 0x5c) at++;
		else if (code === 0x22) return at + 1;
	}
	return -1;
}

/**
 * The decimal number in the part from `start` to `end`, digits only.
 *
 * @param max the largest value accepted.
 * @returns undefined for anything else, or above `max`.
 */
export function readNumber(text: string, max: number, start = 0, end = text.length): number | undefined {
	if (end <= start) return undefined;
	let value = 0;
	for (let at = start; at < end; at++) {
		const digit = text.charCodeAt(at) - 0x30;
		if (digit < 0 || digit > 9) return undefined;
		value = value * 10 + digit;
		if (value > max) return undefined;
	}
	return value;
}
