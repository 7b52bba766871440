import type { LocalDescription } from "./local-description.ts";
import { answerDirection } from "./local-description.ts";
import { type Description, readDescription } from "./sdp.ts";

/** The state of a dialog's offer/answer exchange (RFC 3264). */
type ExchangeState =
	/** Nothing is open. */
	| "idle"
	/** We offered and wait for the answer. */
	| "offered"
	/** The peer offered and waits for our answer. */
	| "asked";

/** The offer/answer exchanges of one dialog, and the peer's faults in them. */
export class OfferAnswer {
	readonly local: LocalDescription;
	readonly #fault: (text: string) => void;
	#state: ExchangeState = "idle";
	#agreed: Description | undefined;
	/** The peer's latest description, agreed or not. */
	#seen: Description | undefined;
	#ourOffer: Description | undefined;
	#ourText = "";

	constructor(local: LocalDescription, fault: (text: string) => void) {
		this.local = local;
		this.#fault = fault;
	}

	get state(): ExchangeState {
		return this.#state;
	}

	/** The peer's description of the last completed exchange. */
	get remote(): Description | undefined {
		return this.#agreed;
	}

	/** The latest description sent; empty before the first. */
	get localText(): string {
		return this.#ourText;
	}

	/** Builds an offer with the current wish. */
	makeOffer(): string {
		this.#state = "offered";
		this.#ourText = this.local.offer();
		this.#ourOffer = readDescription(this.#ourText);
		return this.#ourText;
	}

	/** Takes the peer's offer; call `makeAnswer` or `withdraw` next. */
	takeOffer(body: string): void {
		this.#inspect(body);
		this.#state = "asked";
	}

	/** Checks an offer in a request that is refused whatever it offers. */
	refuseOffer(body: string): void {
		if (body !== "") this.#inspect(body);
	}

	/** @returns undefined if nothing in the offer suits us; the request is then refused with 488. */
	makeAnswer(): string | undefined {
		const offer = this.#seen;
		const answer = offer === undefined ? undefined : this.local.answer(offer);
		if (answer === undefined) return undefined;
		this.#state = "idle";
		this.#agreed = offer;
		this.#ourText = answer;
		return answer;
	}

	/** Takes the peer's answer to our offer and compares the two. */
	takeAnswer(body: string): void {
		const answer = this.#inspect(body);
		const offer = this.#ourOffer;
		this.#state = "idle";
		this.#agreed = answer;
		if (offer === undefined) {
			this.#fault("SDP answer without an offer");
			return;
		}
		if (answer.media.length !== offer.media.length) {
			this.#fault(`SDP answer has ${answer.media.length} m-lines, the offer had ${offer.media.length}`);
		}
		offer.media.forEach((line, index) => {
			const reply = answer.media[index];
			if (reply === undefined || reply.port === 0) return;
			if (line.port === 0) this.#fault(`SDP answer takes up the disabled m-line ${index + 1}`);
			if (reply.kind !== line.kind || reply.protocol !== line.protocol) {
				this.#fault(`SDP answer has another medium in m-line ${index + 1}: ${reply.kind} ${reply.protocol}`);
			}
			const [tag] = line.cryptos[0]?.split(" ") ?? [];
			if (tag !== undefined && !reply.cryptos.some((value) => value.startsWith(`${tag} `)))
				this.#fault(`SDP answer has no key for m-line ${index + 1}`);
			if (answerDirection(line.direction, reply.direction) !== reply.direction) {
				this.#fault(`SDP answer is ${reply.direction} although the offer was ${line.direction}`);
			}
		});
	}

	/** Forgets the open exchange: the request that carried it was refused (RFC 3261 section 14.1). */
	withdraw(): void {
		this.#state = "idle";
	}

	/** Parses the peer's description and compares it with the previous one. */
	#inspect(body: string): Description {
		const next = readDescription(body);
		for (const defect of next.defects) this.#fault(defect);
		const last = this.#seen;
		if (last !== undefined) this.#compare(last, next);
		this.#seen = next;
		return next;
	}

	#compare(last: Description, next: Description): void {
		const { origin } = next;
		const same = (name: "user" | "id" | "address") => origin[name] === last.origin[name];
		if (!same("user") || !same("id") || !same("address")) {
			this.#fault(`SDP origin changed within the dialog from ${show(last)} to ${show(next)}`);
			return;
		}
		if (next.media.length < last.media.length) {
			this.#fault(`SDP has ${next.media.length} m-lines where there were ${last.media.length}`);
		}
		// A description counts whether it was accepted or refused: the phone has seen it.
		if (origin.version === last.origin.version) {
			if (next.content !== last.content) this.#fault(`SDP changed but its version stayed ${origin.version}`);
		} else if (origin.version !== last.origin.version + 1n) {
			this.#fault(`SDP version went from ${last.origin.version} to ${origin.version} instead of up by one`);
		}
	}
}

function show({ origin }: Description): string {
	return `"${origin.user} ${origin.id} ${origin.address}"`;
}
