import type { CallLeg, OfferReply, RelayedRequest } from "../sip/leg/types.ts";
import { parseSdp, type SessionDescription } from "../sip/sdp/description.ts";
import { restoreOrder } from "../sip/sdp/local-description.ts";

/** The answer that is awaited from one leg to an offer that came from the other. */
interface AwaitedAnswer {
	readonly from: CallLeg;
	/** Passes the answer on in the ACK to the leg that made the offer. */
	acknowledge(answer: SessionDescription | undefined): void;
}

/** Joins the dialogs of an anchored call: what one phone asks is asked of the other. */
export class Bridge {
	readonly #initiator: CallLeg;
	readonly #destination: CallLeg;
	#awaited: AwaitedAnswer | undefined;

	constructor(initiator: CallLeg, destination: CallLeg) {
		this.#initiator = initiator;
		this.#destination = destination;
	}

	/** Passes a change of the session on, and its answer or refusal back. */
	offered(from: CallLeg, sdp: string | undefined, reply: OfferReply): void {
		if (sdp === undefined) return this.#offerWanted(from, reply);
		const other = this.#other(from);
		const offered = parseSdp(sdp);
		const slotted = offered && other.local?.offer(offered);
		if (!slotted) return reply.refuse(400, "Session description cannot be read");
		other.relayReinvite(slotted.sdp, {
			onAccepted: (answer) => {
				const answered = answer === undefined ? undefined : parseSdp(answer);
				const back = answered && from.local?.answer(restoreOrder(answered, slotted.order, offered));
				if (back) reply.accept(back);
				else reply.refuse(488);
			},
			onRefused: ({ status, reason }) => reply.refuse(status, reason),
		});
	}

	/** The answer of a phone that was given an offer in our 200. */
	answered(from: CallLeg, sdp: string): void {
		const awaited = this.#awaited;
		if (awaited?.from !== from) return;
		this.#awaited = undefined;
		awaited.acknowledge(parseSdp(sdp));
	}

	/** Passes an INFO or MESSAGE on. */
	requested(from: CallLeg, request: RelayedRequest): void {
		this.#other(from).relay(request);
	}

	/** A re-INVITE without offer asks for one: the other phone's, which then waits for its answer. */
	#offerWanted(from: CallLeg, reply: OfferReply): void {
		const other = this.#other(from);
		other.relayReinvite(undefined, {
			onAccepted: (offer, acknowledge) => {
				const offered = offer === undefined ? undefined : parseSdp(offer);
				const slotted = offered && from.local?.offer(offered);
				if (!slotted) {
					acknowledge(undefined);
					return reply.refuse(488);
				}
				this.#awaited = {
					from,
					acknowledge: (answer) =>
						acknowledge(
							answer
								? other.local?.answer(restoreOrder(answer, slotted.order, offered))
								: other.local?.refuse(offer ?? ""),
						),
				};
				reply.accept(slotted.sdp);
			},
			onRefused: ({ status, reason }) => reply.refuse(status, reason),
		});
	}

	#other(leg: CallLeg): CallLeg {
		return leg === this.#initiator ? this.#destination : this.#initiator;
	}
}
