import { Buffer } from "node:buffer";

/** The text must not be written into a header field: it would end the line and start another. */
export class HeaderValueError extends Error {
	override readonly name = "HeaderValueError";
}

const LINE_BREAK_OR_NUL = /[\r\n\0]/;

/**
 * Checks a header field before it is written.
 *
 * @param name of the header field, which must be a token.
 * @throws {HeaderValueError} if the value contains CR, LF or NUL. The message does not quote the value.
 */
export function assertHeaderText(name: string, value: string): void {
	if (LINE_BREAK_OR_NUL.test(value)) {
		throw new HeaderValueError(
			`Value of the header field ${JSON.stringify(name)}: no CR, LF or NUL expected`,
		);
	}
	if (!/^[\w.!%*+`'~-]+$/.test(name)) {
		throw new HeaderValueError(
			`Header field name ${JSON.stringify(name)}: a token expected (RFC 3261 section 25.1)`,
		);
	}
}

/**
 * A complete header line with its CRLF.
 *
 * @throws {HeaderValueError} as {@link assertHeaderText}.
 */
export function headerLine(name: string, value: string): string {
	assertHeaderText(name, value);
	return `${name}: ${value}\r\n`;
}

/**
 * Escapes text for a quoted string (RFC 3261 section 25.1): `\` and `"` are escaped,
 * control characters dropped. The caller adds the quotes, as SIP.js's NameAddrHeader does.
 */
export function quoteDisplayName(text: string): string {
	return text
		.toWellFormed()
		.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "")
		.replaceAll(/[\\"]/g, "\\$&");
}

/** Length of a text in UTF-8, in bytes, as Content-Length counts it. */
export function byteLength(text: string): number {
	return Buffer.byteLength(text);
}
