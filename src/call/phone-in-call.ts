import type {
	AnsweredDelegate,
	CallLeg,
	OfferReply,
	RelayedRequest,
	TransferRequest,
} from "../sip/leg/types.ts";
import type { Bridge } from "./bridge.ts";
import type { Hearing } from "./hearing.ts";

/** What the phones of a call have in common. */
export interface Conversation {
	/** The phones that are connected now. */
	bridge(): Bridge | undefined;
	/** True while the phones' media is being changed: their own changes have to wait. */
	changing(leg: CallLeg): boolean;
	/** True while a transfer changes the media of phones that are connected. */
	transferring(): boolean;
	/** What the phone hears until it hears the other one; undefined if that is nothing. */
	hearing(leg: CallLeg): Hearing | undefined;
	/** A phone has hung up, or was lost. */
	left(leg: CallLeg, cause: "bye" | "failure"): void;
	/** A phone wants another one in its place. */
	transferWanted(leg: CallLeg, request: TransferRequest): void;
}

/**
 * Handles what a phone does once it has answered. Each call that goes on has two of these, so they are small.
 */
export class PhoneInCall implements AnsweredDelegate {
	readonly #leg: CallLeg;
	readonly #conversation: Conversation;

	constructor(leg: CallLeg, conversation: Conversation) {
		this.#leg = leg;
		this.#conversation = conversation;
	}

	onEnded(cause: "bye" | "failure"): void {
		this.#conversation.left(this.#leg, cause);
	}

	onOffer(sdp: string | undefined, reply: OfferReply): void {
		if (this.#conversation.changing(this.#leg)) return reply.refuse(491);
		const bridge = this.#conversation.bridge();
		if (bridge) return bridge.offered(this.#leg, sdp, reply);
		// The initiator changes its session before the other phone has joined.
		const { local } = this.#leg;
		const answer =
			sdp === undefined
				? local?.restate()
				: (this.#conversation.hearing(this.#leg)?.answer(sdp) ?? local?.inactive(sdp));
		if (answer) reply.accept(answer);
		else reply.refuse(488);
	}

	onAnswer(sdp: string | undefined): void {
		this.#conversation.hearing(this.#leg)?.follow(sdp);
		this.#conversation.bridge()?.answered(this.#leg, sdp);
	}

	onRefreshed(sdp: string): void {
		this.#conversation.hearing(this.#leg)?.follow(sdp);
		if (!this.#conversation.transferring()) this.#conversation.bridge()?.refreshed(this.#leg, sdp);
	}

	onRequest(request: RelayedRequest): void {
		const bridge = this.#conversation.bridge();
		if (bridge) bridge.requested(this.#leg, request);
		else request.reply(200);
	}

	onTransfer(request: TransferRequest): void {
		this.#conversation.transferWanted(this.#leg, request);
	}
}
