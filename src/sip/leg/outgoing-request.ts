import type { Authenticator } from "../auth/authenticator.ts";
import { partyUriOf } from "../message/uri.ts";
import { assertHeaderText, byteLength, headerLine, wholeLine } from "../message/writer.ts";
import type { Body } from "../sipjs/core.ts";
import type { URI } from "../sipjs/grammar.ts";
import { writtenTag } from "../sipjs/tags.ts";
import { ACCEPT } from "./bodies.ts";
import type { RequestRoute } from "./route-set.ts";

/** Methods whose requests carry a Contact: they say where to reach us from now on. */
const WITH_CONTACT = new Set(["INVITE", "UPDATE", "REFER", "SUBSCRIBE", "NOTIFY", "REGISTER"]);

const NO_LINES: readonly string[] = [];

/** The sender of requests: what all requests of one leg have in common. */
export interface RequestAuthor {
	/** Value of User-Agent. */
	readonly userAgent: string;
	/** Value of Allow. */
	readonly allow: string;
	/** Value of Supported. */
	readonly supported: string;
	/** Scheme and user part of the Contact, as `sip:user`. */
	readonly contact: string;
	/** Adds credentials to requests; undefined until a challenge asks for them. */
	readonly authenticator: Authenticator | undefined;
}

/** One end of a dialog, as From and To name it. */
export class Party {
	readonly uri: URI;
	readonly tag: string | undefined;
	readonly text: string;

	/**
	 * @param displayName with `"` and `\` escaped.
	 * @throws {HeaderValueError} when it contains a line break.
	 */
	constructor(uri: URI, tag: string | undefined, displayName: string) {
		this.uri = uri;
		this.tag = tag;
		const written = writtenTag(tag);
		const name = displayName === "" ? "" : `"${displayName}" `;
		this.text = `${name}<${partyUriOf(uri)}>${written === undefined ? "" : `;tag=${written}`}`;
		assertHeaderText("From", this.text);
	}
}

/** What one request says. */
export interface RequestContent {
	readonly callId: string;
	readonly cseq: number;
	/** Additional header lines, as `Name: value`. */
	readonly extraHeaders: readonly string[];
	readonly body?: Body | undefined;
}

/** A written request, except for what is known only when it leaves. */
export class RequestText {
	readonly #start: string;
	readonly #middle: string;
	readonly #end: string;

	/**
	 * @param start up to the protocol in Via.
	 * @param middle from the branch on, up to the host in Contact.
	 * @param end from there on; empty for a request without Contact.
	 */
	constructor(start: string, middle: string, end: string) {
		this.#start = start;
		this.#middle = middle;
		this.#end = end;
	}

	/**
	 * The whole request.
	 *
	 * @param via protocol and sent-by.
	 * @param contact host and port of the Contact, with its transport.
	 */
	write(via: string, branch: string, contact: string): string {
		return this.#end === ""
			? `${this.#start}${via};branch=${branch}${this.#middle}`
			: `${this.#start}${via};branch=${branch}${this.#middle}${contact}${this.#end}`;
	}
}

/**
 * One of our requests, before it is written. We write it ourselves, since SIP.js's requests need a table of
 * header fields that nobody reads. Every header field is checked for line breaks; the Via and Contact wait
 * for the address that the peer can reach, which is known once the flow is.
 */
export class OutgoingRequest {
	readonly method: string;
	readonly callId: string;
	/** A request that is sent again with credentials gets a new number (RFC 3261 section 22.2). */
	cseq: number;
	readonly route: RequestRoute;
	/** The Request-URI as it is written. */
	readonly requestUri: string;
	readonly from: Party;
	readonly to: Party;
	readonly #extraHeaders: readonly string[];
	readonly #body: Body | undefined;
	readonly #author: RequestAuthor;

