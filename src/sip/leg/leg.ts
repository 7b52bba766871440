import { RecordError } from "../../record.ts";
import type { WallClock } from "../../time/wall-clock.ts";
import { ownText } from "../message/own-text.ts";
import { LocalDescription } from "../sdp/local-description.ts";
import type { IncomingResponseMessage } from "../sipjs/core.ts";
import { DialogUse } from "./dialog-use.ts";
import { Invitation } from "./invitation.ts";
import type { Accepted, InvitationDelegate } from "./invitation-options.ts";
import { type LegClosed, LegCore } from "./leg-core.ts";
import { LegDialog, uriOf } from "./leg-dialog.ts";
import { identityOf, newIdentity } from "./leg-identity.ts";
import { releaseFork } from "./leg-reception.ts";
import type { LegRecord } from "./leg-record.ts";
import { recordLeg } from "./leg-recording.ts";
import type { LegSettings } from "./leg-settings.ts";
import { DIALOG_GONE } from "./reinvitation.ts";
import type {
	AnsweredDelegate,
	CallingDelegate,
	CallLeg,
	LegOrder,
	ProbeOutcome,
	RecordWatch,
	ReferListener,
	Refusal,
	ReinviteListener,
	RelayedRequest,
	Restoring,
} from "./types.ts";

const NO_ADDRESSES: ReadonlySet<string> = new Set();

/** The ACK with an answer that keeps the phone waiting, for one that was asked for an offer while there is no other. */
function silently(acknowledge: Accepted["acknowledge"], local: LocalDescription, offer: string): () => void {
	return () => acknowledge(local.inactive(offer));
}

/**
 * One user agent for one leg: the INVITE that creates the dialog, what happens in the dialog, and its end. It
 * runs on SIP.js's core and reports to a {@link CallingDelegate} and an {@link AnsweredDelegate}.
 */
export class Leg extends LegCore implements CallLeg, InvitationDelegate {
	/** Creates the leg to a phone that is yet to be called; nothing is sent before its `call`. */
	static toCall(order: LegOrder, settings: LegSettings, closed: LegClosed): Leg {
		const leg = new Leg(newIdentity(order, settings.callIds), settings, closed, order.watch);
		leg.alone = order.offer;
		leg.invitation = leg.#invite(order);
		return leg;
	}

	/**
	 * Restores a leg whose dialog another process has recorded. It has no listener before its `adopt`.
	 * @throws {RecordError} when the record cannot be used.
	 */
	static restore(record: LegRecord, how: Restoring, settings: LegSettings, closed: LegClosed): Leg {
		const { dialog, local, flow, stage } = record;
		const leg = new Leg(identityOf(record, how.jump), settings, closed, how.watch);
		leg.told = flow.told;
		leg.privacy = record.privacy;
		leg.transport.restore(flow, dialog);
		leg.local = LocalDescription.restore(local);
		if (stage === "calling") leg.#resumeInvite(record, leg.local);
		else leg.#resumeDialog(record, leg.local, how.wall);
		return leg;
	}

