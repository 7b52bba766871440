import type { Clock } from "../../time/clock.ts";
import type { TimerValues } from "../reliability/types.ts";
import type { IncomingRequestMessage } from "../sipjs/core.ts";

/** Refuses the request that made an offer. */
export type RefuseOffer = (status: number, reason?: string) => void;

/** A request of the phone that waits for its answer. */
export interface OpenRequest {
	/** False once it has got its final response. */
	readonly open: boolean;
	/** Runs the step that sends the final response, unless there was one. */
	finish(step: () => void): void;
}

/**
 * The phone's unanswered offer in a dialog: one at a time (RFC 3264 section 4), and each gets exactly one
 * final response.
 */
export class OpenOffer {
	readonly #clock: Clock;
	readonly #limit: number;
	#request: IncomingRequestMessage | undefined;
	#refuse: RefuseOffer | undefined;
	#stopTimer: (() => void) | undefined;

	constructor(clock: Clock, { t1 }: TimerValues) {
		this.#clock = clock;
		// The phone's timer F ends an UPDATE after 64*T1, and the answer must arrive before that.
		this.#limit = 60 * t1;
	}

	/** True while the phone waits for an answer. */
	get open(): boolean {
		return this.#request !== undefined;
	}

	/** Takes an offer; none may be open. */
	begin(request: IncomingRequestMessage, refuse: RefuseOffer): OpenRequest {
		this.#request = request;
		this.#refuse = refuse;
		// An UPDATE does not wait for people, as a re-INVITE may (RFC 3311 section 5.2).
		if (request.method === "UPDATE")
			this.#stopTimer = this.#clock.after(this.#limit, () => this.terminate(504));
		const isOpen = (): boolean => this.#request === request;
		return {
			get open() {
				return isOpen();
			},
			finish: (step) => {
				if (!isOpen()) return;
				this.#close();
				step();
			},
		};
	}

	/**
	 * Whether a CANCEL is for the open re-INVITE; it has no effect on any other method (RFC 3261 section
	 * 9.2).
	 */
	isCancelledBy({ viaBranch, cseq }: IncomingRequestMessage): boolean {
		const open = this.#request;
		return open?.method === "INVITE" && open.viaBranch === viaBranch && open.cseq === cseq;
	}

	/**
	 * Refuses the open one: by default because it was cancelled, or the dialog ends (RFC 3261 section
	 * 15.1.2).
	 */
	terminate(status = 487): void {
		if (!this.#request) return;
		const refuse = this.#refuse;
		this.#close();
		refuse?.(status);
	}

	#close(): void {
		this.#request = undefined;
		this.#refuse = undefined;
		this.#stopTimer?.();
		this.#stopTimer = undefined;
	}
}
