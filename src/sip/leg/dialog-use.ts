import type { LocalDescription } from "../sdp/local-description.ts";
import type {
	IncomingAckRequest,
	IncomingInviteRequest,
	IncomingRequest,
	IncomingRequestMessage,
	IncomingResponseMessage,
	SessionDelegate,
} from "../sipjs/core.ts";
import type { URI } from "../sipjs/grammar.ts";
import { sdpBody, sdpOf } from "./bodies.ts";
import type { DialogOwner } from "./dialog-owner.ts";
import type { DialogRecord } from "./dialog-record.ts";
import { IncomingOffers, type OfferedDialog } from "./incoming-offers.ts";
import { IncomingRefers, type TransferringDialog } from "./incoming-refers.ts";
import type { LegDialog } from "./leg-dialog.ts";
import type { LegRecord } from "./leg-record.ts";
import { type OfferingDialog, OwnOffers } from "./own-offers.ts";
import type { ReferRecord } from "./refer-record.ts";
import { type ReferredDialog, Referring } from "./referring.ts";
import { DIALOG_GONE, type ReinviteOrigin } from "./reinvitation.ts";
import { IncomingRelays, relayInto } from "./relays.ts";
import { SessionTimer, type SessionTimerUser } from "./session-timer.ts";
import type { ProbeOutcome, ReferListener, ReinviteListener, RelayedRequest } from "./types.ts";

/**
 * A confirmed dialog in use: what the phone asks in it and what we ask of the phone. It lives as long as the
 * call, mostly idle, so that anything rarely needed is created on demand.
 */
