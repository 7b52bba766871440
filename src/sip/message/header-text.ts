import { Buffer } from "node:buffer";

/** A text must not be written into a header field: it would end the line and start another one. */
export class HeaderValueError extends Error {
	override readonly name = "HeaderValueError";
}

const LINE_BREAK_OR_NUL = /[\r\n\0]/;

/**
 * Checks what is about to be written as a header field.
 *
 * @param name of the header field; a name that is not a token is refused too.
 * @throws {HeaderValueError} when the value holds CR, LF or NUL. The value is not repeated in the message.
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
 * A whole header line with its CRLF.
 *
 * @throws {HeaderValueError} as {@link assertHeaderText}.
 */
export function headerLine(name: string, value: string): string {
	assertHeaderText(name, value);
	return `${name}: ${value}\r\n`;
}

/**
 * Makes any text fit for the inside of a quoted string (RFC 3261 section 25.1): `\` and `"` are
 * escaped, control characters are dropped. The quotes around it are for the caller to write, as
 * SIP.js's NameAddrHeader does.
 */
export function quoteDisplayName(text: string): string {
	return text
		.toWellFormed()
		.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "")
		.replaceAll(/[\\"]/g, "\\$&");
}

/** Length of a text in UTF-8, in bytes: what Content-Length counts. */
export function byteLength(text: string): number {
	return Buffer.byteLength(text);
}
