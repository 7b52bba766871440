import { bodyOf, headerOf, type RawPeer, tagOf } from "./raw-peer.ts";

/** What a request differs in from the usual one. */
export interface RawRequest {
	readonly cseq?: number;
	readonly branch?: string;
	readonly uri?: string;
	/** Header lines after the usual ones. */
	readonly lines?: readonly string[];
	readonly body?: string;
	readonly contentType?: string;
	/** Changes the finished text: how tests break a message on purpose. */
	readonly spoil?: (text: string) => string;
}

let calls = 0;

/** The calling side of one dialog, written by hand: what the server does to a phone. */
export class RawCaller {
	readonly peer: RawPeer;
	readonly callId = `raw-${++calls}`;
	readonly fromTag = "caller";
	toTag = "";
	/** URI of the phone: first the one that is called, then its Contact. */
	target: string;
	cseq = 0;
	#branches = 0;
	#version = 0;
	readonly #called: string;
	readonly #port: number;

	/** @param target URI of the phone. */
	constructor(peer: RawPeer, target: string) {
		this.peer = peer;
		this.target = target;
		this.#called = target;
		this.#port = Number(/:(\d+)(?:;|$)/.exec(target)?.[1]);
	}

	/** A session description with the next version of our origin line. */
	sdp(direction = "inactive", media = "m=audio 8000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000"): string {
		this.#version++;
		const family = this.peer.address.includes(":") ? "IP6" : "IP4";
		return (
			`v=0\r\no=raw 77 ${this.#version} IN ${family} ${this.peer.address}\r\ns=-\r\n` +
			`c=IN ${family} ${this.peer.address}\r\nt=0 0\r\n${media}\r\na=${direction}\r\n`
		);
	}

	/** Sends a request; ACK and CANCEL keep the CSeq number, the others count up. @returns its branch. */
	send(method: string, request: RawRequest = {}): string {
		if (method !== "ACK" && method !== "CANCEL") this.cseq++;
		const branch = request.branch ?? `z9hG4bK-${this.callId}-${++this.#branches}`;
		const body = request.body ?? "";
		const lines = [
			`${method} ${request.uri ?? this.target} SIP/2.0`,
			`Via: SIP/2.0/UDP ${this.peer.place};branch=${branch};rport`,
			"Max-Forwards: 70",
			`From: "Server" <sip:server@${this.peer.place}>;tag=${this.fromTag}`,
			`To: <${this.#called}>${this.toTag === "" || method === "CANCEL" ? "" : `;tag=${this.toTag}`}`,
			`Call-ID: ${this.callId}`,
			`CSeq: ${request.cseq ?? this.cseq} ${method}`,
			`Contact: <sip:server@${this.peer.place}>`,
			...(request.lines ?? []),
			...(body === "" ? [] : [`Content-Type: ${request.contentType ?? "application/sdp"}`]),
			`Content-Length: ${body.length}`,
		];
		const text = `${lines.join("\r\n")}\r\n\r\n${body}`;
		this.peer.send(request.spoil?.(text) ?? text, this.#port);
		return branch;
	}

	/** Waits for a response to the present request and takes the dialog from it. */
	async response(status: number): Promise<string> {
		const text = await this.peer.next(`SIP/2.0 ${status}`, `Call-ID: ${this.callId}`);
		const contact = /<([^>]+)>/.exec(headerOf(text, "Contact"))?.[1];
		this.toTag = tagOf(headerOf(text, "To"));
		if (contact !== undefined && status < 300) this.target = contact;
		return text;
	}

	/** Calls with an offer and acknowledges the answer. @returns the answer. */
	async connect(request: RawRequest = {}): Promise<string> {
		this.send("INVITE", { ...request, body: request.body ?? this.sdp() });
		const ok = await this.response(200);
		this.send("ACK");
		return bodyOf(ok);
	}

	/** Sends a request and waits for its final response. */
	async ask(method: string, status: number, request: RawRequest = {}): Promise<string> {
		this.send(method, request);
		return await this.peer.next(`SIP/2.0 ${status}`, `CSeq: ${request.cseq ?? this.cseq} ${method}`);
	}

	/** Answers a request of the phone. */
	reply(request: string, status: string, lines: readonly string[] = [], body = ""): void {
		const kept = ["Via", "From", "To", "Call-ID", "CSeq"].map(
			(name) => `${name}: ${headerOf(request, name)}`,
		);
		const text = [
			`SIP/2.0 ${status}`,
			...kept,
			`Contact: <sip:server@${this.peer.place}>`,
			...lines,
			...(body === "" ? [] : ["Content-Type: application/sdp"]),
			`Content-Length: ${body.length}`,
		];
		this.peer.send(`${text.join("\r\n")}\r\n\r\n${body}`, this.#port);
	}
}
