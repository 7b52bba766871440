import { uriOf } from "./addresses.ts";
import type { Behaviour } from "./behaviour.ts";
import { Dialog, tagOf } from "./dialog.ts";
import { type CallContext, PhoneCall } from "./phone-call.ts";
import { reinvite } from "./reinvite.ts";
import { ReliableProvisional } from "./reliable-provisional.ts";
import type { ServerTransaction } from "./server-transaction.ts";
import { Session } from "./session.ts";

/** Extensions that a caller may require. */
const EXTENSIONS: ReadonlySet<string> = new Set(["100rel", "timer", "replaces", "norefersub"]);
const RSEQ = 1;

/** An incoming call: rings, answers or refuses according to its behaviour. */
export class UasCall extends PhoneCall {
	readonly direction = "incoming";
	readonly id: string;
	readonly user: string;
	readonly peer: string;
	readonly behaviour: Behaviour;
	readonly #invite: ServerTransaction;
	readonly #localTag: string;
	readonly #timers: (() => void)[] = [];
	#session: Session | undefined;
	#reliable: ReliableProvisional | undefined;
	/** The final response waits for the PRACK (RFC 3262 section 3). */
	#finalWaits = false;
	/** The answer that an unreliable 183 carried; the 200 repeats it. */
	#earlyAnswer: string | undefined;
	#hangupPlanned = false;
	/** Whether an exchange was completed by reliable provisional responses. */
	#agreedEarly = false;

	constructor(context: CallContext, invite: ServerTransaction, user: string, behaviour: Behaviour) {
		super(context);
		const { request } = invite;
		this.#invite = invite;
		this.#localTag = context.id();
		this.id = request.header("call-id") ?? "";
		this.user = user;
		this.peer = uriOf(request.header("from") ?? "");
		this.behaviour = behaviour;
	}

