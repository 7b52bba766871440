import type { WallClock } from "../../time/wall-clock.ts";
import type { LocalDescription } from "../sdp/local-description.ts";
import type { SoundPlace } from "../sdp/sound.ts";
import type { URI } from "../sipjs/grammar.ts";
import type { LegRecord } from "./leg-record.ts";

/**
 * The life of a leg:
 *
 *     idle ──▶ calling ──▶ answered ──▶ confirmed ──▶ leaving ──▶ ended
 *                 │            └───────────────────────▲  │         ▲
 *                 └──── end() ─────────────────────────┘  └─────────┤
 *                 └──── refused, BYE, failure ──────────────────────┘
 *
 * - calling: an INVITE is out, or its next target is being looked up.
 * - answered: a 2xx has arrived, the ACK is owed.
 * - confirmed: the ACK is out, the dialog is alive.
 * - leaving: our CANCEL or BYE is out and its transaction is not over.
 * - ended: nothing of the dialog is left.
 *
 * A leg restored from a record begins where that says.
 */
export type LegState = "idle" | "calling" | "answered" | "confirmed" | "leaving" | "ended";

/** What may follow each state. */
export const LEG_TRANSITIONS: Readonly<Record<LegState, readonly LegState[]>> = {
	idle: ["calling", "ended"],
	calling: ["answered", "leaving", "ended"],
	answered: ["confirmed", "leaving", "ended"],
	confirmed: ["leaving", "ended"],
	leaving: ["ended"],
	ended: [],
};

/**
 * Why a leg could not do what was asked: the peer's SIP status, or one that stands for a failure on our side.
 */
export interface Refusal {
	readonly status: number;
	readonly reason: string;
	/** True if no peer sent it: a time-out or a transport error. */
	readonly local: boolean;
}

/** How an offer that came in a dialog is answered. */
export interface OfferReply {
	/** False once it is answered; the phone may also have cancelled it, or the time may be up. */
	readonly open: boolean;
	/** Answers with 200. @param sdp our answer, or our offer if the request had none. */
	accept(sdp: string | undefined): void;
	/** Refuses; the session stays as it was. */
	refuse(status: number, reason?: string): void;
}

/** A request in the dialog that is passed on unchanged: INFO or MESSAGE. */
export interface RelayedRequest {
	readonly method: "INFO" | "MESSAGE";
	readonly body: { readonly type: string; readonly content: string } | undefined;
	/** Header fields to pass on with it, as `Name: value`. */
	readonly headers: readonly string[];
	reply(status: number, reason?: string): void;
}

/** A phone in the call asks to be replaced by another address: its REFER. */
export interface TransferRequest {
	/** The address to call. */
	readonly target: URI;
	/** Value for the Replaces header field, if the address is a call to be taken over. */
	readonly replaces: string | undefined;
	/** Answers 202 and reports that it is being tried. */
	accept(): void;
	reject(status: number): void;
	/** Reports how the call to the target goes; the first status of 200 or more is the last. */
	report(status: number, reason?: string): void;
}

/**
 * The result of an offer before a phone has answered the call (RFC 3262 section 5): there was none, it was
 * accepted, or it was refused.
 */
export type EarlyExchange = "none" | "agreed" | "refused";

/** What a phone does while it is being called. Nothing follows `onFailed`. */
export interface CallingDelegate {
	/** The phone rings: a provisional response other than 100. */
	onProgress(status: number): void;
	/**
	 * The phone has made an offer before it answers the call: early media.
	 * @param answer sends our answer, or a refusal if undefined; it must be called.
	 */
	onEarlyOffer(sdp: string, answer: (sdp: string | undefined) => void): void;
	/**
	 * The phone answered.
	 * @param sdp its answer, or its offer if the INVITE had none; after an early exchange its latest
	 * description.
	 * @param early the result of an early offer of the phone; after one, the ACK needs no answer.
	 */
	onAnswered(sdp: string | undefined, early: EarlyExchange): void;
	/** The call to the phone failed, after every target was tried. The leg is over. */
	onFailed(refusal: Refusal): void;
}

/** What a phone does once it has answered. Nothing follows `onEnded`. */
export interface AnsweredDelegate {
	/** The phone, or a failure, has ended an answered leg. The leg is over. */
	onEnded(cause: "bye" | "failure"): void;
	/** The phone wants to change the session, by re-INVITE or UPDATE. @param sdp undefined asks for an offer. */
	onOffer(sdp: string | undefined, reply: OfferReply): void;
	/** The ACK to an `OfferReply.accept`. @param sdp the answer, if we made an offer. */
	onAnswer(sdp: string | undefined): void;
	/**
	 * The phone's answer to a re-INVITE that should change nothing; the phone may have moved all the same.
	 */
	onRefreshed(sdp: string): void;
	/** INFO or MESSAGE in the dialog. */
	onRequest(request: RelayedRequest): void;
	/** The phone wants another one to take its place. */
	onTransfer(request: TransferRequest): void;
}

/** How our offer in the dialog ended. */
export interface ReinviteListener {
	/**
	 * The phone accepted it. @param sdp its answer, or its offer if we sent none.
	 * @param acknowledge only if we sent no offer: sends the ACK with our answer; it must be called.
	 */
	onAccepted(sdp: string | undefined, acknowledge: (answer: string | undefined) => void): void;
	onRefused(refusal: Refusal): void;
}

/** How a REFER ended. */
export interface ReferListener {
	/** The phone will try. */
	onAccepted(): void;
	/** The phone will not; the leg lives on. */
	onRefused(refusal: Refusal): void;
	/** A status that the phone reports about its call to the new target (RFC 3515 section 2.4.5). */
	onReport(status: number): void;
	/**
	 * The phone has ended its reports without a final status, which says nothing about the call. Until it
	 * hangs up, one may still come.
	 */
	onUnreported(): void;
	/**
	 * The phone is silent: nothing more will be reported although there was no final status.
	 * @param status that stands for it; undefined if it may have reported to another process, which is not there any more.
	 */
	onLost(status: number | undefined): void;
}

