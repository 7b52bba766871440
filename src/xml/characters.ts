/** Everything but the characters of section 2.2 of the XML recommendation. */
const NO_XML_CHARACTER = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const NO_XML_CHARACTERS = new RegExp(NO_XML_CHARACTER, "gu");

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant.
const ASCII = /^[\x00-\x7f]*$/;

/** White space of XML (section 2.3 of the recommendation). */
export function isWhiteSpace(byte: number): boolean {
	return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Whether a text could stand in an XML document. */
export function isXmlText(text: string): boolean {
	return !NO_XML_CHARACTER.test(text);
}

/** The text with U+FFFD for each character that XML does not know. */
export function toXmlText(text: string): string {
	return text.replace(NO_XML_CHARACTERS, "\uFFFD");
}

/** Whether each character is one byte in UTF-8. */
export function isAscii(text: string): boolean {
	return ASCII.test(text);
}
