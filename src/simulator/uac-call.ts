import { uriOf } from "./addresses.ts";
import { ANSWERING, type Behaviour } from "./behaviour.ts";
import { CAPABILITIES } from "./capabilities.ts";
import type { Channel } from "./channel.ts";
import type { DialOptions } from "./context.ts";
import { Dialog, tagOf } from "./dialog.ts";
import type { LocalDescription } from "./local-description.ts";
import { type RequestParts, reasonOf } from "./outgoing.ts";
import { type CallContext, PhoneCall } from "./phone-call.ts";
import { Session } from "./session.ts";
import type { SipMessage } from "./wire.ts";

const REDIRECTIONS = 5;

/** A call that this phone makes: INVITE with an offer, ACK, and what redirections and forks require. */
export class UacCall extends PhoneCall {
	readonly direction = "outgoing";
	readonly id: string;
	readonly user: string;
	readonly peer: string;
	readonly #options: DialOptions;
	readonly #localTag: string;
	readonly #description: LocalDescription;
	readonly #tried = new Set<string>();
	#targets: string[];
	#cseq = 0;
	#invite: { readonly parts: RequestParts; readonly channel: Channel } | undefined;
	/** A provisional response came: from now on a CANCEL may be sent (RFC 3261 section 9.1). */
	#proceeding = false;
	#cancelled = false;
	#offer = "";

	constructor(context: CallContext, target: string, options: DialOptions) {
		super(context);
		this.id = `${context.id()}@${context.local.address}`;
		this.user = options.user ?? "phone";
		this.peer = target;
		this.#options = options;
		this.#localTag = context.id();
		this.#description = context.newDescription(this.#behaviour.speech);
		this.#targets = [target];
	}

	/** Sends the INVITE. */
	start(): void {
		this.context.count(1);
		this.#tryNext(404);
	}

	override hangup(): void {
		if (this.state === "ended") return;
		if (this.sessions.length > 0) {
			for (const session of this.sessions) session.bye();
			return;
		}
		this.#cancelled = true;
		if (this.#proceeding) this.#cancel();
	}

	/** @param otherwise the status with which the call ends if no target is left. */
	#tryNext(otherwise: number): void {
		const target = this.#targets.shift();
		if (target === undefined || this.#tried.size > REDIRECTIONS) {
			this.#fail(otherwise, reasonOf(otherwise));
			return;
		}
		if (this.#tried.has(target)) {
			this.#tryNext(otherwise);
			return;
		}
		this.#tried.add(target);
		const channel = this.context.channelTo(target, "UDP");
		if (channel === undefined) {
			this.#tryNext(503);
			return;
		}
		this.#send(target, channel);
	}

	get #behaviour(): Behaviour {
		return this.#options.behaviour ?? ANSWERING;
	}

	#send(target: string, channel: Channel): void {
		const contact = this.context.contactUri(this.user, channel.protocol);
		if (this.#offer === "") this.#offer = this.#description.offer();
		this.#proceeding = false;
		const parts: RequestParts = {
			method: "INVITE",
			uri: target,
			sentBy: this.context.local,
			protocol: channel.protocol,
			branch: `z9hG4bK${this.context.id()}`,
			from: `<${this.context.contactUri(this.user, "UDP")}>;tag=${this.#localTag}`,
			to: `<${this.peer}>`,
			callId: this.id,
			cseq: ++this.#cseq,
			routes: [],
			lines: [`Contact: <${contact}>`, ...CAPABILITIES, ...(this.#options.lines ?? [])],
			body: this.#offer,
		};
		this.#invite = { parts, channel };
		this.context.clients.send({
			parts,
			channel,
			owner: this,
			onResponse: (response) => this.#onResponse(response),
			onFailure: (status) => this.#tryNext(status),
		});
	}

	#onResponse(response: SipMessage): void {
		const { status } = response;
		if (status < 200) {
			this.#proceeding = true;
			if (this.#cancelled) this.#cancel();
			if (status === 100) return;
			this.ring();
			this.#options.onProgress?.(status, reasonOf(status));
		} else if (status < 300) this.#onAnswer(response);
		else if (status < 400 && !this.#cancelled) {
			this.#targets.push(...response.list("contact").map(uriOf));
			this.#tryNext(status);
		} else this.#fail(status, reasonOf(status));
	}

	/** A 2xx, perhaps from another fork: only the first one gets to talk (RFC 3261 section 13.2.2.4). */
	#onAnswer(response: SipMessage): void {
		const first = this.sessions.length === 0;
		const invite = this.#invite;
		if (invite === undefined) return;
		const { start, dialog } = this.#newDialog(response, invite);
		const description = first ? this.#description : this.context.newDescription(this.#behaviour.speech);
		const session = new Session(this.context, this, dialog, this.#behaviour, description, "confirmed");
		session.media.makeOffer();
		if (response.body === "") {
			session.media.withdraw();
			this.fault("200 to our INVITE has no answer to its offer");
		} else session.media.takeAnswer(response.body);
		const ack = dialog.request({
			method: "ACK",
			cseq: response.cseq,
			lines: [`Contact: <${start.contact}>`],
		});
		if (ack !== undefined) this.context.clients.acknowledge(ack.parts, ack.channel, this, response);
		if (!first || this.#cancelled) session.bye();
		if (!first) return;
		this.context.count(-1);
		this.#options.onProgress?.(response.status, reasonOf(response.status));
		if (this.state === "ended") return;
		this.answer();
		if (response.body === "") session.bye();
		else this.onConfirmed(session);
	}

	#newDialog(response: SipMessage, { parts, channel }: { parts: RequestParts; channel: Channel }) {
		const start = {
			callId: this.id,
			localParty: parts.from,
			localTag: this.#localTag,
			remoteParty: response.header("to") ?? "",
			remoteTag: tagOf(response.header("to")),
			remoteTarget: uriOf(response.header("contact") ?? ""),
			// The caller sees the proxies in reverse (RFC 3261 section 12.1.2).
			routeSet: response.list("record-route").reverse(),
			localCSeq: this.#cseq,
			remoteCSeq: undefined,
			contact: this.context.contactUri(this.user, channel.protocol),
			protocol: channel.protocol,
		};
		return { start, dialog: new Dialog(this.context, start) };
	}

	#cancel(): void {
		const invite = this.#invite;
		if (invite === undefined) return;
		this.#proceeding = false;
		const { body: _body, lines: _lines, ...kept } = invite.parts;
		this.context.clients.send({
			parts: { ...kept, method: "CANCEL" },
			channel: invite.channel,
			owner: this,
			onResponse: () => {},
			onFailure: () => this.fault("no answer came to our CANCEL"),
		});
	}

	#fail(status: number, reason: string): void {
		this.context.count(-1);
		this.#options.onProgress?.(status, reason);
		this.finish(this.#cancelled ? "local" : "remote", status);
	}
}
