import type { PhoneContext } from "./context.ts";
import type { PhoneCall } from "./phone-call.ts";
import { repeat } from "./retransmitter.ts";
import type { ServerTransaction } from "./server-transaction.ts";

/** A provisional response that is retransmitted until its PRACK comes (RFC 3262). */
export class ReliableProvisional {
	readonly #context: PhoneContext;
	readonly #call: PhoneCall;
	readonly #rack: string;
	#stop: (() => void) | undefined;

	/** @param rseq 1 to 2^31 - 1. */
	constructor(context: PhoneContext, call: PhoneCall, invite: ServerTransaction, rseq: number) {
		this.#context = context;
		this.#call = call;
		this.#rack = `${rseq} ${invite.request.header("cseq") ?? ""}`;
	}

	/**
	 * Retransmits a response that was sent.
	 * @param again sends it once more.
	 * @param giveUp called if no PRACK came within 64 * T1; the INVITE is then refused.
	 */
	begin(again: () => void, giveUp: () => void): void {
		const { t1 } = this.#context.timers;
		this.#context.count(1);
		const cancel = repeat(
			this.#context.clock,
			{ first: t1, longest: Number.POSITIVE_INFINITY, deadline: 64 * t1 },
			() => {
				this.#context.repeated("out");
				again();
			},
			() => {
				this.stop();
				this.#call.fault("no PRACK came to a reliable provisional response");
				giveUp();
			},
		);
		this.#stop = () => {
			cancel();
			this.#context.count(-1);
		};
	}

	/** Whether the PRACK is still due. */
	get waiting(): boolean {
		return this.#stop !== undefined;
	}

	/**
	 * A PRACK has come.
	 * @returns false if it names another response (RFC 3262 section 3: 481).
	 */
	matches(prack: ServerTransaction): boolean {
		const rack = (prack.request.header("rack") ?? "").split(/\s+/).join(" ");
		if (rack === this.#rack) return true;
		this.#call.fault(`PRACK has RAck "${rack}" instead of "${this.#rack}"`);
		return false;
	}

	/** Stops the retransmissions. */
	stop(): void {
		this.#stop?.();
		this.#stop = undefined;
	}
}
