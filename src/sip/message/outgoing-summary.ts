/** What the lower layers need to know about a request to be sent. */
export interface OutgoingSummary {
	readonly method: string;
	readonly branch: string;
	readonly callId: string;
	readonly cseq: number;
	/** Absent outside a dialog. */
	readonly toTag?: string | undefined;
}

/** A message to be sent has no Via, Call-ID or CSeq. */
export class OutgoingMessageError extends Error {
	override readonly name = "OutgoingMessageError";
}

/**
 * Extracts what identifies our request from its text. It expects headers as we write them: each on one line, with
 * its full name in the usual spelling.
 *
 * @throws {OutgoingMessageError} if a header that every request needs is missing.
 */
export function inspectOutgoing(text: string): OutgoingSummary {
	const branch = parameter(headerValue(text, "Via"), "branch") ?? "";
	const callId = headerValue(text, "Call-ID");
	const sequence = headerValue(text, "CSeq");
	const space = sequence.indexOf(" ");
	const cseq = Number(sequence.slice(0, space));
	const method = sequence.slice(space + 1);
	const toTag = tagOf(headerValue(text, "To"));
	return { method, branch, callId, cseq, ...(toTag !== undefined && { toTag }) };
}

function headerValue(text: string, name: string): string {
	const mark = `\r\n${name}: `;
	const start = text.indexOf(mark);
	const end = text.indexOf("\r\n", start + mark.length);
	if (start < 0 || end < 0)
		throw new OutgoingMessageError(`Message to be sent: header field ${name} expected`);
	return text.slice(start + mark.length, end);
}

function tagOf(nameAddr: string): string | undefined {
	return parameter(nameAddr.slice(nameAddr.lastIndexOf(">") + 1), "tag");
}

/** We echo received values unchanged, so any case and blanks can occur. */
function parameter(value: string, name: string): string | undefined {
	const plain = value.indexOf(`;${name}=`);
	if (plain < 0) return oddParameter(value, name);
	const start = plain + name.length + 2;
	const end = value.indexOf(";", start);
	return value.slice(start, end < 0 ? value.length : end).trim();
}

function oddParameter(value: string, name: string): string | undefined {
	for (const piece of value.split(";").slice(1)) {
		const equals = piece.indexOf("=");
		if (equals >= 0 && piece.slice(0, equals).trim().toLowerCase() === name)
			return piece.slice(equals + 1).trim();
	}
	return undefined;
}
