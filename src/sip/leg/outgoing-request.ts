import {
	type Body,
	NameAddrHeader,
	type OutgoingInviteRequest,
	OutgoingRequestMessage,
	type URI,
} from "sip.js/lib/core/index.js";
import type { Authenticator } from "../auth/authenticator.ts";
import { withoutConstructor } from "../message/without-constructor.ts";
import { assertHeaderText, byteLength, headerLine } from "../message/writer.ts";
import { CONTACT_PLACEHOLDER, NO_TAG, STRICT_VIA_PLACEHOLDER, VIA_PLACEHOLDER } from "./placeholders.ts";
import type { RequestRoute } from "./route-set.ts";

/** Methods whose requests carry a Contact: those that say where we are to be reached from now on. */
const WITH_CONTACT = new Set(["INVITE", "UPDATE", "REFER", "SUBSCRIBE", "NOTIFY", "REGISTER"]);

/** What every request of one leg has in common. */
export interface RequestProfile {
	/** Secret of the leg: makes each branch of it unguessable. */
	readonly branchSuffix: string;
	readonly userAgent: string;
	/** Value of the Allow header field. */
	readonly allow: string;
	/** Option tags of the Supported header field. */
	readonly supported: readonly string[];
	/** User part of the Contact: the id of the leg. */
	readonly contactUser: string;
	/** Scheme of the Contact: what is called securely is to be called back securely (RFC 3261 section 8.1.1.8). */
	scheme: "sip" | "sips";
	/** Gives requests their credentials; undefined when there are no accounts. */
	readonly authenticator: Authenticator | undefined;
	/** The CSeq number for the next request. */
	nextCSeq(): number;
}

/** One end of a dialog, as From and To name it. */
export class Party {
	readonly uri: URI;
	readonly tag: string | undefined;
	readonly header: NameAddrHeader;
	readonly text: string;

	/**
	 * @param displayName with `"` and `\` escaped.
	 * @throws {HeaderValueError} when it holds a line break.
	 */
	constructor(uri: URI, tag: string | undefined, displayName: string) {
		this.uri = uri;
		this.tag = tag;
		this.header = new NameAddrHeader(uri, displayName, tag === undefined || tag === NO_TAG ? {} : { tag });
		this.text = this.header.toString();
		assertHeaderText("From", this.text);
	}
}

/** What one request is made of. */
export interface RequestParts {
	readonly method: string;
	readonly route: RequestRoute;
	readonly from: Party;
	readonly to: Party;
	readonly callId: string;
	readonly cseq: number;
	/** Further header lines, as `Name: value`. */
	readonly extraHeaders: readonly string[];
	readonly body: Body | undefined;
	readonly profile: RequestProfile;
}

/**
 * A request of SIP.js's core with our Via, Contact and identifiers, and with a check of every header
 * field for line breaks. The Via and Contact hold placeholders for the address that the peer can
 * reach: it is known when the flow is. SIP.js's own constructor would fill a table of header fields
 * that nobody reads, which took a tenth of the time of a call.
 */
export class OutgoingRequest extends withoutConstructor(OutgoingRequestMessage) {
	override readonly method: string;
	override readonly ruri: URI;
	override readonly from: NameAddrHeader;
	override readonly fromTag: string;
	override readonly fromURI: URI;
	override readonly to: NameAddrHeader;
	override readonly toTag: string | undefined;
	override readonly toURI: URI;
	override readonly callId: string;
	override cseq: number;
	override branch: string | undefined = undefined;
	/** Holds the Route values only: SIP.js copies them into a CANCEL. */
	override readonly headers: { [name: string]: string[] };
	override extraHeaders: string[];
	override body: { body: string; contentType: string } | undefined;
	/** Nobody wants its answer any more: it is not sent again when it is challenged. */
	abandoned = false;
	readonly #fromText: string;
	readonly #toText: string;
	readonly #strict: boolean;
	readonly #profile: RequestProfile;

