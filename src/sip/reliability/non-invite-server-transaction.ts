import type { Flow } from "../transport/types.ts";
import { type ServerOwner, ServerTransaction } from "./server-transaction.ts";
import type { TransactionContext } from "./transaction-context.ts";

/** RFC 3261 section 17.2.2: trying -- 1xx --> proceeding -- final --> completed -- timer J --> gone. */
export class NonInviteServerTransaction extends ServerTransaction {
	#completed = false;

	constructor(key: string, flow: Flow, context: TransactionContext, owner: ServerOwner) {
		// Timer F has ended the client's side by then, so an answer would be heard by nobody (RFC 4320).
		super(key, flow, context.times.timeout, context, owner);
	}

	override receiveRetransmission(): void {
		this.context.counters.absorbed++;
		this.repeatResponse();
	}

	override respond(status: number, text: string): void {
		if (this.#completed) {
			this.context.counters.unmatched++;
			return;
		}
		if (status >= 200) {
			this.#completed = true;
			this.endAfter(this.reliable ? 0 : this.context.times.timeout);
		}
		this.sendAndKeep(text);
	}
}
