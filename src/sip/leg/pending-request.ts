import { randomToken } from "../../random.ts";
import type { OutgoingSummary } from "../message/writer.ts";
import type { IncomingResponseMessage } from "../sipjs/core.ts";
import { writtenTag } from "../sipjs/tags.ts";
import type { Flow, Target } from "../transport/types.ts";
import type { NextHop } from "./next-hop.ts";
import type { OutgoingRequest, RequestText } from "./outgoing-request.ts";

/** The sender of a request, which waits for its answer. */
export interface Requester {
	/** Handles a response to it. */
	receive(response: IncomingResponseMessage): void;
	/** There is no answer: this status stands for a failure on our side (RFC 3261 section 8.1.3.1). */
	fail(status: number): void;
}

/** State of a request that uses TCP, although its peer gets datagrams, because it is too large for one. */
export interface StreamWatch {
	/** The flow to use when TCP fails. */
	readonly datagrams: Flow;
	/** Stops waiting for a sign that TCP reaches the peer. */
	stop(): void;
}

/** An INVITE as another process has sent it: what follows it must have the same Via (RFC 3261 section 9.1). */
export interface SentInvite {
	readonly branch: string;
	/** Protocol and sent-by of its Via. */
	readonly via: string;
}

/** How a request was sent. */
interface Way {
	/** Undefined if another process has sent it. */
	readonly flow: Flow | undefined;
	readonly via: string;
	readonly target: Target | undefined;
	readonly fresh: boolean;
}

/** One of our requests on its way: it may be sent to several targets until one answers. */
export class PendingRequest implements OutgoingSummary {
	readonly message: OutgoingRequest;
	/** Nobody waits for the answer to an ACK. */
	readonly requester: Requester | undefined;
	readonly text: RequestText;
	readonly nextHop: NextHop;
	/** True for an INVITE outside a dialog: its sender looks for the next target itself. */
	readonly huntedFor: boolean;
	watch: StreamWatch | undefined;
	/** Of the first try; unguessable, and unique in space and time (RFC 3261 section 8.1.1.7). */
	readonly #firstBranch: string;
	#tries = 0;
	#way: Way | undefined;
	/** Targets that will not be tried again. */
	#failed: Set<string> | undefined;

	/** @param sent how another process has sent it. */
	constructor(
		message: OutgoingRequest,
		text: RequestText,
		requester: Requester | undefined,
		nextHop: NextHop,
		huntedFor: boolean,
		sent?: SentInvite & { readonly target: Target | undefined },
	) {
		this.#firstBranch = sent?.branch ?? `z9hG4bK${randomToken(10)}`;
		if (sent) {
			this.#way = { flow: undefined, via: sent.via, target: sent.target, fresh: false };
			this.#tries = 1;
		}
		this.message = message;
		this.text = text;
		this.requester = requester;
		this.nextHop = nextHop;
		this.huntedFor = huntedFor;
	}

	get method(): string {
		return this.message.method;
	}

	get callId(): string {
		return this.message.callId;
	}

	get cseq(): number {
		return this.message.cseq;
	}

	get toTag(): string | undefined {
		return writtenTag(this.message.toTag);
	}

	/** On the wire; each try has its own (RFC 3263 section 4.3). */
	get branch(): string {
		return this.#branchOf(this.#tries);
	}

	/** The branch of the next try. */
	get nextBranch(): string {
		return this.#branchOf(this.#tries + 1);
	}

	#branchOf(tries: number): string {
		return tries > 1 ? `${this.#firstBranch}.${tries}` : this.#firstBranch;
	}

	/** Whether any of its tries had this branch. */
	wasSentAs(branch: string): boolean {
		return branch === this.#firstBranch || branch.startsWith(`${this.#firstBranch}.`);
	}

	get flow(): Flow | undefined {
		return this.#way?.flow;
	}

	/** Protocol and sent-by of the Via of the last try. */
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
	 * @param via protocol and sent-by of its Via, which anything that follows it must share.
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
	 * The target to try again although its connection was lost: a connection that was open before may have
	 * been dead for long. Once for each target.
	 */
	takeSecondChance(): Target | undefined {
		const { flow, target, fresh } = this.#way ?? {};
		if (!target || fresh || !flow?.reliable || this.#failed?.has(keyOf(target))) return undefined;
		this.fail(target);
		return target;
	}

	/** Never try it there again. */
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