	constructor(parts: RequestParts) {
		super();
		const { from, to, route, extraHeaders, body } = parts;
		const { routeSet } = route;
		this.method = parts.method;
		this.ruri = route.requestUri;
		this.from = from.header;
		this.fromTag = from.tag ?? "";
		this.fromURI = from.uri;
		this.to = to.header;
		this.toTag = to.tag;
		this.toURI = to.uri;
		this.callId = parts.callId;
		this.cseq = parts.cseq;
		this.headers = routeSet.length > 0 ? { Route: [...routeSet] } : {};
		this.extraHeaders = [...extraHeaders];
		this.body = body && { body: body.content, contentType: body.contentType };
		this.#fromText = from.text;
		this.#toText = to.text;
		this.#strict = route.strict;
		this.#profile = parts.profile;
	}

	/** SIP.js draws branches from ten million values: the suffix makes them unique in space and time. */
	override setViaHeader(branch: string): void {
		this.branch = branch;
	}

	/**
	 * SIP.js sets header fields of requests that are sent again with credentials: it numbers them
	 * without telling the dialog, so the number comes from elsewhere (RFC 3261 section 12.2.1.1), and
	 * its credentials are left out, as we write our own.
	 */
	override setHeader(name: string, value: string | string[]): void {
		if (name === "cseq") this.cseq = this.#profile.nextCSeq();
		else if (name !== "authorization" && name !== "proxy-authorization")
			this.extraHeaders.push(`${name}: ${value}`);
	}

	/** The values that SIP.js asks for, to write the ACK to a refusal, which needs the whole route. */
	override getHeader(name: string): string | undefined {
		switch (name) {
			case "via":
				return this.#via;
			case "from":
				return this.#fromText;
			case "to":
				return this.#toText;
			case "route":
				return this.headers.Route?.join(", ");
			default:
				return undefined;
		}
	}

	/**
	 * Writes the request.
	 * @throws {HeaderValueError} when a header field holds a line break.
	 */
	override toString(): string {
		const { method } = this;
		const requestUri = this.ruri.toRaw();
		let text = `${method} ${requestUri} SIP/2.0\r\nVia: ${this.#via}\r\nMax-Forwards: 70\r\n`;
		for (const route of this.headers.Route ?? []) text += headerLine("Route", route);
		if (WITH_CONTACT.has(method)) text += `Contact: <${contactUri(this.#profile)}>\r\n`;
		text += `To: ${this.#toText}\r\nFrom: ${this.#fromText}\r\nCSeq: ${this.cseq} ${method}\r\nCall-ID: ${this.callId}\r\n`;
		for (const line of this.extraHeaders) text += wholeLine(line);
		for (const line of this.#credentials(requestUri)) text += wholeLine(line);
		if (method === "INVITE" || method === "UPDATE") {
			text += `Allow: ${this.#profile.allow}\r\nSupported: ${this.#profile.supported.join(", ")}\r\n`;
		}
		text += `User-Agent: ${this.#profile.userAgent}\r\n`;
		if (!this.body) return `${text}Content-Length: 0\r\n\r\n`;
		const { body, contentType } = this.body;
		return `${text}${headerLine("Content-Type", contentType)}Content-Length: ${byteLength(body)}\r\n\r\n${body}`;
	}

	get #via(): string {
		const place = this.#strict ? STRICT_VIA_PLACEHOLDER : VIA_PLACEHOLDER;
		return `${place};branch=${this.branch}${this.#profile.branchSuffix};rport`;
	}

	/** A CANCEL cannot be sent again and is not challenged (RFC 3261 section 22.1). */
	#credentials(requestUri: string): readonly string[] {
		const { authenticator } = this.#profile;
		if (!authenticator || this.method === "CANCEL") return [];
		return authenticator.credentialsFor({ method: this.method, requestUri, body: this.body?.body ?? "" });
	}
}

/** Takes an INVITE back (RFC 3261 section 9.1); one that is challenged now is not sent again. */
export function cancelInvite(request: OutgoingInviteRequest): void {
	if (request.message instanceof OutgoingRequest) request.message.abandoned = true;
	request.cancel();
}

/** Our Contact URI, with a placeholder for the address that the peer can reach. */
export function contactUri({ scheme, contactUser }: RequestProfile): string {
	return `${scheme}:${contactUser}@${CONTACT_PLACEHOLDER}`;
}

function wholeLine(line: string): string {
	const colon = line.indexOf(":");
	return headerLine(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
}
