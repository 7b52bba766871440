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
	safeValue(name, value);
	if (!/^[\w.!%*+`'~-]+$/.test(name)) {
		throw new HeaderValueError(
			`Header field name ${JSON.stringify(name)}: a token expected (RFC 3261 section 25.1)`,
		);
	}
}

/**
 * The value of a header field whose name is ours, once it is checked.
 *
 * @throws {HeaderValueError} if it contains CR, LF or NUL. The message does not quote it.
 */
export function safeValue(name: string, value: string): string {
	if (!LINE_BREAK_OR_NUL.test(value)) return value;
	throw new HeaderValueError(`Value of the header field ${JSON.stringify(name)}: no CR, LF or NUL expected`);
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

/** `Name: value` without blanks to trim, as this program writes its lines. */
const PLAIN_LINE = /^[\w.!%*+`'~-]+: [!-~](?:[ -~]*[!-~])?$/;

/**
 * A header line of one text, `Name: value`, with its CRLF.
 *
 * @throws {HeaderValueError} as {@link assertHeaderText}, and for a text without a colon.
 */
export function wholeLine(line: string): string {
	if (PLAIN_LINE.test(line)) return `${line}\r\n`;
	const colon = line.indexOf(":");
	if (colon < 0) throw new HeaderValueError("Header line without a colon: Name: value expected");
	return headerLine(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
}

/** What needs no escape in a quoted string. */
const PLAIN_NAME = /^[ !#-[\]-~]*$/;

/**
 * Escapes text for a quoted string (RFC 3261 section 25.1): `\` and `"` are escaped,
 * control characters dropped. The caller adds the quotes, as SIP.js's NameAddrHeader does.
 */
export function quoteDisplayName(text: string): string {
	if (PLAIN_NAME.test(text)) return text;
	return text
		.toWellFormed()
		.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "")
		.replaceAll(/[\\"]/g, "\\$&");
}

/** Length of a text in UTF-8, in bytes, as Content-Length counts it. */
export function byteLength(text: string): number {
	return Buffer.byteLength(text);
}
