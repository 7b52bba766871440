/** How a leg handles incoming messages. */
import type { ResponseOptions } from "../message/writer.ts";
import { LocalDescription } from "../sdp/local-description.ts";
import type { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import { supplyContact } from "../sipjs/core-demands.ts";
import type { URI } from "../sipjs/grammar.ts";
import { tagAnswerer, tagSender } from "../sipjs/tags.ts";
import type { Flow } from "../transport/types.ts";
import type { DialogUse } from "./dialog-use.ts";
import type { Invitation } from "./invitation.ts";
import type { LegNetwork } from "./leg-network.ts";
import type { LegTransport } from "./leg-transport.ts";
import type { Requester } from "./pending-request.ts";
import { releaseStrayAnswer } from "./stray-answer.ts";
import type { LegState } from "./types.ts";
import type { LegUserAgent } from "./user-agent.ts";

/** The leg as its messages see it. */
export interface ReceivingLeg {
	readonly id: string;
	readonly address: URI;
	readonly state: LegState;
	readonly userAgent: LegUserAgent;
	readonly network: LegNetwork;
	readonly transport: LegTransport;
	/** Whether our INVITE carries an offer. */
	readonly offered: boolean;
	readonly invitation: Invitation | undefined;
	readonly dialog: DialogUse | undefined;
	/** The phone rings. */
	progressed(status: number): void;
	reply(request: IncomingRequestMessage, status: number, options?: ResponseOptions): void;
}

/** Pending requests allowed per phone: one phone must not crowd out all others. */
const MAX_OPEN_REQUESTS = 100;
const REFUSABLE = new Set(["INFO", "MESSAGE", "REFER", "NOTIFY"]);

/** Handles a response to a request of the leg. */
export function receiveResponse(leg: ReceivingLeg, response: IncomingResponseMessage, flow: Flow): void {
	const { statusCode: status = 0, method } = response;
	const { transport } = leg;
	if (method === "INVITE" && status > 100 && status < 300 && (status >= 200 || response.hasHeader("RSeq")))
		complete(leg, response, status);
	if (method === "CANCEL" && status >= 200 && status < 300) leg.invitation?.cancelTaken(response, flow);
	// Only those have created a dialog, or belong to one.
	if (status > 100 && status < 300 && response.toTag) transport.note(response, response.toTag, flow);
	const requester = transport.receive(response);
	if (requester === "taken") return;
	if (requester) deliver(leg, requester, response);
	// Even a 2xx that nobody waits for must get its ACK.
	else if (method === "INVITE" && status >= 200 && status < 300) {
		try {
			releaseAnswer(leg, response, flow);
		} catch (error) {
			reportFault(leg, error);
		}
	}
}

/** Passes a response to the request that it answers. */
export function deliver(leg: ReceivingLeg, requester: Requester, response: IncomingResponseMessage): void {
	const { statusCode: status = 0, method } = response;
	if (method === "INVITE" && status > 100 && status < 200 && leg.state === "calling") leg.progressed(status);
	try {
		requester.receive(response);
	} catch (error) {
		reportFault(leg, error);
	}
}

/** Handles a request in the dialog of the leg. */
export function receiveRequest(leg: ReceivingLeg, request: IncomingRequestMessage, flow: Flow): void {
	tagSender(request);
	const { dialog } = leg;
	if (request.fromTag === dialog?.remoteTag) leg.transport.note(request, request.fromTag, flow);
	try {
		dealWith(leg, request);
	} catch (error) {
		reportFault(leg, error);
		// The transaction layer drops it if the request already has a final response.
		leg.reply(request, 500);
	}
}

function dealWith(leg: ReceivingLeg, request: IncomingRequestMessage): void {
	const { dialog, invitation, userAgent } = leg;
	if (dialog?.take(request)) return;
	// SIP.js does not know UPDATE.
	if (request.method === "UPDATE" && invitation && !dialog) return invitation.updated(request);
	if (leg.state === "ended") return leg.reply(request, 481);
	if (userAgent.openRequests >= MAX_OPEN_REQUESTS && REFUSABLE.has(request.method))
		return leg.reply(request, 500, { headers: ["Retry-After: 10"] });
	// In a dialog, Contact may be left out: the phone is where it was.
	if (request.method === "INVITE") supplyContact(request, dialog?.target ?? leg.address);
	userAgent.take(request);
}

/** SIP.js throws on messages it did not expect: one bad message must not break anything else. */
export function guard(leg: ReceivingLeg, step: () => void): void {
	try {
		step();
	} catch (error) {
		reportFault(leg, error);
	}
}

function reportFault(leg: ReceivingLeg, error: unknown): void {
	leg.userAgent.faults.warning(
		() => `leg ${leg.id}: ${error instanceof Error ? error.message : String(error)}`,
	);
}

/**
 * Handles a 2xx that arrives when all is settled: from another phone behind a forking proxy, whose dialog
 * ends at once (RFC 3261 section 13.2.2.4), or to an INVITE that was given up.
 */
function releaseAnswer(leg: ReceivingLeg, response: IncomingResponseMessage, flow: Flow): void {
	const { dialog, invitation, network } = leg;
	if (invitation?.receive(response)) return;
	const cseq = dialog?.inviteCSeq ?? Number.POSITIVE_INFINITY;
	if (response.cseq > cseq) return;
	if (response.cseq === cseq) return releaseFork(leg, response);
	releaseStrayAnswer(response, flow, (text, by) => network.transactions.sendRequest(text, by));
}

/** Ends the dialog of another phone behind a forking proxy that answers our INVITE. */
export function releaseFork(leg: ReceivingLeg, response: IncomingResponseMessage): void {
	leg.dialog?.release(response, (sdp) => refuseOffer(leg, sdp));
}

/** Our answer in a dialog that nobody wants: it has its own description, since it is a dialog of its own. */
function refuseOffer(leg: ReceivingLeg, offer: string): string | undefined {
	const address = leg.transport.flow?.local.address;
	// An answer to our offer is not an offer.
	return leg.offered || !address ? undefined : new LocalDescription(address).refuse(offer);
}

/**
 * A 2xx without Contact violates RFC 3261 section 13.3.1.4, and one without To tag comes from an RFC 2543
 * phone (section 12.1.2), yet the phone has answered. A phone that rings reliably without Contact (section
 * 12.1.1) waits for its PRACK and gives up the call when none comes.
 */
function complete(leg: ReceivingLeg, response: IncomingResponseMessage, status: number): void {
	if (status >= 200) tagAnswerer(response);
	// In a dialog, Contact may be left out: the phone is where it was.
	const { cseq, target } = leg.invitation ?? { cseq: leg.dialog?.inviteCSeq ?? 0, target: leg.address };
	if (response.cseq <= cseq) supplyContact(response, target);
}
