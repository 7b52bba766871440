import { ownText } from "../message/own-text.ts";
import { readUri } from "../message/uri-reader.ts";
import { withoutConstructor } from "../message/without-constructor.ts";
import {
	type Body,
	Dialog,
	type DialogState,
	type IncomingRequestMessage,
	type IncomingResponseMessage,
	InviteClientTransaction,
	SessionDialog,
} from "../sipjs/core.ts";
import { NameAddrHeader, type URI } from "../sipjs/grammar.ts";
import { ClientRequest, NOBODY, type RequestListener } from "./client-request.ts";
import { ReinviteRequest } from "./invite-request.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";
import type { LegUserAgent } from "./user-agent.ts";

/** What a request in the dialog has of its own. */
export interface InDialogOptions {
	/** Further header lines, as `Name: value`. */
	readonly extraHeaders?: readonly string[];
	readonly body?: Body;
}

/** What a dialog takes over of the INVITE that makes it. */
export interface DialogOrigin {
	readonly callId: string;
	readonly cseq: number;
	readonly from: { readonly uri: URI };
	readonly to: { readonly uri: URI };
}

/** SIP.js asks a dialog's transaction only whether it is one of a server. */
const CLIENT_TRANSACTION = new (withoutConstructor(InviteClientTransaction))();

/**
 * A dialog with a phone that we have called: SIP.js's for all that the phone asks in it, ours for what we
 * ask (see {@link ClientRequest}). Offers and answers are kept by others, so it knows none.
 */
export class LegDialog extends SessionDialog {
	readonly #agent: LegUserAgent;
	/** Where the phone is now (RFC 3261 section 12.2.1.2); SIP.js follows its requests only. */
	target: URI;

	/**
	 * @param invite that the phone answers.
	 * @param early whether by a provisional response.
	 * @throws {Error} when the response has no Contact.
	 */
	constructor(agent: LegUserAgent, invite: DialogOrigin, response: IncomingResponseMessage, early: boolean) {
		const contact: unknown = response.parseHeader("contact");
		if (!(contact instanceof NameAddrHeader)) throw new Error("Response without Contact");
		const remoteTag = ownText(response.toTag);
		const state: DialogState = {
			id: invite.callId + agent.localTag + remoteTag,
			early,
			callId: invite.callId,
			localTag: agent.localTag,
			remoteTag,
			localSequenceNumber: invite.cseq,
			remoteSequenceNumber: undefined,
			localURI: invite.from.uri,
			remoteURI: invite.to.uri,
			remoteTarget: contact.uri,
			routeSet: routeSetOf(response),
			secure: false,
		};
		super(CLIENT_TRANSACTION, agent, state);
		this.#agent = agent;
		this.target = contact.uri;
	}

	override recomputeRouteSet(response: IncomingResponseMessage): void {
		this.dialogState.routeSet = routeSetOf(response);
	}

	/** For a while nothing is to be sent: what holds received messages in memory is replaced. */
	rest(): void {
		this.target = readUri(ownText(this.target.toRaw())) ?? this.target;
		// Ours is used instead.
		this.dialogState.remoteTarget = this.target;
		this.#agent.rest();
	}

	/** The dialog that another answer to the same INVITE has made. */
	fork(response: IncomingResponseMessage): LegDialog {
		const { callId, localSequenceNumber: cseq = 0, localURI, remoteURI } = this;
		const origin = { callId, cseq, from: { uri: localURI }, to: { uri: remoteURI } };
		return new LegDialog(this.#agent, origin, response, false);
	}

	/**
	 * Sends a request in the dialog.
	 *
	 * @param listener hears of its end, never before this returns.
	 */
	request(
		method: string,
		listener: RequestListener = NOBODY,
		options: InDialogOptions = {},
	): OutgoingRequest {
		const message = this.#message(method, this.#agent.nextCSeq(), options);
		new ClientRequest(this.#agent, message, listener).send();
		return message;
	}

	/**
	 * Sends a re-INVITE.
	 * @throws {Error} while another one is under way, in either direction (RFC 3261 section 14.1).
	 */
	reinvite(listener: RequestListener, options: InDialogOptions): ReinviteRequest {
		if (this.reinviteUserAgentClient || this.reinviteUserAgentServer)
			throw new Error("A re-INVITE is under way");
		const message = this.#message("INVITE", this.#agent.nextCSeq(), options);
		const request = new ReinviteRequest(this.#agent, message, {
			onAccepted: (response) => listener.onAccepted(response),
			onRefused: (response) => {
				this.#reinviting(undefined);
				listener.onRefused(response);
			},
		});
		request.send();
		this.#reinviting(request);
		return request;
	}

	/** Sends the ACK to the 2xx of an INVITE, which has the number of the INVITE (RFC 3261 section 13.2.2.4). */
	acknowledge(cseq: number, body: Body | undefined): OutgoingRequest {
		this.#reinviting(undefined);
		const message = this.#message("ACK", cseq, body ? { body } : {});
		this.#agent.transport.request(message, message.write());
		return message;
	}

	/**
	 * SIP.js keeps the order of what it is shown; what it is not shown is put in line here (RFC 3261 section 12.2.2).
	 *
	 * @returns what a request is refused with that is of another dialog, or comes after a later one.
	 */
	misplaces(request: IncomingRequestMessage): 481 | 500 | undefined {
		if (request.fromTag !== this.remoteTag) return 481;
		if (request.cseq <= (this.remoteSequenceNumber ?? -1)) return 500;
		Dialog.prototype.receiveRequest.call(this, request);
		return undefined;
	}

	/** Ends the dialog with a BYE, which is all that is left of it. */
	leave(done: () => void = () => {}): void {
		this.request("BYE", { onAccepted: done, onRefused: done });
		this.dispose();
	}

	/** SIP.js would keep a copy of each description, of which it makes no use. */
	override signalingStateTransition(): void {}

	override signalingStateRollback(): void {}

	/** SIP.js refuses the phone's re-INVITE while one of ours is under way. */
	#reinviting(request: ReinviteRequest | undefined): void {
		Object.assign(this, { reinviteUserAgentClient: request });
	}

	#message(method: string, cseq: number, { extraHeaders = [], body }: InDialogOptions): OutgoingRequest {
		const { callId, routeSet, localURI, remoteURI, remoteTag, target } = this;
		return this.#agent.compose(method, {
			target,
			routeSet,
			from: localURI,
			to: remoteURI,
			toTag: remoteTag,
			callId,
			cseq,
			extraHeaders,
			body,
		});
	}
}

/** The route set as the caller has it (RFC 3261 section 12.1.2). */
function routeSetOf(response: IncomingResponseMessage): string[] {
	return response.getHeaders("record-route").map(ownText).reverse();
}
