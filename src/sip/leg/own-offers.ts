import type { LocalDescription } from "../sdp/local-description.ts";
import type { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import type { DialogOwner } from "./dialog-owner.ts";
import type { LegDialog } from "./leg-dialog.ts";
import { isGone, Reinvitation, type ReinviteOrigin } from "./reinvitation.ts";
import type { SessionTimer } from "./session-timer.ts";
import type { ProbeOutcome, Refusal, ReinviteListener } from "./types.ts";

/** The dialog in which we make offers. */
export interface OfferingDialog {
	readonly owner: DialogOwner;
	readonly sessionTimer: SessionTimer;
	/** True once it has ended for the phone, or is about to. */
	readonly over: boolean;
	/** What is open of the phone's own offer. */
	inTheWay(): "answer" | "ACK" | undefined;
	/** The phone may have moved. */
	refreshTarget(message: IncomingRequestMessage | IncomingResponseMessage): void;
	/** The phone has left it. */
	fail(): void;
	/** Nothing is in progress and nothing waits. */
	offersDone(): void;
}

/** Our re-INVITEs in a dialog: those that the call wants, and those that change nothing. Lives while there are any. */
export class OwnOffers {
	readonly #user: OfferingDialog;
	readonly #local: LocalDescription;
	readonly #reinvitation: Reinvitation;
	/** Whether the phone is being told our new address. */
	#relocating = false;
	/** Whether the phone failed to answer that, which does not end the call. */
	#silenceForgiven = false;

	constructor(user: OfferingDialog, dialog: LegDialog, local: LocalDescription) {
		this.#user = user;
		this.#local = local;
		const { clock, timers } = user.owner;
		const { sessionTimer } = user;
		this.#reinvitation = new Reinvitation({
			dialog,
			clock,
			timers,
			headers: () => sessionTimer.headers(),
			raiseInterval: (refusal) => sessionTimer.raise(refusal),
			inTheWay: () => user.inTheWay(),
			onAccepted: (message) => {
				user.refreshTarget(message);
				sessionTimer.start(message, "uac");
			},
			onDead: ({ status }) => {
				const forgiven = this.#silenceForgiven && status === 408;
				this.#silenceForgiven = false;
				if (!forgiven) user.fail();
			},
			refuse: (offer) => local.refuse(offer),
			onIdle: () => user.offersDone(),
		});
	}

	/** True while our re-INVITE has no final response. */
	get pending(): boolean {
		return this.#reinvitation.pending;
	}

	/** True while one waits to be sent, or sent again. */
	get waiting(): boolean {
		return this.#reinvitation.waiting;
	}

	/** See {@link Reinvitation.send}. */
	send(offer: (() => string) | undefined, listener: ReinviteListener, origin: ReinviteOrigin): void {
		this.#reinvitation.send(offer, listener, origin);
	}

	/** The phone's exchange is over. @param agreed false if it was refused. */
	unblocked(agreed: boolean): void {
		this.#reinvitation.unblocked(agreed);
	}

	close(): void {
		this.#reinvitation.close();
	}

	/** Refreshes the session (RFC 4028). @param failed called if that fails; `alive` if it was the phone that refused. */
	refresh(failed: (alive: boolean) => void): void {
		this.#restate(
			() => {},
			({ local }) => failed(!local),
		);
	}

	/**
	 * Tells the phone our new address by a target refresh. A phone that cannot be reached just now may be
	 * reachable later, so its silence does not end the call.
	 */
	relocate(told: () => void): void {
		if (this.#relocating) return;
		this.#relocating = true;
		this.#restate(
			() => {
				this.#relocating = false;
				told();
			},
			({ status }) => {
				this.#relocating = false;
				this.#silenceForgiven = status === 408;
			},
		);
	}

	/** See `CallLeg.probe`. */
	probe(settled: (outcome: ProbeOutcome) => void): void {
		this.#restate(
			() => settled("taken"),
			({ status }) => {
				if (isGone(status) && !this.#user.over) settled("gone");
				else settled(status === 491 || (status >= 500 && status < 600) ? "busy" : "refused");
			},
		);
	}

	/** Sends a re-INVITE that leaves the session unchanged. */
	#restate(accepted: () => void, onRefused: (refusal: Refusal) => void): void {
		const onAccepted = (sdp: string | undefined): void => {
			accepted();
			if (sdp !== undefined) this.#user.owner.listener?.onRefreshed(sdp);
		};
		this.send(() => this.#local.restate(), { onAccepted, onRefused }, "own");
	}
}
