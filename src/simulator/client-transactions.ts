import { parameterOf } from "./addresses.ts";
import type { Channel } from "./channel.ts";
import { GenerationMap } from "./generation-map.ts";
import type { MessageOwner } from "./message-owner.ts";
import { type RequestParts, writeRefusalAck, writeRequest } from "./outgoing.ts";
import { repeat } from "./retransmitter.ts";
import type { PhoneClock, PhoneTimers } from "./timers.ts";
import type { SipMessage } from "./wire.ts";

/** A request in progress. */
export interface PendingRequest {
	readonly parts: RequestParts;
	readonly channel: Channel;
	readonly owner: MessageOwner;
	/** Every response that is not a retransmission; for INVITE every 2xx, also those of other forks. */
	readonly onResponse: (response: SipMessage) => void;
	/** No answer (408) or no connection (503), as a status code (RFC 3261 section 8.1.3.1). */
	readonly onFailure: (status: 408 | 503) => void;
}

interface OpenRequest extends PendingRequest {
	stop: () => void;
}

/** What is sent again when a final response to an INVITE is retransmitted. */
interface SentAck {
	readonly text: string;
	readonly channel: Channel;
	readonly owner: MessageOwner;
}

/** What the transactions need from the phone. */
export interface ClientTransactionContext {
	readonly clock: PhoneClock;
	readonly timers: PhoneTimers;
	/** Counts a retransmission that was sent or received. */
	repeated(direction: "in" | "out"): void;
	/** A request opened (1) or finished (-1). */
	count(step: 1 | -1): void;
	/** A response that belongs to no request of this phone. */
	stray(response: SipMessage, text: string): void;
}

/**
 * The requests that a phone has sent: retransmitted until answered, matched by branch (RFC 3261 section
 * 17.1).
 */
export class ClientTransactions {
	readonly #context: ClientTransactionContext;
	readonly #open = new Map<string, OpenRequest>();
	readonly #acks: GenerationMap<SentAck>;
	/** INVITEs that were answered: other forks may still answer. */
	readonly #answered: GenerationMap<PendingRequest>;
	readonly #finished: GenerationMap<MessageOwner>;

	constructor(context: ClientTransactionContext) {
		this.#context = context;
		const lifetime = 64 * context.timers.t1;
		const now = () => context.clock.now();
		this.#acks = new GenerationMap(lifetime, now);
		this.#answered = new GenerationMap(lifetime, now);
		this.#finished = new GenerationMap(lifetime, now);
	}

	/** Sends a request and retransmits it on UDP until a response comes (timers A, B, E and F). */
	send(request: PendingRequest): void {
		const { t1, t2 } = this.#context.timers;
		const { parts, channel, owner } = request;
		const text = writeRequest(parts);
		const longest = parts.method === "INVITE" ? Number.POSITIVE_INFINITY : t2;
		const stop = repeat(
			this.#context.clock,
			{ first: channel.reliable ? 0 : t1, longest, deadline: 64 * t1 },
			() => {
				this.#context.repeated("out");
				owner.recordOut(text);
				channel.send(text);
			},
			() => this.#fail(key, 408),
		);
		const key = keyOf(parts.method, parts.branch);
		this.#open.set(key, { ...request, stop });
		this.#context.count(1);
		owner.recordOut(text);
		channel.send(text);
	}

	/** Sends the ACK to a 2xx and keeps it for retransmissions of that 2xx (RFC 3261 section 13.2.2.4). */
	acknowledge(parts: RequestParts, channel: Channel, owner: MessageOwner, answer: SipMessage): void {
		const ack = { text: writeRequest(parts), channel, owner };
		this.#acks.set(ackKey(answer), ack);
		sendAck(ack);
	}

	/** A connection could not be opened or broke: whatever waits on it has failed. */
	failed(channel: Channel): void {
		for (const [key, request] of this.#open) if (request.channel === channel) this.#fail(key, 503);
	}

	/** Handles a response from the wire. */
	onResponse(response: SipMessage, text: string): void {
		const key = keyOf(response.method, branchOf(response));
		const open = this.#open.get(key);
		if (open === undefined) {
			this.#onLate(key, response, text);
			return;
		}
		const { owner, parts } = open;
		owner.recordIn(text);
		if (response.cseq !== parts.cseq) {
			owner.fault(`${response.status} to ${parts.method} has CSeq ${response.cseq} instead of ${parts.cseq}`);
		}
		if (response.status < 200) {
			// A provisional response ends the retransmissions of an INVITE, and its time limit, for good.
			if (parts.method === "INVITE") open.stop();
		} else this.#finish(key, open, response);
		open.onResponse(response);
	}

	#finish(key: string, open: OpenRequest, response: SipMessage): void {
		open.stop();
		this.#open.delete(key);
		this.#finished.set(key, open.owner);
		this.#context.count(-1);
		if (open.parts.method !== "INVITE") return;
		if (response.status < 300) {
			this.#answered.set(key, open);
			return;
		}
		const ack = { text: writeRefusalAck(open.parts, response), channel: open.channel, owner: open.owner };
		this.#acks.set(ackKey(response), ack);
		sendAck(ack);
	}

	#onLate(key: string, response: SipMessage, text: string): void {
		const owner = this.#finished.get(key);
		if (owner === undefined) {
			this.#context.stray(response, text);
			return;
		}
		owner.recordIn(text);
		const fork = this.#answered.get(key);
		const ack = response.status < 200 ? undefined : this.#acks.get(ackKey(response));
		if (ack === undefined && fork !== undefined && response.status >= 200 && response.status < 300) {
			fork.onResponse(response);
			return;
		}
		this.#context.repeated("in");
		if (ack !== undefined && response.method === "INVITE") sendAck(ack);
	}

	#fail(key: string, status: 408 | 503): void {
		const open = this.#open.get(key);
		if (open === undefined) return;
		open.stop();
		this.#open.delete(key);
		this.#finished.set(key, open.owner);
		this.#context.count(-1);
		open.onFailure(status);
	}
}

function sendAck({ owner, text, channel }: SentAck): void {
	owner.recordOut(text);
	channel.send(text);
}

function keyOf(method: string, branch: string): string {
	return `${method} ${branch}`;
}

function branchOf(message: SipMessage): string {
	return parameterOf(message.header("via") ?? "", "branch") ?? "";
}

function ackKey(answer: SipMessage): string {
	return `${branchOf(answer)} ${parameterOf(answer.header("to") ?? "", "tag") ?? ""}`;
}
