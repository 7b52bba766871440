import type { Clock } from "../../time/clock.ts";
import type { TimerValues } from "../reliability/types.ts";
import type { LocalDescription } from "../sdp/local-description.ts";
import type { IncomingRequestMessage, IncomingResponseMessage } from "../sipjs/core.ts";
import type { DialogOwner } from "./dialog-owner.ts";
import type { LegDialog } from "./leg-dialog.ts";
import { isGone, Reinvitation, type ReinvitationUser, type ReinviteOrigin } from "./reinvitation.ts";
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
export class OwnOffers implements ReinvitationUser {
	readonly #user: OfferingDialog;
	readonly dialog: LegDialog;
	readonly #local: LocalDescription;
	readonly #reinvitation: Reinvitation;
	/** Whether the phone is being told our new address. */
	#relocating = false;
	/** Whether the phone failed to answer that, which does not end the call. */
	#silenceForgiven = false;

	constructor(user: OfferingDialog, dialog: LegDialog, local: LocalDescription) {
		this.#user = user;
		this.dialog = dialog;
		this.#local = local;
		this.#reinvitation = new Reinvitation(this);
	}

	get clock(): Clock {
		return this.#user.owner.clock;
	}

	get timers(): TimerValues {
		return this.#user.owner.timers;
	}

	headers(): string[] {
		return this.#user.sessionTimer.headers();
	}

	raiseInterval(refusal: IncomingResponseMessage): boolean {
		return this.#user.sessionTimer.raise(refusal);
	}

	inTheWay(): "answer" | "ACK" | undefined {
		return this.#user.inTheWay();
	}

	onAccepted(message: IncomingResponseMessage): void {
		this.#user.refreshTarget(message);
		this.#user.sessionTimer.start(message, "uac");
	}

	onDead({ status }: Refusal): void {
		const forgiven = this.#silenceForgiven && status === 408;
		this.#silenceForgiven = false;
		if (!forgiven) this.#user.fail();
	}

	refuse(offer: string): string | undefined {
		return this.#local.refuse(offer);
	}

	onIdle(): void {
		this.#user.offersDone();
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
