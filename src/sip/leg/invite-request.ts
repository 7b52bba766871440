import type { IncomingResponseMessage } from "../sipjs/core.ts";
import { NOBODY } from "./client-request.ts";
import { Invite } from "./invite.ts";
import { LegDialog } from "./leg-dialog.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";
import type { LegUserAgent } from "./user-agent.ts";

/** Learns how an INVITE outside a dialog goes. */
export interface InviteDelegate {
	/** A provisional response that has created an early dialog, or belongs to one. */
	onProgress(response: IncomingResponseMessage, dialog: LegDialog): void;
	/** 2xx; behind a forking proxy each phone may send one (RFC 3261 section 13.2.2.4). */
	onAnswer(request: InviteRequest, response: IncomingResponseMessage, dialog: LegDialog): void;
	/** 3xx to 6xx, or a failure on our side. */
	onRefused(response: IncomingResponseMessage): void;
}

/** An INVITE outside a dialog, with the dialogs that it creates. */
export class InviteRequest extends Invite {
	readonly #delegate: InviteDelegate;
	readonly #dialogs: LegDialog[] = [];

	constructor(agent: LegUserAgent, message: OutgoingRequest, delegate: InviteDelegate) {
		super(agent, message, NOBODY);
		this.#delegate = delegate;
	}

	/** The dialog with the phone that has this tag. */
	dialogWith(tag: string): LegDialog | undefined {
		for (const dialog of this.#dialogs) if (dialog.remoteTag === tag) return dialog;
		return undefined;
	}

	protected override heard(response: IncomingResponseMessage): void {
		super.heard(response);
		if (response.statusCode === 100 || !response.toTag || !response.hasHeader("contact")) return;
		const dialog = this.#dialogOf(response, true);
		// RFC 3262 section 4: reliable ones are handled in order.
		if (dialog.reliableSequenceGuard(response)) this.#delegate.onProgress(response, dialog);
	}

	protected override answered(response: IncomingResponseMessage): void {
		if (this.acknowledgesAgain(response)) return;
		this.state = "over";
		const dialog = this.#dialogOf(response, false);
		if (dialog.early) dialog.confirmBy(response);
		this.#delegate.onAnswer(this, response, dialog);
	}

	protected override refused(response: IncomingResponseMessage): void {
		for (const dialog of this.#dialogs) if (dialog.early) dialog.dispose();
		this.#delegate.onRefused(response);
	}

	#dialogOf(response: IncomingResponseMessage, early: boolean): LegDialog {
		const known = this.dialogWith(response.toTag);
		if (known) return known;
		const dialog = LegDialog.answered(this.agent, this.message, response, early);
		this.#dialogs.push(dialog);
		return dialog;
	}
}
