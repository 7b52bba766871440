import { RecordError } from "../../record.ts";
import type { Clock } from "../../time/clock.ts";
import type { WallClock } from "../../time/wall-clock.ts";
import { ownText } from "../message/own-text.ts";
import { makeResponse, type ResponseOptions } from "../message/writer.ts";
import type { TimerValues } from "../reliability/types.ts";
import { LocalDescription } from "../sdp/local-description.ts";
import type { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import type { URI } from "../sipjs/grammar.ts";
import type { Flow } from "../transport/types.ts";
import type { DialogOwner } from "./dialog-owner.ts";
import { DialogUse } from "./dialog-use.ts";
import { Invitation } from "./invitation.ts";
import type { Accepted } from "./invitation-options.ts";
import { LegDialog, uriOf } from "./leg-dialog.ts";
import { identityOf, type LegIdentity, newIdentity } from "./leg-identity.ts";
import type { LegNetwork } from "./leg-network.ts";
import {
	deliver,
	guard,
	type ReceivingLeg,
	receiveRequest,
	receiveResponse,
	releaseFork,
} from "./leg-reception.ts";
import type { LegRecord } from "./leg-record.ts";
import { recordLeg } from "./leg-recording.ts";
import type { LegSettings } from "./leg-settings.ts";
import { LegTransport, type LegTransportUser } from "./leg-transport.ts";
import { hasMoved, ownPlace } from "./own-address.ts";
import type { Requester } from "./pending-request.ts";
import { DIALOG_GONE } from "./reinvitation.ts";
import {
	type AnsweredDelegate,
	type CallingDelegate,
	type CallLeg,
	LEG_TRANSITIONS,
	type LegOrder,
	type LegState,
	type ReferListener,
	type ReinviteListener,
	type RelayedRequest,
	type Restoring,
} from "./types.ts";
import { LegUserAgent } from "./user-agent.ts";

/** Called when nothing of a leg is left, so that it can be removed. */
export type LegClosed = (leg: Leg) => void;

const NO_ADDRESSES: ReadonlySet<string> = new Set();

/**
 * One user agent for one leg: the INVITE that creates the dialog, what happens in the dialog, and its end. It
 * runs on SIP.js's core and reports to a {@link CallingDelegate} and an {@link AnsweredDelegate}.
 */
export class Leg implements CallLeg, DialogOwner, LegTransportUser, ReceivingLeg {
	/** User part of our Contact: finds the leg for a request in its dialog. */
	readonly id: string;
	readonly callId: string;
	readonly address: URI;
	privacy: string | undefined;
	readonly userAgent: LegUserAgent;
	readonly #settings: LegSettings;
	readonly #closed: LegClosed;
	readonly #transport: LegTransport;
	/** Whether the phone has nobody to talk to when it answers. */
	readonly #alone: boolean;
	/** Whether our INVITE carries an offer. */
	#offered: boolean;
	/** Undefined once the dialog is confirmed: thousands of confirmed legs exist at a time. */
	#invitation: Invitation | undefined;
	#state: LegState = "idle";
	/**
	 * Both are undefined once the call has released the leg, the first one as soon as the dialog is
	 * confirmed.
	 */
	#calling: CallingDelegate | undefined;
	#delegate: AnsweredDelegate | undefined;
	#local: LocalDescription | undefined;
	#dialog: DialogUse | undefined;
	#acknowledge: ((answer?: string) => void) | undefined;
	#told: string | undefined;
	#recordChanged: (() => void) | undefined;
	/** Whether the endpoint has removed it. */
	#gone = false;

	private constructor(identity: LegIdentity, settings: LegSettings, closed: LegClosed) {
		const { id, callId, address, offered } = identity;
		const { profile, accounts, network } = settings;
		this.id = id;
		this.callId = callId;
		this.address = address;
		this.#settings = settings;
		this.#closed = closed;
		this.#alone = offered;
		this.#offered = offered;
		this.#transport = new LegTransport(network, this);
		this.userAgent = new LegUserAgent({
			...identity,
			profile,
			contactUser: id,
			accounts,
			transport: this.#transport,
		});
	}

	/** Creates the leg to a phone that is yet to be called; nothing is sent before its `call`. */
	static toCall(order: LegOrder, settings: LegSettings, closed: LegClosed): Leg {
		const leg = new Leg(newIdentity(order, settings.callIds), settings, closed);
		leg.#recordChanged = order.recordChanged;
		leg.#invitation = leg.#invite(order);
		return leg;
	}

	/**
	 * Restores a leg whose dialog another process has recorded. It has no listener before its `adopt`.
	 * @throws {RecordError} when the record cannot be used.
	 */
	static restore(record: LegRecord, how: Restoring, settings: LegSettings, closed: LegClosed): Leg {
		const { dialog, local, flow, stage } = record;
		const leg = new Leg(identityOf(record, how.jump), settings, closed);
		leg.#recordChanged = how.recordChanged;
		leg.#told = flow.told;
		leg.privacy = record.privacy;
		leg.#transport.restore(flow, dialog);
		leg.#local = LocalDescription.restore(local);
		if (stage === "calling") leg.#resumeInvite(record, leg.#local);
		else leg.#resumeDialog(record, leg.#local, how.wall);
		return leg;
	}

	#resumeInvite({ dialog, invite, offered }: LegRecord, local: LocalDescription): void {
		const { inviteCSeq: cseq, displayName, routeSet } = dialog;
		const [from, to, target] = [dialog.localUri, dialog.remoteUri, dialog.remoteTarget].map(uriOf);
		if (!invite || !from || !to || !target) throw new RecordError("leg.invite: a sent INVITE was expected");
		this.#state = "calling";
		this.#invitation = this.#invite({ from, to, displayName, routeSet, offer: offered });
		this.#invitation.resume({ cseq, target }, invite, local);
	}

	#resumeDialog(record: LegRecord, local: LocalDescription, wall: WallClock): void {
		const { stage, offer, refer, timer } = record;
		const dialog = new DialogUse(this, LegDialog.restore(this.userAgent, record.dialog), local, offer);
		this.#dialog = dialog;
		this.#state = stage === "left" ? "ended" : stage === "answered" ? "answered" : "confirmed";
		if (stage === "answered") this.#acknowledge = (answer) => dialog.acknowledge(answer);
		if (stage === "confirmed") dialog.sessionTimer.resume(timer, wall);
		if (refer) dialog.resumeRefer(refer, stage === "left");
	}

	record(wall: WallClock): LegRecord | undefined {
		return this.#gone ? undefined : recordLeg(this, wall);
	}

	#invite(order: LegOrder): Invitation {
		const { callId, userAgent } = this;
		return new Invitation(
			{ ...order, ...this.#settings, callId, userAgent, transport: this.#transport },
			{
				onEarlyOffer: (sdp, local, answer) => {
					this.#local = local;
					if (!this.#calling) answer(undefined);
					else if (order.offer) answer(local.inactive(sdp));
					else this.#calling.onEarlyOffer(sdp, answer);
				},
				reply: (request, status, options) => this.reply(request, status, options),
				onAccepted: (accepted) => this.#answered(accepted),
				onFailed: (refusal) => this.#end(() => this.#calling?.onFailed(refusal)),
				onGone: () => this.#end(),
			},
		);
	}

	get localTag(): string {
		return this.userAgent.localTag;
	}

	get sessionInterval(): number {
		return this.#settings.sessionInterval;
	}

	get clock(): Clock {
		return this.#settings.clock;
	}

	get timers(): TimerValues {
		return this.#settings.timers;
	}

	/** The call that it belongs to; undefined once the call has released it. */
	get listener(): AnsweredDelegate | undefined {
		return this.#delegate;
	}

	get state(): LegState {
		return this.#state;
	}

	get waiting(): boolean {
		return this.#dialog?.waiting === true;
	}

	get local(): LocalDescription | undefined {
		return this.#local;
	}

	get network(): LegNetwork {
		return this.#settings.network;
	}

	get transport(): LegTransport {
		return this.#transport;
	}

	get offered(): boolean {
		return this.#offered;
	}

	/** Our address in the Contact that the phone has; undefined if it has to learn a new one. */
	get told(): string | undefined {
		return this.#told;
	}

	get invitation(): Invitation | undefined {
		return this.#invitation;
	}

	get dialog(): DialogUse | undefined {
		return this.#dialog;
	}

	call(calling: CallingDelegate, answered: AnsweredDelegate): void {
		this.#calling = calling;
		this.#delegate = answered;
		this.#enter("calling");
		this.#invitation?.start();
	}

	adopt(delegate: AnsweredDelegate): void {
		if (this.#state !== "confirmed") return;
		this.#delegate = delegate;
	}

	/** Whether this is the dialog that a Replaces value names (RFC 3891 section 3). */
	isNamedBy({ localTag, remoteTag }: { readonly localTag: string; readonly remoteTag: string }): boolean {
		return localTag === this.localTag && remoteTag === this.#dialog?.remoteTag;
	}

	acknowledge(answer?: string): void {
		if (this.#state !== "answered") return;
		this.#confirm(answer);
		// Messages received since the INVITE may have revealed our address beyond a NAT.
		if (this.#told === undefined || this.#transport.flow?.open) this.networkChanged(NO_ADDRESSES);
	}

	#confirm(answer?: string): void {
		this.#enter("confirmed");
		this.#acknowledge?.(answer);
		this.#acknowledge = undefined;
		this.#dialog?.acknowledged();
		this.#invitation = undefined;
		this.#calling = undefined;
	}

	/**
	 * The machine's addresses or routes have changed: tell the phone where we are now (RFC 3261 section
	 * 12.2.1.1). A phone whose connection is closed still reaches us at an address that remains.
	 *
	 * @param addresses that the machine has now.
	 */
	networkChanged(addresses: ReadonlySet<string>): void {
		const told = this.#told;
		if (!hasMoved(this.#transport.flow, told, told === undefined || !addresses.has(told))) return;
		if (this.#state === "answered") this.#told = undefined;
		else if (this.#state === "confirmed")
			this.#dialog?.relocate(() => {
				this.#told = ownPlace(this.#transport.flow)?.address;
			});
	}

	end(): void {
		this.#letGo();
		switch (this.#state) {
			case "idle":
				return this.#end();
			case "calling":
				this.#enter("leaving");
				return this.#invitation?.cancel();
			case "answered":
				this.#confirm(this.#dialog?.refusedOffer());
				break;
			case "confirmed":
				break;
			case "leaving":
				return;
			case "ended":
				return this.#close();
		}
		this.#enter("leaving");
		this.#dialog?.bye(() => this.#end());
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
		if (!this.#dialog || this.#state === "answered") return true;
		return this.#dialog.acknowledgeAgain(answer, this.#offered);
	}

	/** Handles the 2xx of another phone that has answered our INVITE. */
	releaseFork(answer: IncomingResponseMessage): void {
		releaseFork(this, answer);
	}

	resumeRefer(listener: ReferListener): boolean {
		if (!this.#dialog?.referring) return false;
		this.#dialog.listenToRefer(listener);
		return true;
	}

	probe(gone: () => void): void {
		if (this.#state === "confirmed") this.#dialog?.probe(gone);
	}

	relay(request: RelayedRequest): void {
		this.#live({ onRefused: ({ status }) => request.reply(status) })?.relay(request);
	}

	/** Something was sent or received, so that the record may have changed. */
	recordChanged(): void {
		this.#recordChanged?.();
	}

	/** Handles a response to a request of this leg. */
	receiveResponse(response: IncomingResponseMessage, flow: Flow): void {
		receiveResponse(this, response, flow);
		this.#recordChanged?.();
	}

	progressed(status: number): void {
		this.#calling?.onProgress(status);
	}

	answered(requester: Requester, response: IncomingResponseMessage): void {
		deliver(this, requester, response);
	}

	failed(requester: Requester, status: number): void {
		guard(this, () => requester.fail(status));
	}

	/** A request in the dialog of this leg has arrived on this flow. */
	heard(flow: Flow): void {
		this.#transport.heard(flow);
	}

	/** Handles a request in the dialog of this leg. */
	receiveRequest(request: IncomingRequestMessage, flow: Flow): void {
		receiveRequest(this, request, flow);
		this.#recordChanged?.();
	}

	/** Drops the leg silently, when the server stops at once. */
	drop(): void {
		this.#letGo();
		this.#end();
	}

	reply(request: IncomingRequestMessage, status: number, options?: ResponseOptions): void {
		if (request.method === "ACK") return;
		this.#transport
			.respond(makeResponse(request, status, options), request, status)
			.catch((error: unknown) => {
				this.userAgent.log.debug(() => `leg ${this.id}: cannot answer ${request.method}: ${error}`);
			});
	}

	dialogEnded(cause: "bye" | "failure"): void {
		// A phone that hangs up before our ACK still waits for it.
		if (this.#state === "answered") this.#confirm(this.#dialog?.refusedOffer());
		this.#end(() => this.#delegate?.onEnded(cause));
	}

	dialogIdle(): void {
		if (this.#state === "ended") this.#close();
	}

	#letGo(): void {
		this.#calling = undefined;
		this.#delegate = undefined;
	}

	#answered({ dialog, message, local, description, offered, early, acknowledge }: Accepted): void {
		this.#enter("answered");
		this.#local = local;
		this.#offered = offered;
		this.#transport.hold();
		this.#told = this.#transport.told;
		if (message.hasHeader("privacy")) this.privacy = ownText(message.getHeaders("privacy").join(";"));
		const offer = offered || early !== "none" ? undefined : description;
		const isAskedAlone = this.#alone && offer !== undefined;
		this.#acknowledge = isAskedAlone ? () => acknowledge(local.inactive(offer)) : acknowledge;
		this.#dialog = new DialogUse(this, dialog, local, offer);
		this.#dialog.sessionTimer.start(message, "uac");
		this.#calling?.onAnswered(description, early);
	}

	/** The dialog, while requests can be sent in it; otherwise the listener gets a refusal. */
	#live(listener: Pick<ReinviteListener, "onRefused">): DialogUse | undefined {
		if (this.#state === "confirmed" && this.#dialog) return this.#dialog;
		listener.onRefused(DIALOG_GONE);
		return undefined;
	}

	#enter(state: LegState): void {
		if (!LEG_TRANSITIONS[this.#state].includes(state)) {
			throw new Error(`A leg cannot go from ${this.#state} to ${state}`);
		}
		this.#state = state;
	}

	#end(report?: () => void): void {
		if (this.#state === "ended") return;
		this.#enter("ended");
		this.#invitation?.close();
		report?.();
		this.#letGo();
		if (!this.#dialog?.referring) this.#close();
	}

	/** SIP.js may still be running further up the stack: its state is removed afterwards. */
	#close(): void {
		if (this.#gone) return;
		this.#gone = true;
		this.#dialog?.close();
		this.#transport.release();
		this.#closed(this);
		this.#recordChanged?.();
		queueMicrotask(() => this.userAgent.dispose());
	}
}
