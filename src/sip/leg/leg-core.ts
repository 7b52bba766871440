import type { Clock } from "../../time/clock.ts";
import { makeAcceptance, makeResponse, type ResponseOptions } from "../message/writer.ts";
import type { TimerValues } from "../reliability/types.ts";
import type { LocalDescription } from "../sdp/local-description.ts";
import type { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import type { URI } from "../sipjs/grammar.ts";
import type { Flow } from "../transport/types.ts";
import type { DialogOwner } from "./dialog-owner.ts";
import type { DialogUse } from "./dialog-use.ts";
import type { Invitation } from "./invitation.ts";
import type { LegIdentity } from "./leg-identity.ts";
import type { LegNetwork } from "./leg-network.ts";
import { deliver, guard, type ReceivingLeg, receiveRequest, receiveResponse } from "./leg-reception.ts";
import type { LegSettings } from "./leg-settings.ts";
import { LegTransport, type LegTransportUser } from "./leg-transport.ts";
import { hasMoved, ownPlace } from "./own-address.ts";
import type { Requester } from "./pending-request.ts";
import {
	type AnsweredDelegate,
	type CallingDelegate,
	LEG_TRANSITIONS,
	type LegState,
	type RecordWatch,
} from "./types.ts";
import { LegUserAgent } from "./user-agent.ts";

/** Called when nothing of a leg is left, so that it can be removed. */
export type LegClosed = (leg: { readonly callId: string; readonly handedOver: boolean }) => void;

/**
 * What a leg is, and how it receives and ends: its state, its parts, and what these and the endpoint need of it. What
 * a call asks of it is in {@link Leg}.
 */
export abstract class LegCore implements DialogOwner, LegTransportUser, ReceivingLeg {
	/** User part of our Contact: finds the leg for a request in its dialog. */
	readonly id: string;
	readonly callId: string;
	readonly address: URI;
	privacy: string | undefined;
	readonly userAgent: LegUserAgent;
	readonly transport: LegTransport;
	/** Whether our INVITE carries an offer. */
	offered: boolean;
	/** Undefined once the dialog is confirmed: thousands of confirmed legs exist at a time. */
	invitation: Invitation | undefined;
	state: LegState = "idle";
	/** Whether another process goes on in its dialog. */
	handedOver = false;
	/** Our description in the dialog. */
	local: LocalDescription | undefined;
	dialog: DialogUse | undefined;
	/** Our address in the Contact that the phone has; undefined if it has to learn a new one. */
	told: string | undefined;
	protected readonly settings: LegSettings;
	/**
	 * Both are undefined once the call has released the leg, the first one as soon as the dialog is
	 * confirmed.
	 */
	protected calling: CallingDelegate | undefined;
	protected delegate: AnsweredDelegate | undefined;
	/** Sends the ACK to the phone's 2xx, until that is done. */
	protected owedAck: ((answer?: string) => void) | undefined;
	/** Whether the phone has nobody to talk to when it answers. */
	protected alone = false;
	/** Whether the endpoint has removed it. */
	protected gone = false;
	/** Told whenever its record may have changed; undefined once nothing of it is left. */
	protected watch: RecordWatch | undefined;
	readonly #closed: LegClosed;

	/**
	 * @param closed called when nothing of it is left.
	 * @param watch told whenever its record may have changed.
	 */
	protected constructor(
		identity: LegIdentity,
		settings: LegSettings,
		closed: LegClosed,
		watch: RecordWatch | undefined,
	) {
		const { id, callId, localTag, address, displayName, offered, cseq, scheme } = identity;
		const { profile, accounts, network } = settings;
		this.id = id;
		this.callId = callId;
		this.address = address;
		this.settings = settings;
		this.#closed = closed;
		this.watch = watch;
		this.offered = offered;
		this.transport = new LegTransport(network, this);
		this.userAgent = new LegUserAgent({
			profile,
			contactUser: id,
			localTag,
			accounts,
			displayName,
			transport: this.transport,
			cseq,
			scheme,
		});
	}

	get localTag(): string {
		return this.userAgent.localTag;
	}

	get sessionInterval(): number {
		return this.settings.sessionInterval;
	}

	get clock(): Clock {
		return this.settings.clock;
	}

	get timers(): TimerValues {
		return this.settings.timers;
	}

	/** The call that it belongs to; undefined once the call has released it. */
	get listener(): AnsweredDelegate | undefined {
		return this.delegate;
	}

	get waiting(): boolean {
		return this.dialog?.waiting === true;
	}

	get network(): LegNetwork {
		return this.settings.network;
	}

	protected confirm(answer?: string): void {
		this.enter("confirmed");
		this.owedAck?.(answer);
		this.owedAck = undefined;
		this.dialog?.acknowledged(this.alone);
		this.invitation = undefined;
		this.calling = undefined;
	}

	/**
	 * The machine's addresses or routes have changed: tell the phone where we are now (RFC 3261 section
	 * 12.2.1.1). A phone whose connection is closed still reaches us at an address that remains.
	 *
	 * @param addresses that the machine has now.
	 */
	networkChanged(addresses: ReadonlySet<string>): void {
		const told = this.told;
		if (!hasMoved(this.transport.flow, told, told === undefined || !addresses.has(told))) return;
		if (this.state === "answered") this.told = undefined;
		else if (this.state === "confirmed") this.#relocate();
	}

	#relocate(): void {
		this.dialog?.relocate(() => {
			this.told = ownPlace(this.transport.flow)?.address;
		});
	}

	/** Something was sent or received, so that the record may have changed. */
	recordChanged(method?: string): void {
		this.watch?.changed(method === "INVITE" && this.state === "calling");
	}

	/** Handles a response to a request of this leg. */
	receiveResponse(response: IncomingResponseMessage, flow: Flow): void {
		receiveResponse(this, response, flow);
		this.watch?.changed();
	}

	progressed(status: number): void {
		this.calling?.onProgress(status);
	}

	answered(requester: Requester, response: IncomingResponseMessage): void {
		deliver(this, requester, response);
	}

	failed(requester: Requester, status: number): void {
		guard(this, () => requester.fail(status));
	}

	/** A request in the dialog of this leg has arrived on this flow. */
	heard(flow: Flow): void {
		this.transport.heard(flow);
	}

	/** Handles a request in the dialog of this leg. */
	receiveRequest(request: IncomingRequestMessage, flow: Flow): void {
		receiveRequest(this, request, flow);
		this.watch?.changed();
	}

	/** Drops the leg silently, when the server stops at once or another one has it. */
	drop(): void {
		this.handedOver = this.state === "confirmed";
		this.letGo();
		this.finish();
	}

	reply(request: IncomingRequestMessage, status: number, options?: ResponseOptions): void {
		if (request.method === "ACK") return;
		this.#answer(makeResponse(request, status, options), request, status);
	}

	accept(request: IncomingRequestMessage): void {
		this.#answer(makeAcceptance(request, this.userAgent), request, 200);
	}

	#answer(text: string, request: IncomingRequestMessage, status: number): void {
		try {
			const sending = this.transport.respond(text, request, status);
			if (sending) this.#watchReply(sending, request.method);
		} catch (error) {
			this.#notReplied(request.method, error);
		}
	}

	#watchReply(sending: Promise<void>, method: string): void {
		sending.catch((error: unknown) => this.#notReplied(method, error));
	}

	#notReplied(method: string, error: unknown): void {
		this.userAgent.log.debug(() => `leg ${this.id}: cannot answer ${method}: ${error}`);
	}

	dialogEnded(cause: "bye" | "failure"): void {
		// A phone that hangs up before our ACK still waits for it.
		if (this.state === "answered") this.confirm(this.dialog?.refusedOffer());
		if (!this.over()) return;
		this.delegate?.onEnded(cause);
		this.leave();
	}

	dialogIdle(): void {
		if (this.state === "ended") this.close();
	}

	protected letGo(): void {
		this.calling = undefined;
		this.delegate = undefined;
	}

	protected enter(state: LegState): void {
		if (!LEG_TRANSITIONS[this.state].includes(state)) {
			throw new Error(`A leg cannot go from ${this.state} to ${state}`);
		}
		this.state = state;
	}

	/** Nothing is left of the dialog. */
	protected finish(): void {
		if (this.over()) this.leave();
	}

	/** Ends it; its listener is told next, and then it leaves. @returns false if it was over before. */
	protected over(): boolean {
		if (this.state === "ended") return false;
		this.enter("ended");
		this.invitation?.close();
		return true;
	}

	protected leave(): void {
		this.letGo();
		if (!this.dialog?.referring) this.close();
	}

	/** SIP.js may still be running further up the stack: its state is removed afterwards. */
	protected close(): void {
		if (!this.gone) this.#remove();
	}

	#remove(): void {
		this.gone = true;
		this.dialog?.close();
		this.transport.release();
		this.#closed(this);
		this.watch?.changed();
		// Transactions may keep the leg for a while: it must not keep the call.
		this.watch = undefined;
		queueMicrotask(() => this.userAgent.dispose());
	}
}
