import { Registry } from "../../registry.ts";
import type { Clock } from "../../time/clock.ts";
import { ExpiringMap } from "../../time/expiring-map.ts";
import type { OutgoingSummary } from "../message/writer.ts";
import type { IncomingResponseMessage } from "../sipjs/core.ts";
import type { Flow } from "../transport/types.ts";
import { InviteClientTransaction } from "./invite-client-transaction.ts";
import { NonInviteClientTransaction } from "./non-invite-client-transaction.ts";
import type { AckKeeper, PastInvite } from "./past-invite.ts";
import { MAX_PAST, MAX_PAST_LENGTH, type TransactionContext } from "./transaction-context.ts";
import { clientKey, dialogKey } from "./transaction-key.ts";
import type { RequestLoss } from "./types.ts";

type ClientTransaction = InviteClientTransaction | NonInviteClientTransaction;

/** The requests that we have sent: those that wait for a final response, and what is left of the others. */
export class ClientTransactions {
	readonly #context: TransactionContext;
	readonly #open = new Registry<ClientTransaction>();
	/**
	 * Those that wait for a final response, by the flow whose failure concerns them: all on a stream, and
	 * those on datagrams that were retransmitted.
	 */
	readonly #waiting = new Map<Flow, Registry<ClientTransaction>>();
	/** Finished ones whose final responses may be retransmitted. */
	readonly #pastInvites: ExpiringMap<PastInvite>;
	/** The methods of others, likewise. */
	readonly #pastRequests: ExpiringMap<string>;
	/** Which INVITE an ACK to a 2xx belongs to, by dialog key. */
	readonly #expectedAcks: ExpiringMap<AckKeeper>;
	readonly #inviteOwner = {
		expectAck: (dialog: string, keeper: AckKeeper) => this.#expectedAcks.set(dialog, keeper),
		repeated: (transaction: ClientTransaction) => this.#await(transaction),
		forgetAck: (dialog: string) => this.#expectedAcks.delete(dialog),
		remove: (transaction: InviteClientTransaction) => this.#remove(transaction),
		bury: (transaction: InviteClientTransaction, past: PastInvite, since: number) => {
			this.#remove(transaction);
			this.#pastInvites.add(transaction.key, past, since);
		},
	};
	readonly #requestOwner = {
		repeated: (transaction: ClientTransaction) => this.#await(transaction),
		remove: (transaction: NonInviteClientTransaction) => this.#remove(transaction),
		bury: (transaction: NonInviteClientTransaction) => {
			this.#remove(transaction);
			this.#pastRequests.add(transaction.key, transaction.method);
		},
	};

	/** @param clock for finished transactions; the timers of the others use the context's clock. */
	constructor(context: TransactionContext, clock: Clock) {
		this.#context = context;
		const { timeout, settled } = context.times;
		this.#pastInvites = new ExpiringMap(clock, timeout, MAX_PAST, {
			limit: MAX_PAST_LENGTH,
			weigh: (past) => past.length,
		});
		this.#pastRequests = new ExpiringMap(clock, settled);
		this.#expectedAcks = new ExpiringMap(clock, timeout);
	}

	/** How many there are, including finished ones whose responses may be retransmitted. */
	get size(): number {
		return this.#open.size + this.#pastInvites.size + this.#pastRequests.size;
	}

	/**
	 * Sends a request or an ACK; see `TransactionLayer.sendRequest`.
	 * @throws {TransportError} when it cannot be sent; nothing is retransmitted then.
	 */
	send(text: string, flow: Flow, summary: OutgoingSummary, lost?: (loss: RequestLoss) => void): void {
		const { method, branch, callId, cseq, toTag } = summary;
		if (method === "ACK") {
			this.#sendAck(text, branch, dialogKey(callId, cseq, toTag), flow);
			return;
		}
		const key = clientKey(branch, method);
		this.#open.get(key)?.terminate();
		const request = { key, method, text, flow, isInDialog: toTag !== undefined, lost };
		if (method === "INVITE") {
			this.#pastInvites.delete(key);
			this.#add(new InviteClientTransaction(request, this.#context, this.#inviteOwner));
			return;
		}
		this.#add(new NonInviteClientTransaction(request, this.#context, this.#requestOwner));
		if (method === "CANCEL") this.#inviteOf(branch)?.cancelled();
	}

	/** See `TransactionLayer.resumeInvite`. */
	resume(text: string, flow: Flow, { branch, toTag }: OutgoingSummary): void {
		const key = clientKey(branch, "INVITE");
		if (this.#open.has(key)) return;
		const isInDialog = toTag !== undefined;
		const sentBefore = true;
		const request = { key, method: "INVITE", text, flow, isInDialog, lost: undefined, sentBefore } as const;
		this.#add(new InviteClientTransaction(request, this.#context, this.#inviteOwner));
	}

	/** Stops waiting for the final response to a request; a late 2xx to an INVITE is still passed up. */
	abandon(branch: string, method: string): void {
		this.#open.get(clientKey(branch, method))?.abandon();
	}

	/** A stream has closed: requests that wait for their answers on it are lost (RFC 3261 section 17.1.4). */
	flowClosed(flow: Flow): void {
		const waiting = this.#waiting.get(flow);
		this.#waiting.delete(flow);
		for (const transaction of waiting?.values() ?? []) transaction.flowClosed();
	}

	/** See `TransactionLayer.flowUnreachable`. */
	flowUnreachable(flow: Flow): void {
		for (const transaction of this.#waiting.get(flow)?.values() ?? []) transaction.unreachable();
	}

	/** Handles a response; see `TransactionLayer.receiveResponse`. */
	receive(response: IncomingResponseMessage, flow: Flow): boolean {
		const { method, viaBranch } = response;
		const key = clientKey(viaBranch, method);
		const transaction = this.#open.get(key);
		if (transaction?.method === method) return transaction.receive(response, flow);
		const past = method === "INVITE" ? this.#pastInvites.get(key) : undefined;
		if (past) {
			const dialog = past.receive(response, flow, this.#context);
			if (dialog === undefined) return true;
			this.#expectedAcks.set(dialog, past);
			return this.#context.user.onResponse(response, flow);
		}
		if (this.#pastRequests.get(key) === method) {
			this.#context.counters.absorbed++;
			return true;
		}
		if (!this.#context.user.onUnmatched?.(response, flow)) this.#dropped(response, flow);
		return true;
	}

	/** Drops all of them; their timers are not stopped. */
	clear(): void {
		this.#open.clear();
		this.#waiting.clear();
		this.#pastInvites.clear();
		this.#pastRequests.clear();
		this.#expectedAcks.clear();
	}

	#dropped({ statusCode, method }: IncomingResponseMessage, { remote }: Flow): void {
		this.#context.counters.unmatched++;
		this.#context.log.debug(
			() => `Response ${statusCode} to ${method} from ${remote.address} dropped: no such request`,
		);
	}

	#sendAck(text: string, branch: string, dialog: string, flow: Flow): void {
		// The ACK to a refusal has its INVITE's branch, the ACK to a 2xx has its own (section 17.1.1.3).
		const refused = this.#inviteOf(branch);
		if (refused) {
			refused.acknowledgeRefusal(text, flow);
			return;
		}
		const answered = this.#expectedAcks.get(dialog);
		this.#expectedAcks.delete(dialog);
		if (answered) answered.acknowledgeAnswer(dialog, text, flow);
		else flow.send(text);
	}

	#inviteOf(branch: string): InviteClientTransaction | undefined {
		const transaction = this.#open.get(clientKey(branch, "INVITE"));
		return transaction instanceof InviteClientTransaction ? transaction : undefined;
	}

	#add(transaction: ClientTransaction): void {
		this.#open.set(transaction.key, transaction);
		if (transaction.flow.reliable) this.#await(transaction);
	}

	#await(transaction: ClientTransaction): void {
		const { key, flow } = transaction;
		let others = this.#waiting.get(flow);
		if (!others) {
			others = new Registry();
			this.#waiting.set(flow, others);
		}
		others.set(key, transaction);
	}

	#remove(transaction: ClientTransaction): void {
		const { key, flow } = transaction;
		if (this.#open.get(key) === transaction) this.#open.delete(key);
		const others = this.#waiting.get(flow);
		if (others?.get(key) !== transaction) return;
		others.delete(key);
		if (others.size === 0) this.#waiting.delete(flow);
	}
}
