import type { Authenticator } from "../auth/authenticator.ts";
import { partyUriOf } from "../message/uri.ts";
import { byteLength, headerLine, safeValue, wholeLine } from "../message/writer.ts";
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
		safeValue("From", this.text);
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

/** Where the pieces go that are known only when a request leaves. */
const VIA = 4;
const BRANCH = 6;
const CONTACT = 10;

/**
 * A written request, except for what is known only when it leaves. It is kept in pieces and put together in one go: each
 * text that another one is added to would be an object of its own.
 */
export class RequestText {
	readonly #pieces: string[];
	readonly #hasContact: boolean;

	/**
	 * @param pieces with places for what is known later.
	 * @param hasContact whether there is one to fill in.
	 */
	constructor(pieces: string[], hasContact: boolean) {
		this.#pieces = pieces;
		this.#hasContact = hasContact;
	}

	/**
	 * The whole request.
	 *
	 * @param via protocol and sent-by.
	 * @param contact host and port of the Contact, with its transport.
	 */
	write(via: string, branch: string, contact: string): string {
		const pieces = this.#pieces;
		pieces[VIA] = via;
		pieces[BRANCH] = branch;
		if (this.#hasContact) pieces[CONTACT] = contact;
		return pieces.join("");
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
		const { method } = this;
		const { allow, supported, userAgent } = this.#author;
		let lines = "";
		for (const line of this.#extraHeaders) lines += wholeLine(line);
		for (const line of this.#credentials()) lines += wholeLine(line);
		// It matters most where the answer carries an offer. With our own offer, the request may get too long
		// for a datagram.
		if (method === "INVITE" && !this.#body) lines += `Accept: ${ACCEPT}\r\n`;
		if (method === "INVITE" || method === "UPDATE") lines += `Allow: ${allow}\r\nSupported: ${supported}\r\n`;
		return this.#written(method, this.to.text, `${lines}User-Agent: ${userAgent}\r\n`, this.#body);
	}

	/** The CANCEL of this INVITE (RFC 3261 section 9.1): it has the same route and is not challenged (section 22.1). */
	writeCancel(): RequestText {
		return this.#written("CANCEL", this.to.text, `User-Agent: ${this.#author.userAgent}\r\n`);
	}

	/**
	 * The ACK to a refusal of this INVITE (RFC 3261 section 17.1.1.3).
	 *
	 * @param to value of To in the response.
	 * @throws {HeaderValueError} when that contains a line break.
	 */
	writeRefusalAck(to: string): RequestText {
		safeValue("To", to);
		return this.#written("ACK", to, "");
	}

	/** @param lines further header lines. */
	#written(method: string, to: string, lines: string, body?: Body): RequestText {
		const hasContact = WITH_CONTACT.has(method);
		let routes = "";
		for (const route of this.route.routeSet) routes += headerLine("Route", route);
		const content = body?.content ?? "";
		const pieces = [
			method,
			" ",
			this.requestUri,
			" SIP/2.0\r\nVia: SIP/2.0/",
			"",
			";branch=",
			"",
			";rport\r\nMax-Forwards: 70\r\n",
			routes,
			hasContact ? `Contact: <${this.#author.contact}@` : "",
			"",
			hasContact ? ">\r\nTo: " : "To: ",
			to,
			"\r\nFrom: ",
			this.from.text,
			"\r\nCSeq: ",
			String(this.cseq),
			" ",
			method,
			"\r\nCall-ID: ",
			this.callId,
			"\r\n",
			lines,
			body ? `Content-Type: ${safeValue("Content-Type", body.contentType)}\r\n` : "",
			"Content-Length: ",
			String(byteLength(content)),
			"\r\n\r\n",
			content,
		];
		return new RequestText(pieces, hasContact);
	}

	#credentials(): readonly string[] {
		const { authenticator } = this.#author;
		if (!authenticator) return NO_LINES;
		const { method, requestUri } = this;
		return authenticator.credentialsFor({ method, requestUri, body: this.#body?.content ?? "" });
	}
}
