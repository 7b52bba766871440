import { type HostPort, parameterOf, parseHostPort } from "./addresses.ts";
import type { Channel } from "./channel.ts";
import type { MessageOwner } from "./message-owner.ts";
import { type ResponseParts, writeResponse } from "./outgoing.ts";
import { repeat } from "./retransmitter.ts";
import type { PhoneClock, PhoneTimers } from "./timers.ts";
import type { SipMessage } from "./wire.ts";

/** What a server transaction needs from the phone. */
export interface ServerTransactionContext {
	readonly clock: PhoneClock;
	readonly timers: PhoneTimers;
	repeated(direction: "in" | "out"): void;
	/** Something began (1) or ended (-1) that must end before the phone is idle. */
	count(step: 1 | -1): void;
	/** A channel to another port of the peer. */
	channelBack(channel: Channel, port: number): Channel;
}

/** The top Via of a request, which distinguishes requests and says where responses go. */
export interface TopVia {
	readonly protocol: string;
	readonly sentBy: string;
	readonly branch: string;
}

/** Parses the top Via; missing parts are empty. */
export function topViaOf(request: SipMessage): TopVia {
	const via = request.header("via") ?? "";
	const space = via.indexOf(" ");
	const stops = [via.indexOf(";"), via.indexOf(",")].filter((index) => index >= 0);
	const end = Math.min(via.length, ...stops);
	return {
		protocol: via.slice(0, space),
		sentBy: via.slice(space + 1, end).trim(),
		branch: parameterOf(via, "branch") ?? "",
	};
}

/** Key of a server transaction (RFC 3261 section 17.2.3); ACK and CANCEL have the INVITE's. */
export function transactionKey(method: string, via: TopVia): string {
	return `${method} ${via.branch} ${via.sentBy}`;
}

/** One received request: it is answered, and answered again when it is retransmitted. */
export class ServerTransaction {
	/** Status of the last response; 0 before the first. */
	status = 0;
	/** The owner of these messages, once known. */
	owner: MessageOwner | undefined;
	#last = "";
	#channel: Channel;
	#stop: (() => void) | undefined;

	constructor(
		private readonly context: ServerTransactionContext,
		readonly request: SipMessage,
		channel: Channel,
		/** Where the request came from. */
		readonly source: HostPort,
	) {
		this.#channel = channel;
	}

	/**
	 * Where responses go: by `rport` and `received` on UDP, on the connection on TCP. If that is lost, a new one is opened
	 * (RFC 3261 section 18.2.2).
	 */
	get channel(): Channel {
		if (this.#channel.closed) {
			const port = parseHostPort(topViaOf(this.request).sentBy)?.port || 5060;
			this.#channel = this.context.channelBack(this.#channel, port);
		}
		return this.#channel;
	}

	/**
	 * Sends a response. A refusal of an INVITE is retransmitted until its ACK comes (timers G and H).
	 * @returns the text that was sent.
	 */
	reply(parts: ResponseParts): string {
		const text = writeResponse(this.request, this.source, parts);
		this.status = parts.status;
		this.#last = text;
		this.#send();
		if (this.request.method === "INVITE" && parts.status >= 300) this.#awaitAck();
		return text;
	}

	/** The request was retransmitted: so is the last response. */
	again(): void {
		this.context.repeated("in");
		if (this.#last !== "") this.#send();
	}

	/** The ACK to a refusal has come. */
	acknowledged(): void {
		this.#stop?.();
		this.#stop = undefined;
	}

	#send(): void {
		this.owner?.recordOut(this.#last);
		this.channel.send(this.#last);
	}

	#awaitAck(): void {
		const { t1, t2 } = this.context.timers;
		this.context.count(1);
		const cancel = repeat(
			this.context.clock,
			{ first: this.channel.reliable ? 0 : t1, longest: t2, deadline: 64 * t1 },
			() => {
				this.context.repeated("out");
				this.#send();
			},
			() => {
				this.owner?.fault(`no ACK came to the ${this.status} for the INVITE`);
				this.#stop?.();
				this.#stop = undefined;
			},
		);
		this.#stop = () => {
			cancel();
			this.context.count(-1);
		};
	}
}

/** The port that a response over UDP goes to (RFC 3261 section 18.2.2, RFC 3581 section 4). */
export function replyPort(request: SipMessage, via: TopVia, source: HostPort): number {
	if (parameterOf(request.header("via") ?? "", "rport") !== undefined) return source.port;
	return parseHostPort(via.sentBy)?.port || 5060;
}
