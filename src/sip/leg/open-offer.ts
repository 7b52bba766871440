import type { IncomingRequestMessage } from "sip.js/lib/core/index.js";

/** Refuses the request that made an offer. */
export type RefuseOffer = (status: number, reason?: string) => void;

/**
 * The phone's offer in a dialog while it has no answer: one at a time (RFC 3264 section 4), and each
 * gets exactly one final response.
 */
export class OpenOffer {
	#request: IncomingRequestMessage | undefined;
	#refuse: RefuseOffer | undefined;

	/** True while the phone waits for an answer. */
	get open(): boolean {
		return this.#request !== undefined;
	}

	/**
	 * Takes an offer; none may be open.
	 * @returns runs the step that answers it, unless it is answered.
	 */
	begin(request: IncomingRequestMessage, refuse: RefuseOffer): (step: () => void) => void {
		this.#request = request;
		this.#refuse = refuse;
		return (step) => {
			if (this.#request !== request) return;
			this.#request = undefined;
			step();
		};
	}

	/** Whether a CANCEL takes back the re-INVITE that is open; it has no effect on any other method (RFC 3261 section 9.2). */
	isCancelledBy({ viaBranch, cseq }: IncomingRequestMessage): boolean {
		const open = this.#request;
		return open?.method === "INVITE" && open.viaBranch === viaBranch && open.cseq === cseq;
	}

	/** Refuses the one that is open: it was cancelled, or the dialog ends (RFC 3261 section 15.1.2). */
	terminate(): void {
		if (!this.#request) return;
		this.#request = undefined;
		this.#refuse?.(487);
	}
}
