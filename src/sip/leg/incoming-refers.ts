import type { IncomingRequest } from "../sipjs/core.ts";
import type { RequestListener } from "./client-request.ts";
import type { DialogOwner } from "./dialog-owner.ts";
import { incomingRefer, reportTransfer } from "./incoming-refer.ts";
import type { LegDialog } from "./leg-dialog.ts";

/** How long a BYE waits for the answer to a last report, in milliseconds. */
const PATIENCE = 2000;

/** The dialog in which the phone asks for transfers. */
export interface TransferringDialog {
	readonly owner: DialogOwner;
	/** The Contact line of our answers. */
	readonly contact: string;
	readonly over: boolean;
}

/**
 * The phone's REFERs in a dialog. The last report on one and our BYE may overtake each other (on UDP, or in
 * the phone), and a phone that gets the BYE first assumes that the transfer failed: so the BYE waits for the
 * answer.
 */
export class IncomingRefers {
	readonly #user: TransferringDialog;
	readonly #dialog: LegDialog;
	#count = 0;
	/** Last reports that are still unanswered. */
	#unanswered = 0;
	/** The BYE that waits for them. */
	#goodbye: (() => void) | undefined;
	#stopTimer: (() => void) | undefined;
	/** Value of Event in the reports that the phone waits for. */
	#awaited: string | undefined;
	/** Likewise, if the process that would have sent them has died. */
	#orphaned: string | undefined;

	constructor(user: TransferringDialog, dialog: LegDialog) {
		this.#user = user;
		this.#dialog = dialog;
	}

	/** Handles a REFER. */
	received(request: IncomingRequest): void {
		const { owner, contact } = this.#user;
		const delegate = owner.listener;
		if (!delegate) return void request.reject({ statusCode: 481 });
		// From the second REFER in a dialog on, the reports carry an id (RFC 3515 section 2.4.6).
		const event = this.#count > 0 ? `refer;id=${request.message.cseq}` : "refer";
		const transfer = incomingRefer(request, {
			dialog: this.#dialog,
			contact,
			event,
			live: () => !this.#user.over,
			subscribed: () => {
				this.#awaited = event;
			},
			lastReport: () => this.#lastReport(),
		});
		this.#count += 1;
		if (transfer) delegate.onTransfer(transfer);
	}

	/** What the phone waits for, for another process: the value of Event in the reports on its transfer. */
	get awaited(): string | undefined {
		return this.#awaited ?? this.#orphaned;
	}

	/** Continues after a process that has begun a transfer. @param awaited what the phone waits for. */
	resume(awaited: string): void {
		this.#count += 1;
		this.#orphaned = awaited;
	}

	/** Tells the phone that the transfer of that process has failed. */
	giveUp(): void {
		const event = this.#orphaned;
		this.#orphaned = undefined;
		if (event !== undefined) reportTransfer({ dialog: this.#dialog, event }, 503, this.#lastReport());
	}

	/** Sends the BYE once the phone has answered the last reports, or its time is up. */
	beforeBye(goodbye: () => void): void {
		if (this.#unanswered === 0) return goodbye();
		this.#goodbye = goodbye;
		this.#stopTimer = this.#user.owner.clock.after(PATIENCE, () => this.#leave());
	}

	/** No BYE is needed any longer. */
	close(): void {
		this.#goodbye = undefined;
		this.#stopTimer?.();
	}

	/** A last report is being sent. @returns who gets its answer. */
	#lastReport(): RequestListener {
		this.#awaited = undefined;
		this.#unanswered += 1;
		const answered = (): void => {
			this.#unanswered -= 1;
			if (this.#unanswered === 0) this.#leave();
		};
		return { onAccepted: answered, onRefused: answered };
	}

	#leave(): void {
		const goodbye = this.#goodbye;
		this.close();
		goodbye?.();
	}
}
