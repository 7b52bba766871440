import type { Body, IncomingResponseMessage } from "../sipjs/core.ts";
import { ClientRequest } from "./client-request.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";
import type { SentInvite } from "./pending-request.ts";

/** The dialog in which an ACK goes out. */
interface AcknowledgingDialog {
	acknowledge(cseq: number, body: Body | undefined): OutgoingRequest;
}

/** What all INVITEs have in common: a CANCEL, and an ACK for each 2xx. */
export abstract class Invite extends ClientRequest {
	#cancelled = false;
	/** The last ACK, in case a 2xx to an earlier try of the INVITE is retransmitted. */
	#ack: OutgoingRequest | undefined;

	/** Cancels it (RFC 3261 section 9.1); the CANCEL waits for a provisional response. */
	cancel(): void {
		if (this.#cancelled || this.state === "over") return;
		this.#cancelled = true;
		if (this.state === "proceeding") this.#sendCancel();
	}

	/** Whether one of its tries had this branch. */
	wasSentAs(branch: string): boolean {
		return this.pending?.wasSentAs(branch) ?? false;
	}

	/** How it was sent; undefined before it is, and once it has a final response. */
	get sent(): SentInvite | undefined {
		const { pending } = this;
		if (this.state === "over" || pending?.via === undefined) return undefined;
		return { branch: pending.branch, via: pending.via };
	}

	/** Takes it over from another process, to be cancelled at once: that one may have heard that it has arrived. */
	resume(sent: SentInvite): void {
		this.state = "proceeding";
		this.pending = this.agent.requests.resume(this.message, this, sent);
	}

	/** Sends the ACK to a 2xx (RFC 3261 section 13.2.2.4). */
	acknowledge(dialog: AcknowledgingDialog, body: Body | undefined): void {
		this.#ack = dialog.acknowledge(this.message.cseq, body);
	}

	protected override get abandoned(): boolean {
		return this.#cancelled;
	}

	protected override heard(response: IncomingResponseMessage): void {
		const wasCalling = this.state === "calling";
		super.heard(response);
		if (wasCalling && this.#cancelled) this.#sendCancel();
	}

	/** @returns true if the 2xx was acknowledged before. */
	protected acknowledgesAgain({ toTag }: IncomingResponseMessage): boolean {
		const message = this.#ack;
		if (message?.toTag !== toTag) return false;
		this.agent.requests.request(message, message.write());
		return true;
	}

	#sendCancel(): void {
		if (this.pending) this.agent.requests.cancel(this.pending);
	}
}

/** A re-INVITE. */
export class ReinviteRequest extends Invite {
	protected override answered(response: IncomingResponseMessage): void {
		if (!this.acknowledgesAgain(response)) super.answered(response);
	}
}
