import { enlargeReceiveBuffer } from "#runtime";
import { type Dialog, newDialog, type Peer } from "./phone-dialog.ts";
import { HOST, requestText, responseText, sdp } from "./phone-text.ts";
import { Resender } from "./resender.ts";
import { readSip, type SipText, targetOf, userOf } from "./sip-text.ts";

/** What a phone tells; `user` is the user part that was called. */
export interface PhoneListener {
	/** The ACK to its 200 came: for the destination of an anchored call, both phones are connected. */
	acknowledged(user: string): void;
	/** The last NOTIFY of a transfer was answered: the phone it called and it are connected. */
	referred(user: string): void;
	/** The call to this user is over. */
	ended(user: string): void;
}

/**
 * A phone that costs little, so that the server and not the phone is measured: UDP on loopback. It
 * answers every INVITE at once with 100, 180 and 200, takes re-INVITEs, carries out REFER with a
 * NOTIFY for each step, and hangs up when told to. It checks nothing; `src/simulator` does that.
 */
export class LeanPhone {
	/** Requests and responses that came a second time. */
	repeatedIn = 0;
	/** Messages to and from all peers, those to and from other phones included. */
	messages = 0;
	/** What should not have come, such as an unknown method. */
	readonly surprises: string[] = [];
	readonly #resender = new Resender();
	readonly #dialogs = new Map<string, Dialog>();
	readonly #byUser = new Map<string, Dialog>();
	readonly #listener: PhoneListener;
	#socket: Bun.udp.Socket<"buffer"> | undefined;
	#ids = 0;

	private constructor(listener: PhoneListener) {
		this.#listener = listener;
	}

	/** Opens a phone at a free port. */
	static async start(listener: PhoneListener): Promise<LeanPhone> {
		const phone = new LeanPhone(listener);
		const socket = await Bun.udpSocket({
			hostname: HOST,
			port: 0,
			binaryType: "buffer",
			socket: {
				data: (_socket, bytes, port, host) => phone.#receive(bytes.toString("latin1"), { host, port }),
				error: (error) => {
					phone.surprises.push(String(error));
				},
			},
		});
		enlargeReceiveBuffer(socket, 4 << 20);
		phone.#socket = socket;
		return phone;
	}

	/** URI of a user of this phone. */
	uri(user: string): string {
		return `sip:${user}@${HOST}:${this.#socket?.port ?? 0}`;
	}

	/** Dialogs that are not over. */
	get open(): number {
		return this.#dialogs.size;
	}

	/** Messages that it sent again, and messages that came again. */
	get retransmissions(): number {
		return this.#resender.resent + this.repeatedIn;
	}

	/** Messages that were never answered. */
	get lost(): number {
		return this.#resender.lost;
	}

	/** Hangs up the call to this user, if it is still there. */
	hangUp(user: string): void {
		const dialog = this.#byUser.get(user);
		if (dialog) this.#bye(dialog);
	}

	stop(): void {
		this.#resender.stop();
		this.#socket?.close();
	}