	/** Starts to handle the INVITE. */
	start(): void {
		const { behaviour } = this;
		if (behaviour.silent) return;
		const refusal = this.#objection();
		if (refusal !== undefined) {
			this.#refuse(refusal.status, refusal.lines, "local");
			return;
		}
		this.#session = this.#newSession(this.#localTag);
		if (this.#invite.request.body !== "") this.#session.media.takeOffer(this.#invite.request.body);
		if (behaviour.trying) this.#invite.reply({ status: 100 });
		this.#after(behaviour.ringDelay, () => this.#ring());
	}

	override hangup(): void {
		if (this.state === "ended") return;
		if (this.#invite.status < 200) this.#refuse(603, [], "local");
		else for (const session of this.sessions) session.bye();
	}

	/** The caller gave up (RFC 3261 section 9.2). */
	onCancel(cancel: ServerTransaction): void {
		if (this.behaviour.silent) return;
		cancel.reply({ status: 200, toTag: this.#localTag });
		if (this.#invite.status < 200) this.#refuse(487, [], "remote");
	}

	override onEarlyBye(): void {
		if (this.#invite.status < 200) this.#refuse(487, [], "remote");
	}

	override onPrack(prack: ServerTransaction, session: Session): void {
		if (this.#reliable === undefined) {
			super.onPrack(prack, session);
			return;
		}
		if (!this.#reliable.matches(prack)) {
			prack.reply({ status: 481 });
			return;
		}
		const { body } = prack.request;
		if (session.media.state === "offered") {
			if (body === "") this.fault("PRACK has no answer to the offer in our provisional response");
			else {
				session.media.takeAnswer(body);
				this.#agreedEarly = true;
			}
		}
		prack.reply({ status: 200 });
		this.#reliable.stop();
		if (this.#finalWaits) this.#final();
	}

	override onConfirmed(session: Session): void {
		super.onConfirmed(session);
		const { hangupDelay } = this.behaviour;
		if (hangupDelay === undefined || this.#hangupPlanned) return;
		this.#hangupPlanned = true;
		this.#after(hangupDelay, () => this.hangup());
	}

	/** Why the INVITE cannot be handled at all. */
	#objection(): { readonly status: number; readonly lines: readonly string[] } | undefined {
		const { request } = this.#invite;
		const unknown = request.list("require").filter((token) => !EXTENSIONS.has(token.toLowerCase()));
		if (unknown.length > 0) return { status: 420, lines: [`Unsupported: ${unknown.join(", ")}`] };
		const type = (request.header("content-type") ?? "").toLowerCase();
		if (request.body !== "" && !type.startsWith("application/sdp")) {
			return { status: 415, lines: ["Accept: application/sdp"] };
		}
		const interval = Number.parseInt(request.header("session-expires") ?? "", 10);
		if (interval < this.behaviour.minSe) return { status: 422, lines: [`Min-SE: ${this.behaviour.minSe}`] };
		return undefined;
	}

	#ring(): void {
		const { ringing, answerDelay } = this.behaviour;
		if (ringing !== undefined) {
			const session = this.#session;
			const { request } = this.#invite;
			const reliable =
				ringing.reliable && (request.holds("supported", "100rel") || request.holds("require", "100rel"));
			const body = session === undefined ? undefined : this.#earlyBody(session, ringing.sdp, reliable);
			const lines = [this.#contactLine()];
			if (reliable) lines.push("Require: 100rel", `RSeq: ${RSEQ}`);
			const text = this.#invite.reply({ status: ringing.status, toTag: this.#localTag, lines, body });
			if (reliable) this.#repeatReliably(text);
			this.ring();
		}
		if (answerDelay !== Number.POSITIVE_INFINITY) this.#after(answerDelay, () => this.#final());
	}

	/** The first reliable response to an INVITE without an offer must carry one (RFC 3262 section 5). */
	#earlyBody(session: Session, sdp: boolean, reliable: boolean): string | undefined {
		const { media } = session;
		if (media.state === "asked" && sdp) {
			this.#earlyAnswer = media.makeAnswer();
			this.#agreedEarly = reliable;
			return this.#earlyAnswer;
		}
		return media.state === "idle" && reliable ? media.makeOffer() : undefined;
	}

	#repeatReliably(text: string): void {
		this.#reliable = new ReliableProvisional(this.context, this, this.#invite, RSEQ);
		this.#reliable.begin(
			() => {
				this.recordOut(text);
				this.#invite.channel.send(text);
			},
			() => this.#refuse(504, [], "local"),
		);
	}

	#final(): void {
		const { behaviour } = this;
		if (this.#reliable?.waiting) {
			this.#finalWaits = true;
			return;
		}
		if (behaviour.status < 300) {
			this.#accept();
			return;
		}
		const lines = [...behaviour.lines];
		if (behaviour.status < 400) {
			const targets = behaviour.contacts.length > 0 ? behaviour.contacts : this.context.redirectTargets();
			lines.push(...targets.map((uri) => `Contact: <${uri}>`));
		}
		this.#refuse(behaviour.status, lines, "local");
	}

	#accept(): void {
		const first = this.#session;
		if (first === undefined) return;
		const offered = first.media.state === "asked" || this.#earlyAnswer !== undefined;
		for (let fork = 0; fork < this.behaviour.forks; fork++) {
			const session = fork === 0 ? first : this.#newSession(this.context.id());
			if (fork > 0 && this.#invite.request.body !== "") session.media.takeOffer(this.#invite.request.body);
			const answer = this.#finalBody(session, offered);
			if (answer === undefined) {
				this.#refuse(488, [], "local");
				return;
			}
			session.accept(this.#invite, answer);
		}
		this.answer();
		this.#endReplaced();
		const { reinviteDelay } = this.behaviour;
		if (reinviteDelay !== undefined) this.#after(reinviteDelay, () => void reinvite(first, "sendrecv"));
	}

	#finalBody(session: Session, offered: boolean): { body: string | undefined; offers: boolean } | undefined {
		const { media } = session;
		if (!this.behaviour.sdp) {
			media.withdraw();
			return { body: undefined, offers: false };
		}
		if (media.state === "asked") {
			const body = media.makeAnswer();
			return body === undefined ? undefined : { body, offers: false };
		}
		if (this.#agreedEarly) return { body: undefined, offers: false };
		if (offered) return { body: this.#earlyAnswer, offers: false };
		return { body: media.makeOffer(), offers: true };
	}

	#refuse(status: number, lines: readonly string[], by: "local" | "remote"): void {
		this.#reliable?.stop();
		for (const cancel of this.#timers) cancel();
		const { reason } = this.behaviour;
		const own = status === this.behaviour.status ? reason : undefined;
		const contact = status < 400 ? [] : [this.#contactLine()];
		this.#invite.reply({ status, reason: own, toTag: this.#localTag, lines: [...contact, ...lines] });
		this.status = status;
		for (const session of this.sessions) session.end(by);
		this.finish(by, status);
	}

	/** An INVITE with Replaces takes the place of another call (RFC 3891 section 3). */
	#endReplaced(): void {
		const replaces = this.#invite.request.header("replaces");
		if (replaces === undefined) return;
		const callId = (replaces.split(";")[0] ?? "").trim();
		const tags = new URLSearchParams(replaces.split(";").slice(1).join("&"));
		this.context.findSession(callId, tags.get("to-tag") ?? "", tags.get("from-tag") ?? "")?.bye();
	}

	#newSession(localTag: string): Session {
		const { request } = this.#invite;
		const { protocol } = this.#invite.channel;
		const to = request.header("to") ?? "";
		const dialog = new Dialog(this.context, {
			callId: this.id,
			localParty: `${to};tag=${localTag}`,
			localTag,
			remoteParty: request.header("from") ?? "",
			remoteTag: tagOf(request.header("from")),
			remoteTarget: uriOf(request.header("contact") ?? ""),
			routeSet: request.list("record-route"),
			localCSeq: 100,
			remoteCSeq: request.cseq,
			contact: this.context.contactUri(this.user, protocol),
			protocol,
		});
		return new Session(
			this.context,
			this,
			dialog,
			this.behaviour,
			this.context.newDescription(this.behaviour.speech),
			"early",
		);
	}

	#contactLine(): string {
		return `Contact: <${this.context.contactUri(this.user, this.#invite.channel.protocol)}>`;
	}

	#after(delay: number, task: () => void): void {
		if (delay <= 0) {
			task();
			return;
		}
		this.#timers.push(this.context.clock.after(delay, task));
	}
}
