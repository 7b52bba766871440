import type { IncomingRequestMessage, Transport } from "sip.js/lib/core/index.js";

/** Sends what SIP.js answers. */
export interface Responder {
	/**
	 * Sends a response.
	 * @returns undefined if it has left.
	 * @throws {TransportError} at once or as a rejection.
	 */
	respond(text: string, request: IncomingRequestMessage, status: number): Promise<void> | undefined;
}

/**
 * SIP.js's transport for the responses to one request. SIP.js hands a transport only their texts, which would
 * have to be parsed again to find the transactions that they belong to.
 */
export class Answers implements Transport {
	readonly #request: IncomingRequestMessage;
	readonly #responder: Responder;

	constructor(request: IncomingRequestMessage, responder: Responder) {
		this.#request = request;
		this.#responder = responder;
	}

	/** SIP.js asks for it, but puts it into nothing that is sent. */
	get protocol(): string {
		return "UDP";
	}

	async send(text: string): Promise<void> {
		await this.#responder.respond(text, this.#request, Number(text.slice(STATUS, STATUS + 3)));
	}
}

/** Where the status stands in a response. */
const STATUS = "SIP/2.0 ".length;
