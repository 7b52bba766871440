/** The parts of a SIP URI, which differ in the characters that they allow (RFC 3261 section 25.1). */
export type UriPart = "user" | "password" | "parameter" | "header";

const ALPHANUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** unreserved = alphanum / mark */
const UNRESERVED = `${ALPHANUM}-_.!~*'()`;

const ALLOWED: Readonly<Record<UriPart, string>> = {
	user: `${UNRESERVED}&=+$,;?/`,
	password: `${UNRESERVED}&=+$,`,
	parameter: `${UNRESERVED}[]/:&+$`,
	header: `${UNRESERVED}[]/?:+$`,
};

const BITS: Readonly<Record<UriPart, number>> = { user: 1, password: 2, parameter: 4, header: 8 };

const CHARACTERS = new Uint8Array(128);
for (const part of ["user", "password", "parameter", "header"] as const) {
	for (const character of ALLOWED[part]) {
		const code = character.charCodeAt(0);
		CHARACTERS[code] = (CHARACTERS[code] ?? 0) | BITS[part];
	}
}

const PERCENT = 0x25;

function hexValue(code: number): number {
	if (code >= 0x30 && code <= 0x39) return code - 0x30;
	const lower = code | 0x20;
	return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

/** The byte that `%HH` at this index stands for, or -1 if there is none. */
function escapedOctet(text: string, index: number): number {
	const high = hexValue(text.charCodeAt(index + 1));
	const low = hexValue(text.charCodeAt(index + 2));
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/** CR, LF and NUL end headers and strings elsewhere, raw or once the escape is removed. */
function isForbidden(octet: number): boolean {
	return octet === 0 || octet === 10 || octet === 13;
}

/**
 * Percent-encodes the characters that are not allowed in a part of a SIP URI; existing escapes stay as they
 * are, and a `%` that starts none becomes `%25`.
 *
 * @param text well-formed UTF-16
 * @returns undefined when the text contains CR, LF or NUL, raw or escaped
 */
export function escapeUriPart(text: string, part: UriPart): string | undefined {
	const bit = BITS[part];
	let escaped = "";
	let copied = 0;
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (code < 128 && ((CHARACTERS[code] ?? 0) & bit) !== 0) continue;
		if (isForbidden(code)) return undefined;
		if (code === PERCENT) {
			const octet = escapedOctet(text, i);
			if (isForbidden(octet)) return undefined;
			if (octet >= 0) {
				i += 2;
				continue;
			}
		}
		const character = String.fromCodePoint(text.codePointAt(i) ?? code);
		escaped += text.slice(copied, i) + percentEncode(character, code);
		i += character.length - 1;
		copied = i + 1;
	}
	return copied === 0 ? text : escaped + text.slice(copied);
}

function percentEncode(character: string, code: number): string {
	if (code >= 128) return encodeURIComponent(character);
	return `%${code < 16 ? "0" : ""}${code.toString(16).toUpperCase()}`;
}
