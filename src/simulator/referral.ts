import { parseUri, uriOf } from "./addresses.ts";
import { reasonOf } from "./outgoing.ts";
import type { ServerTransaction } from "./server-transaction.ts";
import type { Reporting, Session } from "./session.ts";

/** How long reports go on unless there is an outcome, in seconds. */
export const LIFETIME_S = 60;

interface Notice {
	readonly status: number;
	readonly reason: string;
}

/**
 * What follows a REFER (RFC 3515): the call to the Refer-To target, and a NOTIFY for each step of
 * it. The subscription outlives a BYE of the call that carried the REFER (RFC 5057 section 4.2).
 */
export class Referral implements Reporting {
	readonly #session: Session;
	readonly #transaction: ServerTransaction;
	/** One NOTIFY at a time, so that they arrive in order even on UDP. */
	readonly #queue: Notice[] = [];
	#sending = false;
	#over = false;
	#latest: Notice | undefined;

	constructor(session: Session, transaction: ServerTransaction) {
		this.#session = session;
		this.#transaction = transaction;
	}

	/** Answers the REFER according to the phone's behaviour and does what it promises. */
	start(): void {
		const { refer, earlyRefers } = this.#session.behaviour;
		const targets = this.#transaction.request.list("refer-to");
		const target = uriOf(targets[0] ?? "");
		const lines = [`Contact: <${this.#session.dialog.start.contact}>`];
		if (targets.length !== 1 || target === "") {
			this.#transaction.reply({ status: 400, lines });
			return;
		}
		if (this.#session.earlyRefers < earlyRefers.times) {
			this.#session.earlyRefers++;
			this.#transaction.reply({ status: earlyRefers.refused ? earlyRefers.status : 202, lines });
			if (earlyRefers.refused) return;
			this.#session.countReferral(1);
			this.#notify({ status: earlyRefers.status, reason: reasonOf(earlyRefers.status) });
			return;
		}
		this.#transaction.reply({ status: refer.status, lines });
		if (refer.status >= 300) return;
		if (refer.outcome !== "silent") this.#session.countReferral(1);
		if (refer.bye) this.#session.bye();
		if (refer.outcome === "silent") return;
		this.#notify({ status: 100, reason: reasonOf(100) });
		if (refer.outcome === "call" || refer.outcome === "unreported") this.#call(target);
		else this.#notify({ status: refer.outcome, reason: reasonOf(refer.outcome) });
	}

	get reports(): boolean {
		return this.#latest !== undefined && !this.#over;
	}

	repeat(): void {
		if (this.#latest && this.#queue.length === 0) this.#queue.push(this.#latest);
		this.#next();
	}

	get #unreported(): boolean {
		return this.#session.behaviour.refer.outcome === "unreported";
	}

	#call(target: string): void {
		const { request } = this.#transaction;
		const by = request.header("referred-by");
		const parts = parseUri(target);
		const lines = by === undefined ? [] : [`Referred-By: ${by}`];
		if (parts !== undefined) lines.push(...embeddedHeaders(parts.headers));
		const uri = parts === undefined || parts.headers === "" ? target : target.slice(0, target.indexOf("?"));
		this.#session.context.dial(uri, {
			user: this.#session.call.user,
			lines,
			behaviour: this.#session.behaviour,
			onProgress: (status, reason) => {
				this.#notify({ status, reason });
				if (status >= 200 && this.#unreported) this.#session.bye();
			},
		});
	}

	#notify(notice: Notice): void {
		if (this.#over || notice.status === this.#latest?.status) return;
		this.#latest = notice;
		this.#queue.push(notice);
		this.#next();
	}

	#next(): void {
		const notice = this.#queue[0];
		if (this.#sending || this.#over || notice === undefined) return;
		this.#queue.shift();
		this.#sending = true;
		const final = notice.status >= 200 || this.#unreported;
		const state = final ? "terminated;reason=noresource" : `active;expires=${LIFETIME_S}`;
		this.#session.send(
			{
				method: "NOTIFY",
				lines: ["Event: refer", `Subscription-State: ${state}`],
				contentType: "message/sipfrag;version=2.0",
				body: `SIP/2.0 ${notice.status} ${notice.reason}\r\n`,
			},
			(status) => this.#onAnswered(status, final),
		);
	}

	#onAnswered(status: number, final: boolean): void {
		this.#sending = false;
		const { call } = this.#session;
		// After its own BYE the peer may have forgotten the subscription.
		if (status >= 300 && call.endedBy !== "remote") call.fault(`NOTIFY was answered with ${status}`);
		// A peer that could not be reached may be there for the next one (RFC 6665 section 4.2.2).
		if (final || (status >= 300 && status !== 503)) this.#finish();
		else this.#next();
	}

	#finish(): void {
		if (this.#over) return;
		this.#over = true;
		this.#session.countReferral(-1);
	}
}

/** Header fields in a Refer-To URI that go into the new INVITE; the useful one is Replaces (RFC 3891). */
function embeddedHeaders(text: string): string[] {
	const lines: string[] = [];
	for (const piece of text.split("&")) {
		const [name = "", value = ""] = piece.split("=", 2);
		if (name.toLowerCase() !== "replaces") continue;
		try {
			lines.push(`Replaces: ${decodeURIComponent(value).replaceAll(/[\r\n]/g, " ")}`);
		} catch {
			// A bad escape: the call goes out without it.
		}
	}
	return lines;
}
