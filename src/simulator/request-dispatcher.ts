import { parseUri } from "./addresses.ts";
import type { Behaviour } from "./behaviour.ts";
import { OPTIONS_LINES } from "./capabilities.ts";
import type { Channel } from "./channel.ts";
import { checkRequest } from "./checks.ts";
import { tagOf } from "./dialog.ts";
import { GenerationMap } from "./generation-map.ts";
import type { MessageOwner } from "./message-owner.ts";
import type { CallContext, PhoneCall } from "./phone-call.ts";
import { replyPort, ServerTransaction, topViaOf, transactionKey } from "./server-transaction.ts";
import { answerRequest } from "./session-requests.ts";
import type { SessionTable } from "./session-table.ts";
import { UasCall } from "./uas-call.ts";
import type { SipMessage } from "./wire.ts";

/** What the dispatcher needs besides the context of the calls. */
export interface DispatcherPhone {
	readonly context: CallContext;
	readonly sessions: SessionTable;
	behaviourFor(user: string): Behaviour;
	/** A call has come in. */
	add(call: PhoneCall): void;
	/** Whether a Request-URI's host and port may name this phone. */
	isOurs(host: string, port: number): boolean;
	/** The UDP channel to another port of the peer. */
	channelBack(channel: Channel, port: number): Channel;
}

/** Handles every request to a phone: absorbs retransmissions, finds its call, or answers it itself. */
export class RequestDispatcher {
	readonly #phone: DispatcherPhone;
	readonly #context: CallContext;
	/** By branch, sent-by and method (RFC 3261 section 17.2.3); kept as long as timers H and J. */
	readonly #transactions: GenerationMap<ServerTransaction>;

	constructor(phone: DispatcherPhone) {
		this.#phone = phone;
		this.#context = phone.context;
		const { clock, timers } = phone.context;
		this.#transactions = new GenerationMap(64 * timers.t1, () => clock.now());
	}

	/** @param text of the request, for the records of its call. */
	onRequest(request: SipMessage, text: string, channel: Channel): void {
		const via = topViaOf(request);
		const faults = checkRequest(request, via, channel.protocol);
		const report = (owner: MessageOwner | undefined) => {
			for (const fault of faults) this.#fault(owner, request, fault);
		};
		if (request.method === "ACK") {
			this.#onAck(request, text, report);
			return;
		}
		const key = transactionKey(request.method, via);
		const known = this.#transactions.get(key);
		if (known !== undefined) {
			known.owner?.recordIn(text);
			known.again();
			return;
		}
		const port = channel.reliable ? channel.remote.port : replyPort(request, via, channel.remote);
		const back = port === channel.remote.port ? channel : this.#phone.channelBack(channel, port);
		const transaction = new ServerTransaction(this.#context, request, back, channel.remote);
		this.#transactions.set(key, transaction);
		if (request.method === "CANCEL") this.#onCancel(transaction, text, report);
		else if (tagOf(request.header("to")) !== "") this.#inDialog(transaction, text, report);
		else this.#outside(transaction, text, report);
	}

	#onAck(ack: SipMessage, text: string, report: (owner: MessageOwner | undefined) => void): void {
		const invite = this.#transactions.get(transactionKey("INVITE", topViaOf(ack)));
		if (invite !== undefined && invite.status >= 300) {
			invite.owner?.recordIn(text);
			report(invite.owner);
			if (ack.cseq !== invite.request.cseq) this.#fault(invite.owner, ack, "CSeq is not that of the INVITE");
			invite.acknowledged();
			return;
		}
		const session = this.#phone.sessions.of(ack);
		if (session === undefined) {
			if (!this.#phone.sessions.wasOurs(ack)) this.#fault(undefined, ack, "in a dialog that never was");
			return;
		}
		session.call.recordIn(text);
		report(session.call);
		session.onAck(ack);
	}

	#onCancel(
		cancel: ServerTransaction,
		text: string,
		report: (owner: MessageOwner | undefined) => void,
	): void {
		const { request } = cancel;
		const invite = this.#transactions.get(transactionKey("INVITE", topViaOf(request)));
		const call = invite?.owner;
		call?.recordIn(text);
		cancel.owner = call;
		report(call);
		if (invite === undefined || !(call instanceof UasCall)) {
			// A CANCEL of a re-INVITE finds it already answered, and has no effect (RFC 3261 section 9.2).
			if (invite === undefined) this.#fault(undefined, request, "it matches no INVITE");
			cancel.reply({ status: invite === undefined ? 481 : 200, toTag: this.#context.id() });
			return;
		}
		if (request.uri !== invite.request.uri)
			this.#fault(call, request, "Request-URI is not that of the INVITE");
		if (request.cseq !== invite.request.cseq) this.#fault(call, request, "CSeq is not that of the INVITE");
		call.onCancel(cancel);
	}

	#inDialog(
		transaction: ServerTransaction,
		text: string,
		report: (owner: MessageOwner | undefined) => void,
	): void {
		const { request } = transaction;
		const session = this.#phone.sessions.of(request);
		if (session === undefined) {
			report(undefined);
			// A request that crosses our BYE finds the dialog gone, which is nobody's fault.
			if (!this.#phone.sessions.wasOurs(request))
				this.#fault(undefined, request, "in a dialog that never was");
			transaction.reply({ status: 481 });
			return;
		}
		transaction.owner = session.call;
		session.call.recordIn(text);
		report(session.call);
		answerRequest(session, transaction);
	}

	#outside(
		transaction: ServerTransaction,
		text: string,
		report: (owner: MessageOwner | undefined) => void,
	): void {
		const { request } = transaction;
		const uri = parseUri(request.uri);
		const stray = uri === undefined || !this.#phone.isOurs(uri.host, uri.port);
		const owned = (owner: MessageOwner | undefined) => {
			report(owner);
			if (stray) this.#fault(owner, request, `Request-URI ${request.uri} is not of this phone`);
		};
		if (request.method === "INVITE") {
			const user = uri?.user ?? "";
			const call = new UasCall(this.#context, transaction, user, this.#phone.behaviourFor(user));
			transaction.owner = call;
			this.#phone.add(call);
			call.recordIn(text);
			owned(call);
			call.start();
			return;
		}
		owned(undefined);
		if (this.#phone.behaviourFor(uri?.user ?? "").silent) return;
		const toTag = this.#context.id();
		if (request.method === "OPTIONS" || request.method === "MESSAGE") {
			transaction.reply({ status: 200, toTag, lines: OPTIONS_LINES });
		} else if (request.method === "BYE" || request.method === "NOTIFY" || request.method === "UPDATE") {
			transaction.reply({ status: 481, toTag });
		} else transaction.reply({ status: 405, toTag, lines: OPTIONS_LINES });
	}

	#fault(owner: MessageOwner | undefined, request: SipMessage, fault: string): void {
		if (owner !== undefined) owner.fault(`${request.method}: ${fault}`);
		else this.#context.fault(`${request.method} ${request.header("call-id") ?? ""}: ${fault}`);
	}
}