	#resumeInvite({ dialog, invite, offered }: LegRecord, local: LocalDescription): void {
		const { inviteCSeq: cseq, displayName, routeSet } = dialog;
		const [from, to, target] = [dialog.localUri, dialog.remoteUri, dialog.remoteTarget].map(uriOf);
		if (!invite || !from || !to || !target) throw new RecordError("leg.invite: a sent INVITE was expected");
		this.state = "calling";
		this.invitation = this.#invite({ from, to, displayName, routeSet, offer: offered });
		this.invitation.resume({ cseq, target }, invite, local);
	}

	#resumeDialog(record: LegRecord, local: LocalDescription, wall: WallClock): void {
		const { stage, offer, refer, transfer, timer } = record;
		const dialog = new DialogUse(this, LegDialog.restore(this.userAgent, record.dialog), local, offer);
		this.dialog = dialog;
		this.state = stage === "left" ? "ended" : stage === "answered" ? "answered" : "confirmed";
		if (stage === "answered") this.owedAck = (answer) => dialog.acknowledge(answer);
		if (stage === "confirmed") dialog.sessionTimer.resume(timer, wall);
		if (refer) dialog.resumeRefer(refer, stage === "left");
		if (transfer !== undefined) dialog.resumeTransfer(transfer);
	}

	record(wall: WallClock): LegRecord | undefined {
		return this.gone ? undefined : recordLeg(this, wall);
	}

	#invite(order: LegOrder): Invitation {
		const { callId, userAgent, settings } = this;
		return new Invitation({ order, settings, callId, userAgent }, this);
	}

	call(calling: CallingDelegate, answered: AnsweredDelegate): void {
		this.calling = calling;
		this.delegate = answered;
		this.enter("calling");
		this.invitation?.start();
	}

	adopt(delegate: AnsweredDelegate, watch: RecordWatch | undefined): void {
		if (this.state !== "confirmed") return;
		this.delegate = delegate;
		this.watch = watch;
		this.dialog?.giveUpTransfer();
	}

	/** Whether this is the dialog that a Replaces value names (RFC 3891 section 3). */
	isNamedBy({ localTag, remoteTag }: { readonly localTag: string; readonly remoteTag: string }): boolean {
		return localTag === this.localTag && remoteTag === this.dialog?.remoteTag;
	}

	acknowledge(answer?: string): void {
		if (this.state !== "answered") return;
		this.confirm(answer);
		// Messages received since the INVITE may have revealed our address beyond a NAT.
		if (this.told === undefined || this.transport.flow?.open) this.networkChanged(NO_ADDRESSES);
	}

	end(): void {
		this.letGo();
		switch (this.state) {
			case "idle":
				return this.finish();
			case "calling":
				this.enter("leaving");
				return this.invitation?.cancel();
			case "answered":
				this.confirm(this.dialog?.refusedOffer());
				break;
			case "confirmed":
				break;
			case "leaving":
				return;
			case "ended":
				return this.close();
		}
		this.enter("leaving");
		this.dialog?.bye(() => this.finish());
	}

	reinvite(offer: (() => string) | undefined, listener: ReinviteListener): void {
		this.#live(listener)?.reinvite(offer, listener, "own");
	}

	relayReinvite(offer: (() => string) | undefined, listener: ReinviteListener): void {
		this.#live(listener)?.reinvite(offer, listener, "relayed");
	}

	refer(referTo: string, referredBy: string, listener: ReferListener): void {
		this.#live(listener)?.refer(referTo, referredBy, listener);
	}

	/**
	 * Sends the ACK again that a phone has not got: its 2xx comes once more.
	 * @returns false if the 2xx is of another dialog.
	 */
	acknowledgeAgain(answer: IncomingResponseMessage): boolean {
		// An INVITE that is being cancelled, or an ACK that is still to come.
		if (!this.dialog || this.state === "answered") return true;
		return this.dialog.acknowledgeAgain(answer, this.offered);
	}

	/** Handles the 2xx of another phone that has answered our INVITE. */
	releaseFork(answer: IncomingResponseMessage): void {
		releaseFork(this, answer);
	}

	resumeRefer(listener: ReferListener): { readonly taken: boolean } | undefined {
		return this.dialog?.listenToRefer(listener);
	}

	get probeable(): boolean {
		return this.state === "confirmed" || (this.state === "ended" && this.dialog?.referring === true);
	}

	probe(settled: (outcome: ProbeOutcome) => void): void {
		if (this.probeable && this.dialog) this.dialog.probe(settled);
		else settled("refused");
	}

	relay(request: RelayedRequest): void {
		this.#live({ onRefused: ({ status }) => request.reply(status) })?.relay(request);
	}

	onAccepted({ dialog, message, local, description, offered, early, acknowledge }: Accepted): void {
		this.enter("answered");
		this.local = local;
		this.offered = offered;
		this.transport.hold();
		this.told = this.transport.told;
		if (message.hasHeader("privacy")) this.privacy = ownText(message.getHeaders("privacy").join(";"));
		const offer = offered || early !== "none" ? undefined : description;
		this.owedAck = this.alone && offer !== undefined ? silently(acknowledge, local, offer) : acknowledge;
		this.dialog = new DialogUse(this, dialog, local, offer);
		this.dialog.sessionTimer.start(message, "uac");
		this.calling?.onAnswered(description, early);
	}

	onEarlyOffer(sdp: string, local: LocalDescription, answer: (sdp: string | undefined) => void): void {
		this.local = local;
		if (!this.calling) answer(undefined);
		else if (this.alone) answer(local.inactive(sdp));
		else this.calling.onEarlyOffer(sdp, answer);
	}

	onFailed(refusal: Refusal): void {
		if (!this.over()) return;
		this.calling?.onFailed(refusal);
		this.leave();
	}

	onAcceptedLate(dialog: LegDialog, local: LocalDescription): void {
		this.local = local;
		this.told = this.transport.told;
		this.dialog = new DialogUse(this, dialog, local);
		this.dialog.bye(() => this.finish());
		// The BYE may be lost: a process that dies now without a record of the dialog leaves the phone in it.
		this.watch?.changed(true);
	}

	onGone(): void {
		this.finish();
	}

	/** The dialog, while requests can be sent in it; otherwise the listener gets a refusal. */
	#live(listener: Pick<ReinviteListener, "onRefused">): DialogUse | undefined {
		if (this.state === "confirmed" && this.dialog) return this.dialog;
		listener.onRefused(DIALOG_GONE);
		return undefined;
	}
}
