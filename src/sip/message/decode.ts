/** A message split into head and body, its head as text. */
export interface DecodedMessage {
	/** Start line and headers, unfolded, each ending in CRLF. */
	readonly head: string;
	/** Whether an empty line ends the head. */
	readonly complete: boolean;
	/** Bytes after the head. */
	readonly bodyLength: number;
	/** The first `length` bytes of the body as text. */
	body(length: number): string;
}

const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const bodyDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
const latin1Decoder = new TextDecoder("latin1");

const CR = 0x0d;
const LF = 0x0a;
const HEAD_END = "\r\n\r\n";

/**
 * The text of a message that is all ASCII, so that positions in it and in its bytes are the same.
 *
 * @param message without line ends before it.
 * @returns undefined for any other message.
 */
export function decodeAscii(message: Uint8Array): string | undefined {
	const text = decodeStrictly(message);
	return text?.length === message.length ? text : undefined;
}

/** A message without the line ends before it (RFC 3261 section 7.5). */
export function withoutLeadingLines(message: Uint8Array): Uint8Array {
	let start = 0;
	while (message[start] === CR || message[start] === LF) start++;
	return start === 0 ? message : message.subarray(start);
}

/**
 * Splits a message at the end of its head and decodes it.
 *
 * @param text what `decodeAscii` says of it.
 */
export function decodeMessage(message: Uint8Array, text: string | undefined): DecodedMessage {
	return text === undefined ? cutBytes(message) : cutText(text);
}

function cutText(text: string): DecodedMessage {
	const end = text.indexOf(HEAD_END);
	const complete = end >= 0;
	const bodyStart = complete ? end + HEAD_END.length : text.length;
	const head = unfold(complete ? text.substring(0, end + 2) : text);
	return new DecodedText(head, complete, text, bodyStart);
}

/** A message that is all ASCII. */
class DecodedText implements DecodedMessage {
	constructor(
		readonly head: string,
		readonly complete: boolean,
		private readonly text: string,
		private readonly bodyStart: number,
	) {}

	get bodyLength(): number {
		return this.text.length - this.bodyStart;
	}

	body(length: number): string {
		return this.text.substring(this.bodyStart, this.bodyStart + length);
	}
}

function cutBytes(bytes: Uint8Array): DecodedMessage {
	const end = findHeadEnd(bytes);
	const complete = end >= 0;
	const bodyStart = complete ? end + HEAD_END.length : bytes.length;
	const head = bytes.subarray(0, complete ? end + 2 : bytes.length);
	return {
		// Old phones send names in Latin-1; reading them as such is better than rejecting them.
		head: unfold(decodeStrictly(head) ?? latin1Decoder.decode(head)),
		complete,
		bodyLength: bytes.length - bodyStart,
		body: (length) => bodyDecoder.decode(bytes.subarray(bodyStart, bodyStart + length)),
	};
}

function findHeadEnd(bytes: Uint8Array): number {
	for (let at = bytes.indexOf(CR); at >= 0; at = bytes.indexOf(CR, at + 1)) {
		if (bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF) return at;
	}
	return -1;
}

function decodeStrictly(bytes: Uint8Array): string | undefined {
	try {
		return strictDecoder.decode(bytes);
	} catch {
		return undefined;
	}
}

/** A line that starts with a blank continues the previous one (RFC 3261 section 7.3.1). */
function unfold(head: string): string {
	return head.includes("\r\n ") || head.includes("\r\n\t") ? head.replaceAll(/\r\n[ \t]+/g, " ") : head;
}
