import { randomToken } from "../../random.ts";
import type { OutgoingSummary } from "../message/writer.ts";
import type { IncomingResponseMessage } from "../sipjs/core.ts";
import { writtenTag } from "../sipjs/tags.ts";
import type { Flow, Target } from "../transport/types.ts";
import type { NextHop } from "./next-hop.ts";
import type { OutgoingRequest, RequestText } from "./outgoing-request.ts";

/** Who has sent a request and waits for its answer. */
export interface Requester {
	/** Takes a response to it. */
	receive(response: IncomingResponseMessage): void;
	/** There is no answer: a failure of ours that stands for this status (RFC 3261 section 8.1.3.1). */
	fail(status: number): void;
}

/** What is known of a request that goes by TCP although its peer gets datagrams: it is too large for one. */
export interface StreamWatch {
	/** By which it goes when TCP fails. */
	readonly datagrams: Flow;
	/** Waits no longer for a sign that TCP reaches the peer. */
	stop(): void;
}

/** How a request was sent. */
interface Way {
	readonly flow: Flow;
	readonly via: string;
	readonly target: Target | undefined;
	readonly fresh: boolean;
}

/** A request of ours on its way: it may be sent to several targets until somebody answers. */
export class PendingRequest {
	readonly message: OutgoingRequest;
	/** Nobody waits for the answer to an ACK. */
	readonly requester: Requester | undefined;
	readonly text: RequestText;
	readonly nextHop: NextHop;
	/** True for an INVITE outside a dialog: who sent it looks for the next target itself. */
	readonly huntedFor: boolean;
	watch: StreamWatch | undefined;
	/** Of the first try; unguessable, and unique in space and time (RFC 3261 section 8.1.1.7). */
	readonly #firstBranch = `z9hG4bK${randomToken(10)}`;
	#tries = 0;
	#way: Way | undefined;
	/** Targets that are not tried again. */
	#failed: Set<string> | undefined;

	constructor(
		message: OutgoingRequest,
		text: RequestText,
		requester: Requester | undefined,
		nextHop: NextHop,
		huntedFor: boolean,
	) {
		this.message = message;
		this.text = text;
		this.requester = requester;
		this.nextHop = nextHop;
		this.huntedFor = huntedFor;
	}

	get method(): string {
		return this.message.method;
	}

	/** What identifies it on the wire. */
	get summary(): OutgoingSummary {
		const { branch } = this;
		const { method, callId, cseq } = this.message;
		const toTag = writtenTag(this.message.toTag);
		return toTag === undefined ? { method, branch, callId, cseq } : { method, branch, callId, cseq, toTag };
	}

	/** On the wire; each try has its own (RFC 3263 section 4.3). */
	get branch(): string {
		return this.#branchOf(this.#tries);
	}

	/** What it will be at the next try. */
	get nextBranch(): string {
		return this.#branchOf(this.#tries + 1);
	}

	#branchOf(tries: number): string {
		return tries > 1 ? `${this.#firstBranch}.${tries}` : this.#firstBranch;
	}

	/** Whether that is the branch of any try. */
	wasSentAs(branch: string): boolean {
		return branch === this.#firstBranch || branch.startsWith(`${this.#firstBranch}.`);
	}

	get flow(): Flow | undefined {
		return this.#way?.flow;
	}

	/** Protocol and sent-by of the Via with which it was sent last. */
	get via(): string | undefined {
		return this.#way?.via;
	}

	/** Where it was sent last. */
	get target(): Target | undefined {
		return this.#way?.target;
	}

	/**
	 * It leaves now.
	 *
	 * @param via protocol and sent-by of its Via, which what follows it must have, too.
	 * @param fresh whether the connection was opened for it.
	 */
	sendBy(flow: Flow, via: string, target: Target | undefined, fresh: boolean): void {
		this.#way = { flow, via, target, fresh };
		this.#tries += 1;
	}

	/** It leaves once more, as the same transaction. */
	repeatBy(flow: Flow, via: string): void {
		this.#way = { flow, via, target: this.target, fresh: false };
	}

	/**
	 * The target to try again although its connection was lost: a connection that had been open before may
	 * have been dead for long. Once for each target.
	 */
	takeSecondChance(): Target | undefined {
		const { flow, target, fresh } = this.#way ?? {};
		if (!target || fresh || !flow?.reliable || this.#failed?.has(keyOf(target))) return undefined;
		this.fail(target);
		return target;
	}

	/** Not to be tried there again. */
	fail(target: Target): void {
		this.#failed ??= new Set();
		this.#failed.add(keyOf(target));
	}

	mayTry(target: Target): boolean {
		return !this.#failed?.has(keyOf(target));
	}

	isAt(target: Target): boolean {
		return this.target !== undefined && keyOf(this.target) === keyOf(target);
	}
}

function keyOf({ protocol, address, port, domain = "" }: Target): string {
	return `${protocol} ${address} ${port} ${domain}`;
}
