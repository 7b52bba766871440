import type { CallLeg, OfferReply, RelayedRequest } from "../sip/leg/types.ts";
import { passOffer } from "./exchange.ts";
import { reconcile, restoreSession, settleOffer } from "./restoration.ts";

/** The answer expected from one leg to an offer that came from the other. */
interface AwaitedAnswer {
	readonly from: CallLeg;
	/**
	 * Passes the answer on in the ACK to the leg that made the offer. @param answer undefined when there was
	 * none.
	 */
	acknowledge(answer: string | undefined): void;
}

/** Joins the dialogs of an anchored call: whatever one phone asks for is asked of the other. */
export class Bridge {
	readonly #first: CallLeg;
	readonly #second: CallLeg;
	#awaited: AwaitedAnswer | undefined;

	constructor(first: CallLeg, second: CallLeg) {
		this.#first = first;
		this.#second = second;
	}

	/** The leg that a leg is joined with; undefined for a leg that is not in this bridge. */
	other(leg: CallLeg): CallLeg | undefined {
		if (leg === this.#first) return this.#second;
		return leg === this.#second ? this.#first : undefined;
	}

	/** Passes on a change of the session, and passes its answer or refusal back. */
	offered(from: CallLeg, sdp: string | undefined, reply: OfferReply): void {
		const other = this.other(from);
		// A phone that is not joined yet may try again later.
		if (!other) return reply.refuse(491);
		if (sdp === undefined) return this.#offerWanted(from, other, reply);
		const passed = passOffer(sdp, from, other);
		if (!passed) return reply.refuse(400, "Session description cannot be read");
		let before: string | undefined;
		const offer = (): string => {
			before = other.local?.current;
			return passed.write();
		};
		other.relayReinvite(offer, {
			onAccepted: (answer) => {
				const back = reply.open ? passed.answer(answer) : undefined;
				if (back !== undefined) return reply.accept(back);
				// The phone has withdrawn its offer meanwhile, or cannot be answered: the other one must do
				// without it, too.
				reply.refuse(488);
				if (before !== undefined) restoreSession(other, before, from);
			},
			onRefused: ({ status, reason }) => {
				passed.refused();
				reply.refuse(status, reason);
			},
		});
	}

	/** The answer of a phone that got an offer in our 200. */
	answered(from: CallLeg, sdp: string | undefined): void {
		const awaited = this.#awaited;
		if (awaited?.from !== from) return;
		this.#awaited = undefined;
		awaited.acknowledge(sdp);
	}

	/** A phone has answered our refresh, perhaps from another address than before. */
	refreshed(from: CallLeg, sdp: string): void {
		const other = this.other(from);
		if (other) reconcile(from, sdp, other);
	}

	/** Passes on an INFO or MESSAGE. */
	requested(from: CallLeg, request: RelayedRequest): void {
		const other = this.other(from);
		if (other) other.relay(request);
		else request.reply(481);
	}

	/**
	 * A re-INVITE without an offer asks for one: we get it from the other phone, which then waits for its
	 * answer.
	 */
	#offerWanted(from: CallLeg, other: CallLeg, reply: OfferReply): void {
		other.relayReinvite(undefined, {
			onAccepted: (offer, acknowledge) => {
				if (!reply.open) return settleOffer(offer, acknowledge, other, from);
				const passed = passOffer(offer, other, from);
				if (!passed) {
					acknowledge(undefined);
					return reply.refuse(488);
				}
				this.#awaited = {
					from,
					acknowledge: (answer) => {
						const back = passed.answer(answer);
						if (back !== undefined) return acknowledge(back);
						// Without an answer nothing has been agreed: the earlier agreement stands.
						passed.refused();
						settleOffer(offer, acknowledge, other, from);
					},
				};
				reply.accept(passed.write());
			},
			onRefused: ({ status, reason }) => reply.refuse(status, reason),
		});
	}
}
