import type { IncomingRequestMessage } from "../sipjs/core.ts";
import type { DialogOwner } from "./dialog-owner.ts";
import type { LegDialog } from "./leg-dialog.ts";
import type { ReferRecord } from "./refer-record.ts";
import { ReferUsage } from "./refer-usage.ts";
import { refusalOf } from "./refusal.ts";
import type { ProbeOutcome, ReferListener, Refusal } from "./types.ts";

/** The dialog in which the phone is asked to call another address. */
export interface ReferredDialog {
	readonly owner: DialogOwner;
	/** True once the phone has hung up, or we have. */
	readonly over: boolean;
	/** Whether a request comes in order; if not, it is answered here (RFC 3261 section 12.2.2). */
	inOrder(request: IncomingRequestMessage): boolean;
}

/** Nobody listens before the call has taken over the leg. */
const DEAF: ReferListener = {
	onAccepted: () => {},
	onRefused: () => {},
	onReport: () => {},
	onUnreported: () => {},
	onLost: () => {},
};

/** How long a phone is to go on reporting, in seconds: longer than any phone rings; the outcome ends it earlier. */
const ASKED_FOR = 600;

/** Our REFERs in a dialog, one at a time, and the NOTIFYs that report on them. */
export class Referring {
	readonly #user: ReferredDialog;
	readonly #dialog: LegDialog;
	#usage: ReferUsage | undefined;
	#count = 0;

	constructor(user: ReferredDialog, dialog: LegDialog) {
		this.#user = user;
		this.#dialog = dialog;
	}

	/** True while reports may still come. */
	get active(): boolean {
		return this.#usage !== undefined && !this.#usage.over;
	}

	/** Sends a REFER (RFC 3515); `referTo` is a URI, `referredBy` a name-addr. */
	send(referTo: string, referredBy: string, listener: ReferListener): void {
		const { clock, timers } = this.#user.owner;
		// A NOTIFY may overtake the 202: the usage starts with the request (RFC 3515 section 2.4.4).
		this.#count += 1;
		const usage = new ReferUsage(clock, timers, listener, this.#count === 1);
		this.#usage = usage;
		const message = this.#dialog.request(
			"REFER",
			{
				onAccepted: () => listener.onAccepted(),
				onRefused: (response) => this.#refused(usage, listener, refusalOf(response)),
			},
			{ extraHeaders: [`Refer-To: <${referTo}>`, `Referred-By: ${referredBy}`] },
		);
		usage.sent(message);
	}

	/** Continues from what another process has recorded. */
	resume(record: ReferRecord): void {
		const { clock, timers } = this.#user.owner;
		this.#count = record.count;
		this.#usage = new ReferUsage(clock, timers, DEAF, record.count === 1);
		this.#usage.resume(record);
	}

	/** The call hears of the reports on a REFER of another process. @returns see `CallLeg.resumeRefer`. */
	listen(listener: ReferListener): { readonly taken: boolean } | undefined {
		if (!this.active || !this.#usage) return undefined;
		this.#usage.listen(listener);
		return { taken: this.#usage.taken };
	}

	/**
	 * Asks the phone to report once more, by a SUBSCRIBE that refreshes the subscription (RFC 6665 section 4.1.2.2): what
	 * it has reported to another process may be lost, and it learns where we are now. Whatever it answers, reports that
	 * come still count.
	 */
	ask(settled: (outcome: ProbeOutcome) => void): void {
		const usage = this.#usage;
		if (!usage) return settled("refused");
		this.#dialog.request(
			"SUBSCRIBE",
			{
				onAccepted: () => settled("taken"),
				onRefused: (response) => {
					const { status, local } = refusalOf(response);
					// It has no such subscription (RFC 6665 section 4.1.2.2).
					if (status === 481 && !local) usage.forgotten();
					settled("refused");
				},
			},
			{ extraHeaders: [`Event: ${usage.event}`, "Accept: message/sipfrag", `Expires: ${ASKED_FOR}`] },
		);
	}

	/** The REFER whose outcome is awaited, for another process. */
	record(): ReferRecord | undefined {
		const record = this.#usage?.record();
		return record && { ...record, count: this.#count };
	}

	/** Handles a NOTIFY. @returns false if the phone was asked for nothing. */
	notified(request: IncomingRequestMessage): boolean {
		const usage = this.#usage;
		if (!usage) return false;
		if (!this.#isLate(request, usage) && !this.#user.inOrder(request)) return true;
		const { owner } = this.#user;
		// It belongs to a subscription that we did not make.
		if (!usage.owns(request)) owner.reply(request, 489, { headers: ["Allow-Events: refer"] });
		else {
			owner.reply(request, 200, { contact: owner.userAgent.contactNow });
			usage.notified(request);
			if (this.#user.over && usage.over) owner.dialogIdle();
		}
		return true;
	}

	/** The phone has hung up. */
	peerLeft(): void {
		this.#usage?.peerLeft();
	}

	/** Stops waiting for reports. */
	close(): void {
		this.#usage?.close();
	}

	/**
	 * A report after the phone's BYE, which ends the ordering of requests: some phones number their NOTIFYs
	 * separately.
	 */
	#isLate(request: IncomingRequestMessage, usage: ReferUsage): boolean {
		return this.#user.over && request.fromTag === this.#dialog.remoteTag && usage.isReport(request);
	}

	#refused(usage: ReferUsage, listener: ReferListener, refusal: Refusal): void {
		// The phone has sent a NOTIFY, so it has accepted the REFER, whatever happened to its 202 (RFC 3515
		// section 2.4.4).
		if (refusal.local && usage.proven) return;
		usage.close();
		if (this.#usage === usage) this.#usage = undefined;
		listener.onRefused(refusal);
		if (this.#user.over) this.#user.owner.dialogIdle();
	}
}
