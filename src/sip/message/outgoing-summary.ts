import { isUniqueBranch, transactionBranch } from "./via.ts";

/** What the layers below need to know of a message that is about to be sent. */
export interface OutgoingSummary {
	readonly isResponse: boolean;
	/** Of the request, or of the request that a response answers. */
	readonly method: string;
	/** As `viaBranch` of the request: put together in the same way when an RFC 2543 client sent it. */
	readonly branch: string;
	readonly callId: string;
	readonly cseq: number;
	/** Absent outside a dialog. */
	readonly toTag?: string;
	/** Responses only. */
	readonly status?: number;
}

/** A message that was handed over for sending has no Via, Call-ID or CSeq. */
export class OutgoingMessageError extends Error {
	override readonly name = "OutgoingMessageError";
}

/**
 * Takes what identifies a message out of its text. It looks for names as we and SIP.js write them:
 * each header on one line, its full name in the usual spelling.
 *
 * @throws {OutgoingMessageError} when a header that every message has is missing.
 */
export function inspectOutgoing(text: string): OutgoingSummary {
	const isResponse = text.startsWith("SIP/2.0 ");
	const via = headerValue(text, "Via");
	const callId = headerValue(text, "Call-ID");
	const sequence = headerValue(text, "CSeq");
	const space = sequence.indexOf(" ");
	const cseq = Number(sequence.slice(0, space));
	const method = sequence.slice(space + 1);
	const rawBranch = parameter(via, "branch");
	const fromTag = isUniqueBranch(rawBranch) ? undefined : tagOf(headerValue(text, "From"));
	const branch = transactionBranch(rawBranch, via, callId, cseq, fromTag);
	const toTag = tagOf(headerValue(text, "To"));
	return {
		isResponse,
		method,
		branch,
		callId,
		cseq,
		...(toTag !== undefined && { toTag }),
		...(isResponse && { status: Number(text.slice(8, 11)) }),
	};
}

/** The branch of the top Via as it stands there; undefined when it has none. */
export function topViaBranch(text: string): string | undefined {
	return parameter(headerValue(text, "Via"), "branch");
}

/** The method in CSeq. */
export function cseqMethod(text: string): string {
	const sequence = headerValue(text, "CSeq");
	return sequence.slice(sequence.indexOf(" ") + 1);
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
