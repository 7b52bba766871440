import {
	type Body,
	type OutgoingInviteRequest,
	OutgoingRequestMessage,
	type OutgoingRequestMessageOptions,
	type URI,
} from "sip.js/lib/core/index.js";
import type { Authenticator } from "../auth/authenticator.ts";
import { assertHeaderText, byteLength } from "../message/writer.ts";
import { CONTACT_PLACEHOLDER, VIA_PLACEHOLDER } from "./placeholders.ts";

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
	/** Scheme of the Contact. */
	readonly scheme: "sip" | "sips";
	/** Gives requests their credentials; undefined when there are no accounts. */
	readonly authenticator: Authenticator | undefined;
	/** The CSeq number for the next request. */
	nextCSeq(): number;
}

/** Header fields that are not written in the order and with the values that SIP.js has for them. */
const WRITTEN_APART = new Set(["Via", "Max-Forwards", "Route", "Authorization", "Proxy-Authorization"]);

/**
 * A request as SIP.js's core builds it, with our Via, Contact and identifiers, and with a check of
 * every header field for line breaks. The Via and Contact hold placeholders for the address that the
 * peer can reach: it is known when the flow is.
 */
export class OutgoingRequest extends OutgoingRequestMessage {
	readonly #profile: RequestProfile;
	/** Nobody wants its answer any more: it is not sent again when it is challenged. */
	abandoned = false;

	constructor(
		method: string,
		requestUri: URI,
		from: URI,
		to: URI,
		options: OutgoingRequestMessageOptions,
		profile: RequestProfile,
		extraHeaders?: string[],
		body?: Body,
	) {
		super(method, requestUri, from, to, options, extraHeaders, body);
		this.#profile = profile;
	}

	/** SIP.js draws branches from ten million values: the suffix makes them unique in space and time. */
	override setViaHeader(branch: string): void {
		this.branch = branch;
		this.setHeader("via", `${VIA_PLACEHOLDER};branch=${branch}${this.#profile.branchSuffix};rport`);
	}

	/**
	 * SIP.js numbers a request that it sends again by itself and does not always tell the dialog: the
	 * numbers come from one place (RFC 3261 section 12.2.1.1).
	 */
	override setHeader(name: string, value: string | string[]): void {
		const isSentAgain = name === "cseq" && #profile in this;
		if (isSentAgain) this.cseq = this.#profile.nextCSeq();
		super.setHeader(name, isSentAgain ? `${this.cseq} ${this.method}` : value);
	}

	/** SIP.js copies only this one value into the ACK to a refusal, which needs the whole route. */
	override getHeader(name: string): string | undefined {
		return name === "route" ? this.getHeaders(name).join(", ") || undefined : super.getHeader(name);
	}

	/**
	 * Writes the request.
	 * @throws {HeaderValueError} when a header field holds a line break.
	 */
	override toString(): string {
		const { method, headers } = this;
		const requestUri = this.ruri.toRaw();
		let text = `${method} ${requestUri} SIP/2.0\r\n`;
		for (const name of ["Via", "Max-Forwards", "Route"]) {
			for (const value of headers[name] ?? []) text += headerLine(name, value);
		}
		if (WITH_CONTACT.has(method)) {
			text += `Contact: <${contactUri(this.#profile)}>\r\n`;
		}
		for (const name in headers) {
			if (WRITTEN_APART.has(name)) continue;
			for (const value of headers[name] ?? []) text += headerLine(name, value);
		}
		for (const line of [...this.extraHeaders, ...this.#credentials(requestUri)]) {
			const colon = line.indexOf(":");
			text += headerLine(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
		}
		if (method === "INVITE" || method === "UPDATE") {
			text += headerLine("Allow", this.#profile.allow);
			text += headerLine("Supported", this.#profile.supported.join(", "));
		}
		text += headerLine("User-Agent", this.#profile.userAgent);
		if (!this.body) return `${text}Content-Length: 0\r\n\r\n`;
		const { body, contentType } = this.body;
		return `${text}${headerLine("Content-Type", contentType)}Content-Length: ${byteLength(body)}\r\n\r\n${body}`;
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

function headerLine(name: string, value: string): string {
	assertHeaderText(name, value);
	return `${name}: ${value}\r\n`;
}
