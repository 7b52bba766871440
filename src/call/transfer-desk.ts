import type { CallLeg, TransferRequest } from "../sip/leg/types.ts";
import type { Bridge } from "./bridge.ts";
import { type Handover, Takeover } from "./takeover.ts";
import { Transfer, type TransferListener, type TransferOptions } from "./transfer.ts";

/** One of our calls, as named by a Replaces value. */
export interface NamedCall {
	/** Gives up the phone that talks to the named one; undefined while it cannot. */
	handOver(): Handover | undefined;
}

export interface TransferDeskOptions {
	/** The phones that are connected now. */
	bridge(): Bridge | undefined;
	/** What a transfer to a phone that is yet to be called needs, besides who asks and who stays. */
	order(remaining: CallLeg): Omit<TransferOptions, "request" | "transferor" | "remaining">;
	/** Our call, if any, in which a phone has the dialog that a Replaces value names (RFC 3891). */
	callOf(replaces: string): NamedCall | undefined;
	/** A phone has taken another one's place; the other one gets a BYE. */
	replaced(transferor: CallLeg, by: CallLeg): void;
	/** A phone has left for another call. */
	handedOver(leg: CallLeg): void;
	/** Nobody is left to talk to. */
	deserted(): void;
	note(text: string): void;
}

/**
 * The transfers of one call: a phone asks for another phone to take its place, or for another call to take
 * over the phone it talks to. Only one runs at a time.
 */
export class TransferDesk {
	readonly #options: TransferDeskOptions;
	#transfer: Transfer | Takeover | undefined;
	#handover: Handover | undefined;
	/** The phone that asked, which may leave before it is done. */
	#transferor: CallLeg | undefined;

	constructor(options: TransferDeskOptions) {
		this.#options = options;
	}

	/** True while something else controls the phones' media: they cannot change it now. */
	get changingMedia(): boolean {
		return this.#handover !== undefined || this.#transfer?.changingMedia === true;
	}

	/** Whether a phone may leave without ending the call: it has asked to be replaced. */
	excuses(leg: CallLeg): boolean {
		return (this.#transfer !== undefined || this.#handover !== undefined) && leg === this.#transferor;
	}

	/** A phone wants another one in its place. */
	wanted(transferor: CallLeg, request: TransferRequest): void {
		const { bridge, order, callOf, note } = this.#options;
		const remaining = bridge()?.other(transferor);
		if (this.#transfer || this.#handover) return request.reject(491);
		if (!remaining) return request.reject(403);
		const named = request.replaces === undefined ? undefined : callOf(request.replaces);
		const listener: TransferListener = {
			onJoined: (leg) => this.#done(transferor, leg),
			onFailed: (status) => this.#failed(transferor, status),
		};
		if (!named) {
			this.#transfer = new Transfer({ ...order(remaining), request, transferor, remaining }, listener);
			note(`transfer to ${request.target.toString()}`);
		} else {
			const handover = named.handOver();
			// Its phones are not connected, or busy with a transfer of their own: the sender may try again.
			if (!handover) return request.reject(480);
			if (handover.leg === remaining) {
				handover.cancel();
				return request.reject(403);
			}
			this.#transfer = new Takeover({ request, remaining, handover }, listener);
			note("transfer to another call");
		}
		this.#transferor = transferor;
		this.#transfer.start();
	}

	/**
	 * Gives up the phone that talks to another one to another call.
	 *
	 * @param replaced the other one, which asked for it in that call.
	 */
	handOver(replaced: CallLeg): Handover | undefined {
		const { bridge, handedOver, deserted, note } = this.#options;
		const leg = bridge()?.other(replaced);
		if (!leg || this.#transfer || this.#handover) return undefined;
		const handover: Handover = {
			leg,
			complete: () => {
				this.#handover = undefined;
				note("handed over to another call");
				handedOver(leg);
			},
			cancel: () => {
				this.#handover = undefined;
				if (replaced.state !== "confirmed") deserted();
			},
		};
		this.#handover = handover;
		this.#transferor = replaced;
		return handover;
	}

	/** The call is over. */
	cancel(): void {
		this.#transfer?.cancel();
	}

	#done(transferor: CallLeg, leg: CallLeg): void {
		this.#transfer = undefined;
		this.#options.replaced(transferor, leg);
		this.#options.note("transferred");
	}

	#failed(transferor: CallLeg, status: number): void {
		this.#transfer = undefined;
		this.#options.note(`transfer failed: ${status}`);
		// Nobody is left to talk to if the phone that asked has gone meanwhile.
		if (transferor.state !== "confirmed") this.#options.deserted();
	}
}
