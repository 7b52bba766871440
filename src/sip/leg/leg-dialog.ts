import { RecordError } from "../../record.ts";
import { ownText } from "../message/own-text.ts";
import { readUri } from "../message/uri-reader.ts";
import type { Body, IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import { NameAddrHeader, type URI } from "../sipjs/grammar.ts";
import { type DialogStart, PhoneDialog } from "../sipjs/phone-dialog.ts";
import { ClientRequest, NOBODY, type RequestListener } from "./client-request.ts";
import type { DialogRecord } from "./dialog-record.ts";
import { ReinviteRequest } from "./invite.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";
import type { LegUserAgent } from "./user-agent.ts";

/** What is particular to one request in the dialog. */
export interface InDialogOptions {
	/** Additional header lines, as `Name: value`. */
	readonly extraHeaders?: readonly string[];
	readonly body?: Body | undefined;
}

const NO_OPTIONS: InDialogOptions = {};
const NO_HEADERS: readonly string[] = [];

/** What a dialog takes from the INVITE that creates it. */
export interface DialogOrigin {
	readonly callId: string;
	readonly cseq: number;
	readonly from: { readonly uri: URI };
	readonly to: { readonly uri: URI };
}

/**
 * A dialog with a phone that we have called: SIP.js handles what the phone asks in it, we handle what we ask
 * (see {@link ClientRequest}). Offers and answers are kept elsewhere, so it knows none.
 */
export class LegDialog extends PhoneDialog {
	readonly #agent: LegUserAgent;
	/** Where the phone is now (RFC 3261 section 12.2.1.2); SIP.js follows only the phone's requests. */
	target: URI;
	/** The target that is no part of a received message. */
	#ownTarget: URI | undefined;

	/** Registers with the agent, and from now on takes what the phone asks in it. */
	constructor(agent: LegUserAgent, start: DialogStart) {
		super(agent, start);
		this.#agent = agent;
		this.target = start.target;
	}

	/**
	 * The dialog that an answer to an INVITE creates.
	 *
	 * @param early whether the answer is a provisional response.
	 * @throws {Error} when the response has no Contact.
	 */
	static answered(
		agent: LegUserAgent,
		invite: DialogOrigin,
		response: IncomingResponseMessage,
		early: boolean,
	): LegDialog {
		const contact: unknown = response.parseHeader("contact");
		if (!(contact instanceof NameAddrHeader)) throw new Error("Response without Contact");
		return new LegDialog(agent, {
			early,
			callId: invite.callId,
			localTag: agent.localTag,
			remoteTag: ownText(response.toTag),
			cseq: invite.cseq,
			localUri: invite.from.uri,
			remoteUri: invite.to.uri,
			target: contact.uri,
			routeSet: routeSetOf(response),
		});
	}

	/**
	 * Continues from what another process has recorded.
	 * @throws {RecordError} when one of its URIs cannot be read.
	 */
	static restore(agent: LegUserAgent, record: DialogRecord): LegDialog {
		const { callId, localTag, remoteTag, inviteCSeq, remoteCSeq, localUri, remoteUri } = record;
		return new LegDialog(agent, {
			early: false,
			callId,
			localTag,
			remoteTag,
			cseq: inviteCSeq,
			remoteCSeq,
			localUri: uriOf(localUri),
			remoteUri: uriOf(remoteUri),
			target: uriOf(record.remoteTarget),
			routeSet: [...record.routeSet],
		});
	}

	/** Its state, for another process. @param secure whether all of its requests must go over TLS. */
	record(secure: boolean): DialogRecord {
		const { callId, localTag, remoteTag, routeSet } = this;
		return {
			version: 1,
			callId,
			localTag,
			remoteTag,
			localUri: this.localURI.toRaw(),
			displayName: this.#agent.displayName,
			remoteUri: this.remoteURI.toRaw(),
			remoteTarget: this.target.toRaw(),
			routeSet: [...routeSet],
			localCSeq: this.#agent.cseq,
			remoteCSeq: this.remoteSequenceNumber,
			inviteCSeq: this.localSequenceNumber ?? 0,
			secure,
			contactScheme: this.#agent.scheme,
		};
	}

	/** The early dialog is confirmed by a 2xx, whose route set counts (RFC 3261 section 13.2.2.4). */
	confirmBy(response: IncomingResponseMessage): void {
		this.confirm();
		this.setRouteSet(routeSetOf(response));
	}

	/** Follows the phone to the Contact of its message. */
	follow(message: IncomingRequestMessage | IncomingResponseMessage): void {
		if (isContactOf(this.target, message.getHeader("contact"))) return;
		const contact: unknown = message.parseHeader("contact");
		if (contact instanceof NameAddrHeader) this.target = contact.uri;
	}

	/** Nothing will be sent for a while: replaces what keeps received messages in memory. */
	rest(): void {
		if (this.#ownTarget !== this.target) {
			this.target = readUri(ownText(this.target.toRaw())) ?? this.target;
			this.#ownTarget = this.target;
		}
		this.setRemoteTarget(this.target);
		this.#agent.rest();
	}

	/** The dialog created by another answer to the same INVITE. */
	fork(response: IncomingResponseMessage): LegDialog {
		const { callId, localSequenceNumber: cseq = 0, localURI, remoteURI } = this;
		const origin = { callId, cseq, from: { uri: localURI }, to: { uri: remoteURI } };
		return LegDialog.answered(this.#agent, origin, response, false);
	}

	/**
	 * Sends a request in the dialog.
	 *
	 * @param listener is told how it ends, never before this returns.
	 */
	request(method: string, listener: RequestListener = NOBODY, options = NO_OPTIONS): OutgoingRequest {
		const message = this.#message(method, this.#agent.nextCSeq(), options);
		new ClientRequest(this.#agent, message, listener).send();
		return message;
	}

	/**
	 * Sends a re-INVITE.
	 * @throws {Error} while another one is in progress, in either direction (RFC 3261 section 14.1).
	 */
	reinvite(listener: RequestListener, options: InDialogOptions): ReinviteRequest {
		if (this.reinviting) throw new Error("A re-INVITE is under way");
		const message = this.#message("INVITE", this.#agent.nextCSeq(), options);
		const request = new ReinviteRequest(this.#agent, message, {
			onAccepted: (response) => listener.onAccepted(response),
			onRefused: (response) => {
				this.setReinvite(undefined);
				listener.onRefused(response);
			},
		});
		request.send();
		this.setReinvite(request);
		return request;
	}

	/** Sends the ACK to the 2xx of an INVITE; it has the INVITE's number (RFC 3261 section 13.2.2.4). */
	acknowledge(cseq: number, body: Body | undefined): OutgoingRequest {
		this.setReinvite(undefined);
		return this.acknowledgeAgain(cseq, body);
	}

	/** Sends the ACK to a 2xx whose first ACK got lost. */
	acknowledgeAgain(cseq: number, body: Body | undefined): OutgoingRequest {
		const message = this.#message("ACK", cseq, body ? { body } : NO_OPTIONS);
		this.#agent.requests.request(message, message.write());
		return message;
	}

	/**
	 * Checks the order of requests that SIP.js does not see (RFC 3261 section 12.2.2); it checks the others
	 * itself.
	 *
	 * @returns the status that refuses a request of another dialog, or one that comes after a later one.
	 */
	misplaces(request: IncomingRequestMessage): 481 | 500 | undefined {
		if (request.fromTag !== this.remoteTag) return 481;
		return this.takesNext(request) ? undefined : 500;
	}

	/** Ends the dialog with a BYE, all that is left to do in it. */
	leave(done: () => void = () => {}): void {
		this.request("BYE", { onAccepted: done, onRefused: done });
		this.dispose();
	}

	#message(
		method: string,
		cseq: number,
		{ extraHeaders = NO_HEADERS, body }: InDialogOptions,
	): OutgoingRequest {
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

/** Whether a Contact is what a URI was read from: phones repeat it with each answer. */
function isContactOf(target: URI, text: string | undefined): boolean {
	const uri = target.toRaw();
	return (
		text?.length === uri.length + 2 && text.startsWith("<") && text.startsWith(uri, 1) && text.endsWith(">")
	);
}

/** The route set as seen by the caller (RFC 3261 section 12.1.2). */
function routeSetOf(response: IncomingResponseMessage): string[] {
	if (!response.hasHeader("record-route")) return [];
	return response.getHeaders("record-route").map(ownText).reverse();
}

/**
 * A URI of a record.
 * @throws {RecordError} when it is none.
 */
export function uriOf(text: string): URI {
	const uri = readUri(text);
	if (!uri) throw new RecordError("dialog: a SIP URI was expected");
	return uri;
}
