/** What the layers below need to know about a request that is about to be sent. */
export interface OutgoingSummary {
	readonly method: string;
	readonly branch: string;
	readonly callId: string;
	readonly cseq: number;
	/** Absent outside a dialog. */
	readonly toTag?: string;
}

/** A message that was handed over for sending has no Via, Call-ID or CSeq. */
export class OutgoingMessageError extends Error {
	override readonly name = "OutgoingMessageError";
}

/**
 * Extracts what identifies our request from its text. It looks for names as we write them: each header on one
 * line, its full name in the usual spelling.
 *
 * @throws {OutgoingMessageError} when a header that every request has is missing.
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

/** Received values are written back as they came, so that case and blanks can be of any kind. */
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
