/**
 * The first value of a header field in a message that this program wrote: such messages spell each name in
 * one way only, and fold no line.
 *
 * @param name as it is written, such as `Via`.
 * @returns an empty string if the message has no such header field.
 */
export function headerValue(text: string, name: string): string {
	const mark = `\r\n${name}:`;
	const start = text.indexOf(mark);
	if (start < 0) return "";
	const end = text.indexOf("\r\n", start + 2);
	return text.slice(start + mark.length, end < 0 ? text.length : end).trim();
}

/** Every value of a header field, in order, as {@link headerValue} reads them. */
export function headerValues(text: string, name: string): string[] {
	const mark = `\r\n${name}:`;
	const head = text.slice(0, text.indexOf("\r\n\r\n") + 2);
	const values: string[] = [];
	for (let start = head.indexOf(mark); start >= 0; start = head.indexOf(mark, start + 2)) {
		values.push(head.slice(start + mark.length, head.indexOf("\r\n", start + 2)).trim());
	}
	return values;
}
