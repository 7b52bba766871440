import { Repeater, type Repeating } from "./repeater.ts";
import { type ReceivedRequest, type ServerOwner, ServerTransaction } from "./server-transaction.ts";
import type { TransactionContext } from "./transaction-context.ts";

/**
 *      proceeding -- 2xx --> accepted -- timer L --> gone
 *         \-- 3xx-6xx --> completed -- ACK --> confirmed -- timer I --> gone
 *                             \-- timer H --> gone
 *
 * - proceeding: a retransmitted INVITE gets the last provisional response.
 * - accepted: a retransmitted INVITE is absorbed; the upper layer retransmits its 2xx itself (RFC 6026).
 * - completed: the refusal is retransmitted (timer G on unreliable flows, and for a retransmitted INVITE).
 * - confirmed: the ACK came; any further messages are absorbed.
 */
type State = "proceeding" | "accepted" | "completed" | "confirmed";

/** RFC 3261 section 17.2.1 and RFC 6026. */
export class InviteServerTransaction extends ServerTransaction implements Repeating {
	#state: State = "proceeding";
	#repeater: Repeater | undefined;

	constructor(request: ReceivedRequest, context: TransactionContext, owner: ServerOwner) {
		super(request, context.times.forgotten, context, owner);
	}

	override receiveRetransmission(): void {
		this.context.counters.absorbed++;
		if (this.#state === "proceeding" || this.#state === "completed") this.repeatResponse();
	}

	/** @returns false if the ACK is not for this transaction: the one to a 2xx is for the upper layer. */
	receiveAck(): boolean {
		if (this.#state === "accepted") return false;
		this.context.counters.absorbed++;
		if (this.#state !== "completed") return true;
		this.#state = "confirmed";
		this.#stopRepeating();
		this.forgetResponse();
		this.endAfter(this.reliable ? 0 : this.context.times.settled);
		return true;
	}

	override respond(status: number, text: string): void {
		if (status < 200 && this.#state === "proceeding") {
			this.sendAndKeep(text);
		} else if (
			status >= 200 &&
			status < 300 &&
			(this.#state === "proceeding" || this.#state === "accepted")
		) {
			if (this.#state === "proceeding") {
				this.#state = "accepted";
				this.forgetResponse();
				this.endAfter(this.context.times.timeout);
			}
			this.send(text);
		} else if (status >= 300 && this.#state === "proceeding") {
			this.#state = "completed";
			this.endAfter(this.context.times.timeout);
			if (!this.reliable) {
				const { clock, times } = this.context;
				this.#repeater = new Repeater(clock, times.t1, times.t2, this);
			}
			this.sendAndKeep(text);
		} else {
			this.context.counters.unmatched++;
		}
	}

	repeat(): void {
		this.repeatResponse();
	}

	override terminate(): void {
		this.#stopRepeating();
		super.terminate();
	}

	#stopRepeating(): void {
		this.#repeater?.stop();
		this.#repeater = undefined;
	}
}
