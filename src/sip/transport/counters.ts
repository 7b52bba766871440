import { readNumber } from "../message/chars.ts";
import { hasReason } from "../message/reasons.ts";
import type { TransportProtocol } from "./protocols.ts";

/** The name under which rare methods are counted. */
const OTHER_METHOD = "other";

/** Methods that are counted by name: those of RFC 3261, and of the extensions that phones use. */
const METHODS = [
	...["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "REGISTER", "REFER", "NOTIFY", "SUBSCRIBE"],
	...["UPDATE", "PRACK", "INFO", "MESSAGE", "PUBLISH", OTHER_METHOD],
];
const INDEX: ReadonlyMap<string, number> = new Map(METHODS.map((method, index) => [method, index]));
const OTHER = METHODS.length - 1;

const SPACE = 0x20;

function isMethodOf(text: string, method: string): boolean {
	return text.startsWith(method) && text.charCodeAt(method.length) === SPACE;
}

const FIRST_CODE = 100;
const LAST_CODE = 699;

/** Shorter ones are keep-alives. */
const SHORTEST_MESSAGE = 5;
/** Enough of a message's first bytes for its method or code. */
const HEAD_BYTES = 16;
/** Where the code stands in a response. */
const CODE_AT = 8;

/** Messages in one direction, including retransmissions. */
export class MessageCounts {
	readonly #requests = new Float64Array(METHODS.length);
	readonly #responses = new Float64Array(LAST_CODE + 1);

	request(method: string): void {
		const index = INDEX.get(method) ?? OTHER;
		this.#requests[index] = (this.#requests[index] ?? 0) + 1;
	}

	/** @param text that starts with the method and a blank. */
	requestOf(text: string): void {
		let index = 0;
		while (index < OTHER && !isMethodOf(text, METHODS[index] ?? "")) index++;
		this.#requests[index] = (this.#requests[index] ?? 0) + 1;
	}

	/** @param code a status code; anything else is not counted. */
	response(code: number): void {
		if (code >= FIRST_CODE && code <= LAST_CODE) this.#responses[code] = (this.#responses[code] ?? 0) + 1;
	}

	/** Every counted method, and `other`. */
	get requests(): readonly (readonly [method: string, count: number])[] {
		return METHODS.map((method, index) => [method, this.#requests[index] ?? 0]);
	}

	/**
	 * The codes seen so far. A peer can make up codes: those outside the IANA registry are counted by class,
	 * such as `4xx`.
	 */
	get responses(): readonly (readonly [code: string, count: number])[] {
		const counts = new Map<string, number>();
		this.#responses.forEach((count, code) => {
			if (count === 0) return;
			const label = hasReason(code) ? String(code) : `${Math.trunc(code / 100)}xx`;
			counts.set(label, (counts.get(label) ?? 0) + count);
		});
		return [...counts];
	}
}

/**
 * What can go wrong at a socket:
 *
 * - send: a message could not be sent, or the network reported that for an earlier one.
 * - connect: a connection could not be opened, or its TLS handshake failed, in either direction.
 * - message: the data received was not a SIP message.
 * - dropped: a datagram arrived while too many others were waiting.
 */
export type TransportErrorKind = "send" | "connect" | "message" | "dropped";

function noErrors(): Record<TransportErrorKind, number> {
	return { send: 0, connect: 0, message: 0, dropped: 0 };
}

/** Plain numbers that the SIP side increments as it works, to be read now and then. */
export class SipCounters {
	readonly messagesSent = new MessageCounts();
	readonly messagesReceived = new MessageCounts();
	readonly errors: Readonly<Record<TransportProtocol, Record<TransportErrorKind, number>>> = {
		UDP: noErrors(),
		TCP: noErrors(),
		TLS: noErrors(),
	};

	/** Counts an outgoing message; keep-alives are not counted. */
	sent(message: string | Uint8Array): void {
		if (message.length < SHORTEST_MESSAGE) return;
		const head = typeof message === "string" ? message : decoder.decode(message.subarray(0, HEAD_BYTES));
		if (head.startsWith("SIP/2.0 ")) {
			this.messagesSent.response(readNumber(head, LAST_CODE, CODE_AT, CODE_AT + 3) ?? 0);
		} else this.messagesSent.requestOf(head);
	}
}

const decoder = new TextDecoder();
