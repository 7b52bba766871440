import { IncomingResponseMessage } from "sip.js/lib/core/index.js";
import type { OutgoingSummary } from "../message/writer.ts";
import { headerValue } from "../reliability/header-value.ts";
import type { Flow, Target } from "../transport/types.ts";

/** A request of ours on its way: it may be sent to several targets until somebody answers. */
export class PendingRequest {
	/** As SIP.js wrote it, with placeholders and its first branch. */
	readonly text: string;
	readonly nextHop: string;
	/** True for an INVITE outside a dialog: who sent it looks for the next target itself. */
	readonly huntedFor: boolean;
	/** Nobody but us has refused it: there is nobody to acknowledge that to. */
	refusedByUs = false;
	#summary: OutgoingSummary;
	readonly firstBranch: string;
	#way: { readonly flow: Flow; readonly target: Target | undefined; readonly fresh: boolean } | undefined;
	#tries = 0;
	/** Targets that are not tried again. */
	#failed: Set<string> | undefined;

	constructor(text: string, summary: OutgoingSummary, nextHop: string, huntedFor: boolean) {
		this.text = text;
		this.#summary = summary;
		this.firstBranch = summary.branch;
		this.nextHop = nextHop;
		this.huntedFor = huntedFor;
	}

	get method(): string {
		return this.#summary.method;
	}

	/** What identifies it on the wire. */
	get summary(): OutgoingSummary {
		return this.#summary;
	}

	/** On the wire; each try has its own (RFC 3263 section 4.3). */
	get branch(): string {
		return this.#summary.branch;
	}

	/** Whether that is the branch of an earlier try. */
	wasSentAs(branch: string): boolean {
		return branch !== this.branch && coreBranch(branch) === coreBranch(this.firstBranch);
	}

	get flow(): Flow | undefined {
		return this.#way?.flow;
	}

	/** Where it was sent last. */
	get target(): Target | undefined {
		return this.#way?.target;
	}

	/**
	 * It leaves now.
	 *
	 * @param fresh whether the connection was opened for it.
	 * @returns its text with the branch of this try.
	 */
	sendBy(flow: Flow, target: Target | undefined, fresh: boolean): string {
		this.#way = { flow, target, fresh };
		this.#tries += 1;
		if (this.#tries > 1) {
			const branch = this.firstBranch.replace(".", `.${this.#tries}.`);
			this.#summary = { ...this.#summary, branch };
		}
		return this.withBranch(this.text);
	}

	/** Another request of the same transaction, or this one, with the branch of the last try. */
	withBranch(text: string): string {
		return this.branch === this.firstBranch
			? text
			: text.replace(`;branch=${this.firstBranch}`, `;branch=${this.branch}`);
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

	/**
	 * What SIP.js hears when nobody can be asked (RFC 3261 section 8.1.3.1); it lacks a Call-ID, as SIP.js's
	 * own responses do.
	 */
	unavailable(): IncomingResponseMessage {
		this.refusedByUs = true;
		const response = new IncomingResponseMessage();
		response.statusCode = 503;
		response.reasonPhrase = "Service Unavailable";
		response.method = this.method;
		response.viaBranch = coreBranch(this.firstBranch);
		response.setHeader("To", headerValue(this.text, "To"));
		return response;
	}
}

/** The branch that SIP.js knows: what stands before the first dot of the one on the wire. */
export function coreBranch(branch: string): string {
	const dot = branch.indexOf(".");
	return dot < 0 ? branch : branch.slice(0, dot);
}

function keyOf({ protocol, address, port, domain = "" }: Target): string {
	return `${protocol} ${address} ${port} ${domain}`;
}
