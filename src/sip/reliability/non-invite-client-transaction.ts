import type { IncomingResponseMessage } from "sip.js/lib/core/index.js";
import type { Flow } from "../transport/types.ts";
import { Repeater } from "./repeater.ts";
import { sendAgain, type TransactionContext } from "./transaction-context.ts";

/**
 *      trying -- 1xx --> proceeding -- final --> completed -- timer K --> gone
 *         \------------------ final ----------------^
 *      trying, proceeding -- timer F --> gone
 *
 * - trying, proceeding: the request is repeated (timer E); in proceeding every T2.
 * - completed: answered; repeated final responses are absorbed.
 */
type State = "trying" | "proceeding" | "completed";

/** RFC 3261 section 17.1.2, below a user that assumes a reliable transport. */
export class NonInviteClientTransaction {
	readonly key: string;
	readonly #context: TransactionContext;
	readonly #remove: (transaction: NonInviteClientTransaction) => void;
	readonly #reliable: boolean;
	#state: State = "trying";
	#repeater: Repeater | undefined;
	#stopDeadline: () => void;

	/** @throws {TransportError} when the request cannot be sent. */
	constructor(
		key: string,
		request: string,
		flow: Flow,
		context: TransactionContext,
		remove: (transaction: NonInviteClientTransaction) => void,
	) {
		this.key = key;
		this.#context = context;
		this.#remove = remove;
		this.#reliable = flow.reliable;
		flow.send(request);
		const { clock, times } = context;
		if (!flow.reliable) {
			this.#repeater = new Repeater(clock, times.t1, times.t2, () => sendAgain(context, flow, request));
		}
		this.#stopDeadline = clock.after(times.timeout, () => this.terminate());
	}

	receive(response: IncomingResponseMessage, flow: Flow): void {
		if (this.#state === "completed") {
			this.#context.counters.absorbed++;
			return;
		}
		if ((response.statusCode ?? 0) < 200) {
			this.#state = "proceeding";
			this.#repeater?.slowDown();
		} else {
			this.#state = "completed";
			this.#stop();
			if (this.#reliable) this.#remove(this);
			else
				this.#stopDeadline = this.#context.clock.after(this.#context.times.settled, () => this.terminate());
		}
		this.#context.user.onResponse(response, flow);
	}

	/** Ends it at once. */
	terminate(): void {
		this.#stop();
		this.#remove(this);
	}

	/** Lets go of the request too, which the repetition holds. */
	#stop(): void {
		this.#repeater?.stop();
		this.#repeater = undefined;
		this.#stopDeadline();
	}
}
