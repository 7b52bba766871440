import type { QueuedTimer, TimedTask } from "../../time/queued-clock.ts";
import type { IncomingResponseMessage } from "../sipjs/core.ts";
import type { Flow } from "../transport/types.ts";
import { Repeater, type Repeating } from "./repeater.ts";
import {
	isLost,
	repeatRequest,
	type SentRequest,
	type TransactionContext,
	unansweredLoss,
} from "./transaction-context.ts";
import type { RequestLoss } from "./types.ts";

/**
 *      trying -- 1xx --> proceeding -- final, timer F --> gone
 *      trying -- final, timer F, closed, unreachable --> gone
 *
 * The request is retransmitted (timer E); in proceeding every T2. Until timer K the layer absorbs
 * retransmitted final responses.
 */
type State = "trying" | "proceeding";

/** What such a transaction needs from the layer. */
export interface RequestOwner {
	/** It has been retransmitted for the first time. */
	repeated(transaction: NonInviteClientTransaction): void;
	/** The transaction is over. */
	remove(transaction: NonInviteClientTransaction): void;
	/** It is over, but its final response may be retransmitted until timer K. */
	bury(transaction: NonInviteClientTransaction): void;
}

/** RFC 3261 section 17.1.2, below a user that assumes a reliable transport. */
export class NonInviteClientTransaction implements Repeating, TimedTask {
	readonly key: string;
	readonly method: string;
	readonly #context: TransactionContext;
	readonly #owner: RequestOwner;
	readonly #lost: ((loss: RequestLoss) => void) | undefined;
	readonly flow: Flow;
	readonly #isInDialog: boolean;
	#state: State = "trying";
	#repeater: Repeater | undefined;
	readonly #text: string;
	readonly #sentAt: number;
	readonly #deadline: QueuedTimer;

	/** @throws {TransportError} when the request cannot be sent. */
	constructor(request: SentRequest, context: TransactionContext, owner: RequestOwner) {
		const { key, text, flow, lost } = request;
		this.key = key;
		this.method = request.method;
		this.#context = context;
		this.#owner = owner;
		this.#lost = lost;
		this.flow = flow;
		this.#isInDialog = request.isInDialog;
		this.#text = text;
		flow.send(text);
		const { clock, times } = context;
		if (!flow.reliable) this.#repeater = new Repeater(clock, times.t1, times.t2, this);
		this.#sentAt = clock.now();
		this.#deadline = clock.start(times.timeout, this);
	}

	repeat(count: number): void {
		if (count === 1) this.#owner.repeated(this);
		repeatRequest(this.#context, this.flow, this.#text);
	}

	receive(response: IncomingResponseMessage, flow: Flow): boolean {
		if ((response.statusCode ?? 0) < 200) {
			this.#state = "proceeding";
			this.#repeater?.slowDown();
		} else {
			this.#stop();
			if (this.flow.reliable) this.#owner.remove(this);
			else this.#owner.bury(this);
		}
		return this.#context.user.onResponse(response, flow);
	}

	/** Its connection has closed (RFC 3261 section 17.1.4). */
	flowClosed(): void {
		if (this.#state === "trying") this.#fail("closed");
		else if (this.#state === "proceeding") this.#lost?.("interrupted");
	}

	/** A datagram to its peer did not arrive (RFC 3261 section 18.4). */
	unreachable(): void {
		if (this.#state === "trying" && isLost(this.#isInDialog, this.#repeater)) this.#fail("unreachable");
	}

	/** The upper layer has given up. */
	abandon(): void {
		this.terminate();
	}

	/** Ends it at once. */
	terminate(): void {
		this.#stop();
		this.#owner.remove(this);
	}

	/** Its deadline has passed. */
	due(): void {
		const answered = this.#state === "proceeding";
		this.terminate();
		this.#lost?.(answered ? "timeout" : unansweredLoss(this.flow, this.#sentAt));
	}

	#fail(loss: RequestLoss): void {
		this.terminate();
		this.#lost?.(loss);
	}

	#stop(): void {
		this.#repeater?.stop();
		this.#repeater = undefined;
		this.#deadline.stop();
	}
}
