import type { PhoneEvent } from "./context.ts";
import { reinvite } from "./reinvite.ts";
import type { Description, Direction } from "./sdp.ts";
import type { ServerTransaction } from "./server-transaction.ts";
import type { Session, SessionCall, SessionContext } from "./session.ts";

/** A message that a phone sent or received. */
export interface RecordedMessage {
	readonly direction: "in" | "out";
	/** Milliseconds on the phone's clock. */
	readonly time: number;
	readonly text: string;
}

/**
 * The life of a call: `new` (nothing was sent yet) → `ringing` → `answered` → `ended`; any state can lead to
 * `ended`.
 */
export type PhoneCallState = "new" | "ringing" | "answered" | "ended";

/** What a call needs from its phone. */
export interface CallContext extends SessionContext {
	/** The session with these tags, both as seen by this phone (RFC 3891). */
	findSession(callId: string, localTag: string, remoteTag: string): Session | undefined;
	changed(event: PhoneEvent, call: PhoneCall): void;
}

/** One call of a simulated phone, in either direction, with all its dialogs. */
export abstract class PhoneCall implements SessionCall {
	abstract readonly direction: "incoming" | "outgoing";
	/** Call-ID. */
	abstract readonly id: string;
	/** User part that the phone has in this call. */
	abstract readonly user: string;
	/** The other side's URI, from From or To. */
	abstract readonly peer: string;
	/** Final status of the INVITE; 0 while there is none. */
	status = 0;
	/** Who hung up, cancelled or refused. */
	endedBy: "local" | "remote" | undefined;
	/** What was sent and received; empty in light mode. */
	readonly messages: RecordedMessage[] = [];
	/** What the peer did wrong in this call. */
	readonly faults: string[] = [];
	/** One for each dialog, the first one first. */
	readonly sessions: Session[] = [];
	#state: PhoneCallState = "new";

	constructor(protected readonly context: CallContext) {}

	get state(): PhoneCallState {
		return this.#state;
	}

	/** Dialogs that are not over, including early ones. */
	get openDialogs(): number {
		return this.sessions.filter((session) => session.state !== "ended").length;
	}

	/** The session in use: the first confirmed one, else the first. */
	get session(): Session | undefined {
		return this.sessions.find((session) => session.state === "confirmed") ?? this.sessions[0];
	}

	/** The peer's media as last agreed. */
	get remoteSdp(): Description | undefined {
		return this.session?.media.remote;
	}

	/** The phone's latest description of its own media; empty before the first. */
	get localSdp(): string {
		return this.session?.media.localText ?? "";
	}

	/** Port on which the phone claims to receive RTP; 0 before the call has a dialog. */
	get mediaPort(): number {
		return this.session?.media.local.port ?? 0;
	}

	/** Ends the call as a user does: BYE, CANCEL, or a refusal, depending on its state. */
	abstract hangup(): void;

	/**
	 * Puts the peer on hold by a re-INVITE.
	 * @returns the final status of the re-INVITE; 481 if there is no dialog.
	 */
	hold(): Promise<number> {
		return this.reinvite("sendonly");
	}

	/** Takes the peer back from hold; as `hold`. */
	resume(): Promise<number> {
		return this.reinvite("sendrecv");
	}

	/** Sends a re-INVITE; as `hold`. */
	protected async reinvite(direction: Direction): Promise<number> {
		return this.session ? await reinvite(this.session, direction) : 481;
	}

	/**
	 * Sends another request in the dialog: INFO, MESSAGE, UPDATE, OPTIONS.
	 * @returns its final status.
	 */
	request(method: string, body?: string, contentType?: string): Promise<number> {
		const session = this.session;
		if (session === undefined) return Promise.resolve(481);
		return session.ask({
			method,
			...(body === undefined ? {} : { body, contentType: contentType ?? "text/plain" }),
		});
	}

	/** Asks the peer to call someone else (RFC 3515); the NOTIFYs that follow are answered. */
	transfer(target: string): Promise<number> {
		const lines = [`Refer-To: <${target}>`];
		return this.session?.ask({ method: "REFER", lines }) ?? Promise.resolve(481);
	}

	recordIn(text: string): void {
		this.#record("in", text);
	}

	recordOut(text: string): void {
		this.#record("out", text);
	}

	fault(text: string): void {
		this.faults.push(text);
		this.context.fault(`${this.user} ${this.id}: ${text}`);
	}

	/** A reliable provisional response was acknowledged; only a ringing call expects that. */
	onPrack(transaction: ServerTransaction, _session: Session): void {
		transaction.reply({ status: 481 });
		this.fault("PRACK for a response that was not reliable");
	}

	/** The ACK to a 2xx has come and its dialog is confirmed. */
	onConfirmed(_session: Session): void {
		this.context.changed("media", this);
	}

	/** A BYE came before the INVITE was answered (RFC 3261 section 15.1.1). */
	onEarlyBye(): void {}

	/** One dialog is over; if it is the last one, so is the call. */
	onSessionEnded(by: "local" | "remote"): void {
		if (this.openDialogs === 0) this.finish(by);
	}

	/** The phone rings, or learns that the other one does. */
	protected ring(): void {
		if (this.#state !== "new") return;
		this.#state = "ringing";
		this.context.changed("ringing", this);
	}

	/** The call was answered. */
	protected answer(): void {
		if (this.#state === "answered" || this.#state === "ended") return;
		this.#state = "answered";
		this.status = 200;
		this.context.changed("answered", this);
	}

	/** The call is over. */
	protected finish(by: "local" | "remote", status?: number): void {
		if (this.#state === "ended") return;
		this.#state = "ended";
		this.endedBy = by;
		if (status !== undefined) this.status = status;
		this.context.changed("ended", this);
	}

	#record(direction: "in" | "out", text: string): void {
		if (!this.context.record) return;
		// The wire text is kept as one character per byte; people read UTF-8.
		const readable = Buffer.from(text, "latin1").toString();
		this.messages.push({ direction, time: this.context.clock.now(), text: readable });
	}
}
