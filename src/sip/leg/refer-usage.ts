import type { Clock } from "../../time/clock.ts";
import type { TimerValues } from "../reliability/types.ts";
import type { IncomingRequestMessage } from "../sipjs/core.ts";
import type { ReferRecord } from "./refer-record.ts";
import type { ReferListener } from "./types.ts";

/**
 * The subscription created by our REFER (RFC 3515, RFC 6665). It shares the dialog with the call and outlives
 * the phone's BYE (RFC 5057 section 5.1).
 *
 *     waiting ──▶ active ──▶ ended ──▶ over
 *        └──────────┴──────────────────▲
 *
 * - waiting: no NOTIFY yet.
 * - ended: the phone has ended it without a final status. One may still come.
 * - over: by one final report, one loss, or because nobody waits any longer.
 */
export class ReferUsage {
	#state: "waiting" | "active" | "ended" | "over" = "waiting";
	#stopTimer: (() => void) | undefined;
	#left = false;
	#proven = false;
	/** Whether another process has sent the REFER, and nothing was heard of it since: reports may be lost. */
	#missed = false;
	/** The CSeq number of the REFER: a request that is sent again with credentials has another one. */
	#request: { readonly cseq: number } | undefined;
	/** Of a REFER of another process. */
	#givenId = "";
	readonly #clock: Clock;
	readonly #silence: number;
	#listener: ReferListener;
	readonly #only: boolean;

	/** @param only whether this is our only REFER in the dialog so far. */
	constructor(clock: Clock, timers: TimerValues, listener: ReferListener, only: boolean) {
		this.#only = only;
		this.#clock = clock;
		this.#silence = 64 * timers.t1;
		this.#listener = listener;
	}

	/**
	 * The REFER is out: starts RFC 6665's Timer N. The first NOTIFY must come within 64*T1.
	 *
	 * @param request whose number is the id of its subscription (RFC 3515 section 2.4.6).
	 */
	sent(request: { readonly cseq: number }): void {
		this.#request = request;
		this.#watch();
	}

	/** Continues from what another process has recorded; nobody hears of it before `listen`. */
	resume({ id, state, left, proven }: ReferRecord): void {
		this.#givenId = id;
		this.#state = state;
		this.#left = left;
		this.#proven = proven;
		this.#missed = true;
		if (state === "waiting" || (left && state === "active")) this.#watch();
	}

	/** Reports to another listener from now on. */
	listen(listener: ReferListener): void {
		this.#listener = listener;
	}

	get #id(): string {
		return this.#request ? `${this.#request.cseq}` : this.#givenId;
	}

	/** The parameters of its Event header field. */
	get event(): string {
		return `refer;id=${this.#id}`;
	}

	/** Its state, for another process; undefined once it is over. */
	record(): Omit<ReferRecord, "count"> | undefined {
		const state = this.#state;
		return state === "over"
			? undefined
			: { version: 1, id: this.#id, state, left: this.#left, proven: this.#proven };
	}

	get over(): boolean {
		return this.#state === "over";
	}

	/** True once a NOTIFY has shown that the phone took the REFER. */
	get proven(): boolean {
		return this.#proven;
	}

	/** Whether the phone is known to have taken the REFER: by its NOTIFY, or as it has hung up since. */
	get taken(): boolean {
		return this.#proven || this.#left;
	}

	/** Whether a NOTIFY belongs to this subscription. */
	owns(request: IncomingRequestMessage): boolean {
		const text = request.getHeader("Event") ?? "";
		return text === "refer" || text === this.event || this.#isMeantBy(text, request);
	}

	#isMeantBy(text: string, request: IncomingRequestMessage): boolean {
		const [event = "", ...parameters] = text.split(";");
		// Some phones leave it out; we recognize them by the status that they report.
		if (event.trim() === "") return statusOf(request.body) > 0;
		if (event.trim().toLowerCase() !== "refer") return false;
		const id = parameters
			.map((text) => /^\s*id\s*=\s*(\S+)/i.exec(text)?.[1])
			.find((found) => found !== undefined);
		if (id === undefined || this.#id === "" || id === this.#id) return true;
		// There is nothing else that it could report on.
		return this.#only && statusOf(request.body) > 0;
	}

	/** Whether a NOTIFY belongs to this subscription and has a status. */
	isReport(request: IncomingRequestMessage): boolean {
		return this.owns(request) && statusOf(request.body) > 0;
	}

	/** The phone has hung up: no report may come from now on. */
	peerLeft(): void {
		this.#left = true;
		if (this.#state === "ended") this.close();
		else if (this.#state !== "over") this.#watch();
	}

	/**
	 * The phone says that it has nothing more to report. If it took the REFER, its last report was lost, unless that is
	 * still repeated.
	 */
	forgotten(): void {
		if (this.taken && this.#state !== "over") this.#watch();
	}

	/** Handles a NOTIFY of this subscription. */
	notified(request: IncomingRequestMessage): void {
		if (this.#state === "over") return;
		this.#proven = true;
		this.#missed = false;
		const status = statusOf(request.body);
		const terminated = /^\s*terminated\b/i.test(request.getHeader("Subscription-State") ?? "");
		if (status >= 200) {
			this.close();
			return this.#listener.onReport(status);
		}
		if (this.#state !== "ended") this.#state = terminated ? "ended" : "active";
		if (this.#left && !terminated) this.#watch();
		else this.#stop();
		if (status > 100) this.#listener.onReport(status);
		if (!terminated) return;
		if (this.#left) this.close();
		this.#listener.onUnreported();
	}

	/** Stops the timer; nothing is reported from now on. */
	close(): void {
		this.#state = "over";
		this.#stop();
	}

	#watch(): void {
		this.#stop();
		this.#stopTimer = this.#clock.after(this.#silence, () => this.#lost());
	}

	#lost(): void {
		this.close();
		// What it said before may have been said to nobody.
		const isUnknown = this.#missed && this.taken;
		this.#listener.onLost(isUnknown ? undefined : this.#left ? 487 : 408);
	}

	#stop(): void {
		this.#stopTimer?.();
		this.#stopTimer = undefined;
	}
}

/** The status in a message/sipfrag body (RFC 3420), whatever its case and spacing; 0 if there is none. */
function statusOf(body = ""): number {
	if (PLAIN_STATUS.test(body)) return Number(body.slice(8, 11));
	return Number(ANY_STATUS.exec(body.trimStart())?.[1] ?? 0);
}

/** The usual form, from which the status can be taken as it is. */
const PLAIN_STATUS = /^SIP\/2\.0 [1-6]\d\d\s/;
const ANY_STATUS = /^SIP\/2\.0[ \t]+([1-6]\d\d)(?:\s|$)/i;
