import { type ReceivedRequest, type ServerOwner, ServerTransaction } from "./server-transaction.ts";
import type { TransactionContext } from "./transaction-context.ts";

/**
 * RFC 3261 section 17.2.2: trying -- 1xx --> proceeding -- final --> gone. The layer keeps the final response
 * until timer J.
 */
export class NonInviteServerTransaction extends ServerTransaction {
	constructor(request: ReceivedRequest, context: TransactionContext, owner: ServerOwner) {
		// By then timer F has ended the client's side, so nobody would see an answer (RFC 4320).
		super(request, context.times.timeout, context, owner);
	}

	override receiveRetransmission(): void {
		this.context.counters.absorbed++;
		this.repeatResponse();
	}

	override respond(status: number, text: string): void {
		if (status < 200) {
			this.sendAndKeep(text);
		} else if (this.reliable) {
			this.terminate();
			this.send(text);
		} else {
			this.sendAndBury(text);
		}
	}
}