export class DialogUse
	implements
		SessionDelegate,
		SessionTimerUser,
		OfferedDialog,
		OfferingDialog,
		ReferredDialog,
		TransferringDialog
{
	readonly owner: DialogOwner;
	readonly #dialog: LegDialog;
	readonly #local: LocalDescription;
	readonly sessionTimer: SessionTimer;
	/** Our re-INVITEs, while there are any. */
	#offering: OwnOffers | undefined;
	/** Our REFERs, once there is one. */
	#referring: Referring | undefined;
	/** The changes that the phone asks for, once it has. */
	#offers: IncomingOffers | undefined;
	/** The offer in the phone's 2xx, until that is acknowledged. */
	#offered: string | undefined;
	/** Requests that the phone wants passed on, once there is one. */
	#relays: IncomingRelays | undefined;
	/** The phone's REFERs, once there is one. */
	#transfers: IncomingRefers | undefined;
	#over = false;

	/** @param offered the offer in the phone's 2xx, while it is unanswered. */
	constructor(owner: DialogOwner, dialog: LegDialog, local: LocalDescription, offered?: string) {
		this.owner = owner;
		this.#dialog = dialog;
		this.#local = local;
		this.#offered = offered;
		this.sessionTimer = new SessionTimer(owner.clock, owner.sessionInterval, this);
		dialog.delegate = this;
	}

	/**
	 * The state of the dialog, for another process. @param secure whether all of its requests must go over
	 * TLS.
	 */
	record(secure: boolean): DialogRecord {
		return this.#dialog.record(secure);
	}

	/**
	 * The REFER whose outcome is awaited, the offer that waits for its answer, and the transfer on which the phone
	 * waits for reports, for another process.
	 */
	get unsettled(): Pick<LegRecord, "refer" | "offer" | "transfer"> {
		return {
			refer: this.#referring?.record(),
			offer: this.#offered,
			transfer: this.#transfers?.awaited,
		};
	}

	/**
	 * Continues with a REFER that another process has sent.
	 *
	 * @param left whether the phone has hung up since.
	 */
	resumeRefer(record: ReferRecord, left: boolean): void {
		this.#over = left;
		this.#referring = new Referring(this, this.#dialog);
		this.#referring.resume(record);
	}

	/** The phone waits for reports on a transfer of another process. */
	resumeTransfer(awaited: string): void {
		this.#transfers = new IncomingRefers(this, this.#dialog);
		this.#transfers.resume(awaited);
	}

	/** Tells the phone that this transfer has failed. */
	giveUpTransfer(): void {
		this.#transfers?.giveUp();
	}

	/** The call hears of the reports on that REFER. @returns see `CallLeg.resumeRefer`. */
	listenToRefer(listener: ReferListener): { readonly taken: boolean } | undefined {
		return this.#referring?.listen(listener);
	}

	/** Sends the ACK to the 2xx of the INVITE. */
	acknowledge(answer: string | undefined): void {
		this.#dialog.acknowledge(this.inviteCSeq, sdpBody(answer));
	}

	/**
	 * Sends the ACK to a 2xx that was acknowledged before. @param offered whether our INVITE carried an offer.
	 * @returns false if the 2xx is of another dialog.
	 */
	acknowledgeAgain({ toTag, cseq }: IncomingResponseMessage, offered: boolean): boolean {
		if (toTag !== this.remoteTag) return false;
		const owesAnswer = cseq === this.inviteCSeq && !offered;
		this.#dialog.acknowledgeAgain(cseq, sdpBody(owesAnswer ? this.#local.current : undefined));
		return true;
	}

	/** The phone's tag. */
	get remoteTag(): string {
		return this.#dialog.remoteTag;
	}

	/** Where the phone is now. */
	get target(): URI {
		return this.#dialog.target;
	}

	/** True while our re-INVITE has no final response. */
	get offering(): boolean {
		return this.#offering?.pending === true;
	}

	/** True once it has ended for the phone, or is about to. */
	get over(): boolean {
		return this.#over;
	}

	/** The number of the INVITE that created it. */
	get inviteCSeq(): number {
		return this.#dialog.localSequenceNumber ?? 0;
	}

	/** True while reports of a REFER may still come. */
	get referring(): boolean {
		return this.#referring?.active === true;
	}

	/** An answer that refuses every stream the phone offered in its 2xx; undefined if it made no offer. */
	refusedOffer(): string | undefined {
		return this.#offered && this.#local.refuse(this.#offered);
	}

	/** The 2xx has been acknowledged. @param goesOn whether requests follow soon. */
	acknowledged(goesOn: boolean): void {
		this.#offered = undefined;
		if (!goesOn) this.#dialog.rest();
	}

	/**
	 * Ends the dialog that another phone behind a forking proxy has created by its late 2xx (RFC 3261 section
	 * 13.2.2.4).
	 *
	 * @param refuse returns an answer that refuses the offer in it.
	 */
	release(answer: IncomingResponseMessage, refuse: (offer: string) => string | undefined): void {
		// The first phone's own 2xx got its ACK already.
		if (answer.toTag === this.remoteTag) return;
		const other = this.#dialog.fork(answer);
		const offer = sdpOf(answer);
		other.acknowledge(this.inviteCSeq, sdpBody(offer && refuse(offer)));
		other.leave();
	}

	/** Handles a request that SIP.js's core is not shown. @returns false if the core should see it. */
	take(request: IncomingRequestMessage): boolean {
		switch (request.method) {
			case "UPDATE":
				if (!this.inOrder(request)) return true;
				if (this.#over) this.owner.reply(request, 481);
				else this.#incomingOffers.updated(request);
				return true;
			case "NOTIFY":
				return this.#referring?.notified(request) === true;
			case "BYE":
				return this.#hungUp(request);
			case "CANCEL":
				return this.#offers?.cancelled(request) === true;
			default:
				return false;
		}
	}

	/** Checks the order of requests that SIP.js is not shown; those out of order are refused. */
	inOrder(request: IncomingRequestMessage): boolean {
		const misplaced = this.#dialog.misplaces(request);
		if (misplaced !== undefined) this.owner.reply(request, misplaced);
		return misplaced === undefined;
	}

	bye(done: () => void): void {
		this.close();
		if (this.#transfers) this.#leaveAfter(this.#transfers, done);
		else this.#dialog.leave(done);
	}

	#leaveAfter(transfers: IncomingRefers, done: () => void): void {
		transfers.beforeBye(() => this.#dialog.leave(done));
	}

	/** Stops every timer; the REFER's reports are no longer waited for. */
	close(): void {
		this.#leave();
		this.#referring?.close();
	}

	/** True while our re-INVITE waits to be sent, or sent again. */
	get waiting(): boolean {
		return this.#offering?.waiting === true;
	}

	/** @param origin whether it is our own, or passes on an offer of the other phone. */
	reinvite(offer: (() => string) | undefined, listener: ReinviteListener, origin: ReinviteOrigin): void {
		if (this.#over) return listener.onRefused(DIALOG_GONE);
		this.#ownOffers?.send(offer, listener, origin);
	}

	settled(agreed: boolean): void {
		if (!this.#over) this.#offering?.unblocked(agreed);
	}

	/** Undefined once the dialog is over. */
	get #ownOffers(): OwnOffers | undefined {
		if (!this.#over) this.#offering ??= new OwnOffers(this, this.#dialog, this.#local);
		return this.#offering;
	}

	inTheWay(): "answer" | "ACK" | undefined {
		return this.#offers?.inTheWay;
	}

	offersDone(): void {
		this.#offering = undefined;
		this.#dialog.rest();
	}

	refer(referTo: string, referredBy: string, listener: ReferListener): void {
		this.#referring ??= new Referring(this, this.#dialog);
		this.#referring.send(referTo, referredBy, listener);
	}

	relay(request: RelayedRequest): void {
		relayInto(this.#dialog, request);
	}

	/** The Contact line of our answers. */
	get contact(): string {
		return `Contact: <${this.owner.userAgent.contactUri}>`;
	}

	/**
	 * The phone hangs up. SIP.js would take some 4 KB for its answer to a BYE.
	 * @returns false if SIP.js is to refuse it.
	 */
	#hungUp(request: IncomingRequestMessage): boolean {
		if (!this.#dialog.takes(request)) return false;
		this.owner.accept(request);
		this.#referring?.peerLeft();
		this.#answerAll();
		// The call is told first, so that the refusals below do not surprise it.
		this.owner.dialogEnded("bye");
		this.#leave();
		this.#dialog.dispose();
		return true;
	}

	onInvite(request: IncomingInviteRequest): void {
		this.#incomingOffers.invited(request);
	}

	onAck(request: IncomingAckRequest): void {
		this.#offers?.acknowledged(request);
	}

	get #incomingOffers(): IncomingOffers {
		this.#offers ??= new IncomingOffers(this);
		return this.#offers;
	}

	onInfo(request: IncomingRequest): void {
		this.#relayReceived("INFO", request);
	}

	onMessage(request: IncomingRequest): void {
		this.#relayReceived("MESSAGE", request);
	}

	#relayReceived(method: RelayedRequest["method"], request: IncomingRequest): void {
		const delegate = this.owner.listener;
		if (!delegate) return void request.reject({ statusCode: 481 });
		this.#relays ??= new IncomingRelays();
		delegate.onRequest(this.#relays.take(method, request));
	}

	onRefer(request: IncomingRequest): void {
		this.#transfers ??= new IncomingRefers(this, this.#dialog);
		this.#transfers.received(request);
	}

	/** The peer may move during the dialog; SIP.js follows its requests but not its answers. */
	refreshTarget(message: IncomingRequestMessage | IncomingResponseMessage): void {
		this.#dialog.follow(message);
	}

	refresh(failed: (alive: boolean) => void): void {
		this.#ownOffers?.refresh(failed);
	}

	/** See {@link OwnOffers.relocate}. */
	relocate(told: () => void): void {
		this.#ownOffers?.relocate(told);
	}

	/** See `CallLeg.probe`. */
	probe(settled: (outcome: ProbeOutcome) => void): void {
		if (this.#referring?.active) this.#referring.ask(settled);
		else this.#ownOffers?.probe(settled);
	}

	expired(): void {
		this.fail();
	}

	/** The dialog is lost: the phone gets a BYE all the same. */
	fail(): void {
		if (this.#over) return;
		this.#answerAll();
		this.owner.dialogEnded("failure");
		this.close();
		this.#dialog.leave();
	}

	#leave(): void {
		this.#transfers?.close();
		this.#answerAll();
		this.#offering?.close();
		this.sessionTimer.stop();
	}

	/** Answers whatever the phone still waits for, before the dialog ends (RFC 3261 section 15.1.2). */
	#answerAll(): void {
		this.#over = true;
		this.#offers?.close();
		this.#relays?.close();
	}
}