	constructor(
		method: string,
		content: RequestContent,
		route: RequestRoute,
		from: Party,
		to: Party,
		author: RequestAuthor,
	) {
		this.method = method;
		this.callId = content.callId;
		this.cseq = content.cseq;
		this.route = route;
		this.requestUri = route.requestUri.toRaw();
		this.from = from;
		this.to = to;
		this.#extraHeaders = content.extraHeaders;
		this.#body = content.body;
		this.#author = author;
	}

	/** Undefined outside a dialog. */
	get toTag(): string | undefined {
		return this.to.tag;
	}

	/** Whether the Request-URI asks for TLS. */
	get secure(): boolean {
		return this.route.requestUri.scheme === "sips";
	}

	/**
	 * Writes the request.
	 * @throws {HeaderValueError} when a header field contains a line break.
	 */
	write(): RequestText {
		const { method, callId, cseq } = this;
		const { allow, supported, userAgent } = this.#author;
		const start = `${method} ${this.requestUri} SIP/2.0\r\nVia: SIP/2.0/`;
		const top = this.#top();
		let lines = "";
		for (const line of this.#extraHeaders) lines += wholeLine(line);
		for (const line of this.#credentials()) lines += wholeLine(line);
		// It matters most where the answer carries an offer. With our own offer, the request may get too long
		// for a datagram.
		if (method === "INVITE" && !this.#body) lines += `Accept: ${ACCEPT}\r\n`;
		if (method === "INVITE" || method === "UPDATE") lines += `Allow: ${allow}\r\nSupported: ${supported}\r\n`;
		// In one piece: each text that another one is added to is an object of its own.
		const rest = `To: ${this.to.text}\r\nFrom: ${this.from.text}\r\nCSeq: ${cseq} ${method}\r\nCall-ID: ${callId}\r\n${lines}User-Agent: ${userAgent}\r\n${this.#bodyLines()}`;
		return WITH_CONTACT.has(method)
			? new RequestText(start, `${top}Contact: <${this.#author.contact}@`, `>\r\n${rest}`)
			: new RequestText(start, `${top}${rest}`, "");
	}

	/** The CANCEL of this INVITE (RFC 3261 section 9.1): it has the same route and is not challenged (section 22.1). */
	writeCancel(): RequestText {
		return this.#writeAfter("CANCEL", this.to.text, `User-Agent: ${this.#author.userAgent}\r\n`);
	}

	/**
	 * The ACK to a refusal of this INVITE (RFC 3261 section 17.1.1.3).
	 *
	 * @param to value of To in the response.
	 * @throws {HeaderValueError} when that contains a line break.
	 */
	writeRefusalAck(to: string): RequestText {
		assertHeaderText("To", to);
		return this.#writeAfter("ACK", to, "");
	}

	/** What goes the way of this INVITE and has its number. */
	#writeAfter(method: string, to: string, lines: string): RequestText {
		const text = `${this.#top()}To: ${to}\r\nFrom: ${this.from.text}\r\nCSeq: ${this.cseq} ${method}\r\nCall-ID: ${this.callId}\r\n${lines}Content-Length: 0\r\n\r\n`;
		return new RequestText(`${method} ${this.requestUri} SIP/2.0\r\nVia: SIP/2.0/`, text, "");
	}

	/** What follows the branch of every request. */
	#top(): string {
		let text = ";rport\r\nMax-Forwards: 70\r\n";
		for (const route of this.route.routeSet) text += headerLine("Route", route);
		return text;
	}

	#bodyLines(): string {
		if (!this.#body) return "Content-Length: 0\r\n\r\n";
		const { content, contentType } = this.#body;
		return `${headerLine("Content-Type", contentType)}Content-Length: ${byteLength(content)}\r\n\r\n${content}`;
	}

	#credentials(): readonly string[] {
		const { authenticator } = this.#author;
		if (!authenticator) return NO_LINES;
		const { method, requestUri } = this;
		return authenticator.credentialsFor({ method, requestUri, body: this.#body?.content ?? "" });
	}
}