/** How a phone is called. */
export interface LegOrder {
	/** The phone. */
	readonly to: URI;
	/** The caller. */
	readonly from: URI;
	/** Display name of the caller, as plain text. */
	readonly displayName: string;
	/** True to send an offer of our own: the placeholder, or `sound`; false to ask the phone for one. */
	readonly offer: boolean;
	/**
	 * The port that our offer sends sound from. A phone that refuses that offer gets the placeholder.
	 *
	 * @param address our own on the way to the phone. Undefined for none.
	 */
	readonly sound?: ((address: string) => SoundPlace | undefined) | undefined;
	/** Preloaded Route values: the outbound proxy. */
	readonly routeSet: readonly string[];
	/** Id of the call that the leg belongs to, for the log. */
	readonly call?: string;
	/** Additional header lines of the INVITE, as `Name: value`. */
	readonly headers?: readonly string[];
	/** Told whenever the leg's record may have changed. */
	readonly watch?: RecordWatch | undefined;
}

/** Told of changes of a record: at every message, so that it should cost next to nothing. */
export interface RecordWatch {
	/**
	 * The record may say something else than before.
	 *
	 * @param soon an INVITE is out, or a BYE has to end a dialog that nobody wanted: a process that dies without a record of
	 * it leaves a phone ringing, or waiting.
	 */
	changed(soon?: boolean): void;
}

/** How a leg that another process has recorded is restored. */
export interface Restoring {
	/** Converts the deadlines, which are recorded as times of day. */
	readonly wall: WallClock;
	/**
	 * How far our next CSeq number is beyond the recorded one, since the other process may have sent more
	 * after recording it. 0 only if it has sent nothing since.
	 */
	readonly jump: number;
	/** Told whenever the leg's record may have changed. */
	readonly watch?: RecordWatch | undefined;
}

/**
 * What a phone says to a probe: it has taken it, refuses it for the moment or for good, or is no longer in the dialog.
 */
export type ProbeOutcome = "taken" | "busy" | "refused" | "gone";

/** One leg as call control uses it: an INVITE, the dialog that it creates, and its end. */
export interface CallLeg {
	/** Drops the leg without a word to the phone. */
	drop(): void;
	readonly state: LegState;
	/** The phone's address, as it was called. */
	readonly address: URI;
	/** Value of Privacy in the phone's answer (RFC 3323); undefined if it asks for none. */
	readonly privacy: string | undefined;
	/** Our description in this dialog; undefined before the INVITE is sent. */
	readonly local: LocalDescription | undefined;
	/** True while our re-INVITE waits to be sent, or sent again. */
	readonly waiting: boolean;
	/**
	 * Calls the phone. The delegates are told of everything that follows, never before this returns.
	 *
	 * @param calling is told how the call goes, and is released once the phone has its ACK.
	 */
	call(calling: CallingDelegate, answered: AnsweredDelegate): void;
	/**
	 * Reports to another call from now on; harmless if the leg is over.
	 *
	 * @param watch told whenever the leg's record may have changed: it is part of that call's.
	 */
	adopt(delegate: AnsweredDelegate, watch: RecordWatch | undefined): void;
	/** Sends the ACK that is owed. @param answer needed if `onAnswered` gave an offer. */
	acknowledge(answer?: string): void;
	/**
	 * Ends the leg as its state requires: CANCEL, or ACK and BYE, or BYE. The delegates are told nothing
	 * more. Harmless if the leg is already over.
	 */
	end(): void;
	/**
	 * Offers a new session by re-INVITE; one that crosses another is retried after a while.
	 *
	 * @param offer builds the offer at each try, so that it is never outdated; undefined to ask for one.
	 */
	reinvite(offer: (() => string) | undefined, listener: ReinviteListener): void;
	/**
	 * Passes on the other phone's re-INVITE; a 491 goes back to that phone, which must wait itself.
	 *
	 * @param offer undefined to ask this phone for one.
	 */
	relayReinvite(offer: (() => string) | undefined, listener: ReinviteListener): void;
	/**
	 * Asks the phone to call another address (RFC 3515).
	 *
	 * @param referTo URI of the address.
	 * @param referredBy name-addr or URI of the party that asks (RFC 3892).
	 */
	refer(referTo: string, referredBy: string, listener: ReferListener): void;
	/**
	 * Hears how a REFER that another process has sent turns out.
	 * @returns whether it is known that the phone took it; undefined if there is none whose outcome may still be reported.
	 */
	resumeRefer(listener: ReferListener): { readonly taken: boolean } | undefined;
	/** Whether the phone is in the dialog, or may still report how our REFER turns out. */
	readonly probeable: boolean;
	/**
	 * Asks the phone whether it is still in the dialog, by a re-INVITE that changes nothing. If it is not, or does not
	 * answer, the leg ends with a failure. Any other refusal shows that it is there. A phone that reports on our REFER is
	 * asked for a report instead, and its answer changes nothing.
	 *
	 * @param settled called once, with what came of it; just before the leg ends when the phone is gone.
	 */
	probe(settled: (outcome: ProbeOutcome) => void): void;
	/** Passes on the other phone's INFO or MESSAGE. */
	relay(request: RelayedRequest): void;
	/**
	 * The state of the leg, for another process; undefined while no phone knows of it, and once nothing of it is left.
	 * Built on each call.
	 */
	record(wall: WallClock): LegRecord | undefined;
}
