/** A text that means itself: printable ASCII without the characters of markup. */
const TEXT = "[ -%'-;=?-~]*";
const GAP = "[ \\t\\r\\n]*";
const FIELD = `<(?<name>[A-Za-z]+)>${TEXT}</\\k<name>>`;
const PLAIN_REQUEST = new RegExp(
	`^(?:<\\?xml version="1\\.0"(?: encoding="(?:UTF|utf)-8")?\\?>)?` +
		`${GAP}<ClickToCall>${GAP}<Request>((?:${GAP}${FIELD})*)${GAP}</Request>${GAP}</ClickToCall>$`,
);
const EACH_FIELD = new RegExp(`<([A-Za-z]+)>(${TEXT})</`, "g");

/**
 * Reads a request that is written the way the manual shows it: no attributes, no entities, nothing but the fields.
 * Nearly all are, and building a document for them would cost a tenth of the call.
 *
 * @param text a character for each byte.
 * @returns the trimmed texts of the fields by lower-case name, of two alike the last; undefined when it is
 * written in another way, or is no request: the XML parser has to tell.
 */
export function readPlainRequest(text: string): ReadonlyMap<string, string> | undefined {
	const fieldsText = PLAIN_REQUEST.exec(text)?.[1];
	if (fieldsText === undefined) return undefined;
	const fields = new Map<string, string>();
	for (const [, name = "", value = ""] of fieldsText.matchAll(EACH_FIELD))
		fields.set(name.toLowerCase(), value.trim());
	return fields;
}