	#receive(text: string, from: Peer): void {
		const message = readSip(text);
		if (!message) return;
		this.messages++;
		const dialog = this.#dialogs.get(message.callId);
		if (message.status > 0) this.#onResponse(message, dialog);
		else if (dialog) this.#onRequest(message, dialog, from);
		else if (message.method === "INVITE") this.#onInvite(message, from);
		else if (message.method === "BYE" || message.method === "OPTIONS") {
			// A BYE of a dialog that is over: ours crossed it, or it comes again.
			this.#reply(message, message.to, from, "200 OK");
		} else if (message.method !== "ACK") this.#surprise(message);
	}

	#onInvite(invite: SipText, peer: Peer): void {
		const user = userOf(invite.uri);
		const local = `${invite.to};tag=${this.#id()}`;
		const dialog = newDialog(invite.callId, user, local, invite.from, invite.contact, peer);
		dialog.remoteCseq = invite.cseq;
		this.#dialogs.set(invite.callId, dialog);
		this.#byUser.set(user, dialog);
		this.#reply(invite, invite.to, peer, "100 Trying");
		this.#reply(invite, local, peer, "180 Ringing", this.#contact(user));
		this.#accept(invite, dialog, peer);
	}

	#onRequest(request: SipText, dialog: Dialog, from: Peer): void {
		if (request.method === "ACK") {
			this.#onAck(request, dialog);
			return;
		}
		if (request.cseq <= dialog.remoteCseq) {
			this.repeatedIn++;
			this.#send(dialog.answer, from);
			return;
		}
		dialog.remoteCseq = request.cseq;
		if (request.contact !== "") dialog.target = request.contact;
		if (request.method === "INVITE") this.#accept(request, dialog, from);
		else if (request.method === "REFER") this.#refer(request, dialog, from);
		else if (request.method === "BYE") {
			dialog.answer = this.#reply(request, dialog.local, from, "200 OK");
			this.#over(dialog);
		} else {
			dialog.answer = this.#reply(request, request.to, from, "200 OK");
			if (request.method !== "NOTIFY" && request.method !== "OPTIONS") this.#surprise(request);
		}
	}

	#onAck(ack: SipText, dialog: Dialog): void {
		this.#resender.answered(`ACK ${ack.cseq} ${dialog.callId}`);
		if (dialog.acknowledged) return;
		dialog.acknowledged = true;
		this.#listener.acknowledged(dialog.user);
	}

	/** Answers an INVITE: an offer on hold with an answer on hold, any other with a stream that flows. */
	#accept(invite: SipText, dialog: Dialog, peer: Peer): void {
		const text = responseText(
			invite,
			dialog.local,
			peer,
			"200 OK",
			this.#contact(dialog.user),
			sdp(invite.inactive),
		);
		dialog.answer = text;
		this.#resender.add(`ACK ${invite.cseq} ${dialog.callId}`, () => this.#send(text, peer));
	}

	#refer(refer: SipText, dialog: Dialog, peer: Peer): void {
		dialog.answer = this.#reply(refer, dialog.local, peer, "202 Accepted", this.#contact(dialog.user));
		this.#notify(dialog, "100 Trying");
		const callId = this.#id();
		const local = `<${this.uri(dialog.user)}>;tag=${this.#id()}`;
		const target = refer.referTo;
		const outgoing = newDialog(callId, dialog.user, local, `<${target}>`, target, targetOf(target));
		outgoing.referrer = dialog;
		dialog.transfer = outgoing;
		this.#dialogs.set(callId, outgoing);
		this.#request(outgoing, "INVITE", this.#contact(dialog.user), sdp(false));
	}

	#notify(dialog: Dialog, status: string): void {
		dialog.notices.push(status);
		this.#nextNotice(dialog);
	}

	/** One NOTIFY at a time, so that they arrive in order. */
	#nextNotice(dialog: Dialog): void {
		const status = dialog.notices[0];
		if (dialog.notifying || status === undefined) return;
		dialog.notifying = true;
		const state = status.startsWith("1") ? "active;expires=60" : "terminated;reason=noresource";
		const lines =
			`${this.#contact(dialog.user)}Event: refer\r\nSubscription-State: ${state}\r\n` +
			"Content-Type: message/sipfrag;version=2.0\r\n";
		this.#request(dialog, "NOTIFY", lines, `SIP/2.0 ${status}\r\n`);
	}

	#bye(dialog: Dialog): void {
		if (dialog.leaving) return;
		dialog.leaving = true;
		this.#request(dialog, "BYE", "", "");
	}

	/** The call ended; what the phone called for its peer ends too, once the peer has heard how it went. */
	#over(dialog: Dialog): void {
		dialog.leaving = true;
		// The subscription of a REFER outlives the BYE (RFC 5057 section 4.2).
		if (dialog.transfer && !dialog.told) return;
		this.#dialogs.delete(dialog.callId);
		if (this.#byUser.get(dialog.user) === dialog) this.#byUser.delete(dialog.user);
		if (dialog.transfer) this.#bye(dialog.transfer);
		if (!dialog.referrer) this.#listener.ended(dialog.user);
	}

	#onResponse(message: SipText, dialog: Dialog | undefined): void {
		const { method, status, cseq, callId } = message;
		if (status < 200) {
			if (dialog?.referrer && status > 100) this.#notify(dialog.referrer, `${status} Ringing`);
			return;
		}
		if (!this.#resender.answered(`${cseq} ${callId}`)) {
			this.repeatedIn++;
			if (method === "INVITE" && dialog) this.#ack(dialog, cseq);
			return;
		}
		if (status >= 300) this.surprises.push(`${status} to ${method}`);
		if (!dialog) return;
		if (method === "INVITE") this.#onAnswer(message, dialog);
		else if (method === "NOTIFY") this.#onNotified(dialog);
		else if (method === "BYE") this.#over(dialog);
	}

	#onAnswer(answer: SipText, dialog: Dialog): void {
		dialog.remote = answer.to;
		dialog.target = answer.contact;
		this.#ack(dialog, answer.cseq);
		if (dialog.referrer) this.#notify(dialog.referrer, `${answer.status} OK`);
	}

	#onNotified(dialog: Dialog): void {
		const status = dialog.notices.shift();
		dialog.notifying = false;
		if (status?.startsWith("1")) this.#nextNotice(dialog);
		else {
			dialog.told = true;
			this.#listener.referred(dialog.user);
			if (dialog.leaving) this.#over(dialog);
		}
	}

	#ack(dialog: Dialog, cseq: number): void {
		this.#send(requestText(dialog, "ACK", cseq, this.#via, "", ""), dialog.peer);
	}

	#request(dialog: Dialog, method: string, lines: string, body: string): void {
		dialog.cseq++;
		const text = requestText(dialog, method, dialog.cseq, this.#via, lines, body);
		this.#resender.add(`${dialog.cseq} ${dialog.callId}`, () => this.#send(text, dialog.peer));
	}

	#reply(request: SipText, to: string, peer: Peer, status: string, lines = ""): string {
		const text = responseText(request, to, peer, status, lines, "");
		this.#send(text, peer);
		return text;
	}

	#send(text: string, peer: Peer): void {
		this.messages++;
		try {
			this.#socket?.send(text, peer.port, peer.host);
		} catch {
			// An ICMP error of an earlier datagram; the resender sends this one again.
		}
	}

	/** A Via value for a new transaction. */
	get #via(): string {
		return `SIP/2.0/UDP ${HOST}:${this.#socket?.port};branch=z9hG4bK${this.#id()};rport`;
	}

	#contact(user: string): string {
		return `Contact: <${this.uri(user)}>\r\n`;
	}

	#surprise(message: SipText): void {
		this.surprises.push(`${message.method} ${message.uri}`);
	}

	#id(): string {
		this.#ids++;
		return `${this.#socket?.port.toString(36)}x${this.#ids.toString(36)}`;
	}
}
