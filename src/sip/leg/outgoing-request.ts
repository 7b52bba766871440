import {
	type Body,
	OutgoingRequestMessage,
	type OutgoingRequestMessageOptions,
	type URI,
} from "sip.js/lib/core/index.js";
import { assertHeaderText, byteLength } from "../message/writer.ts";
import { CONTACT_PLACEHOLDER, VIA_PLACEHOLDER } from "./placeholders.ts";

/** Methods whose requests and 2xx carry a Contact: those that set or refresh a dialog's remote target. */
const TARGET_REFRESH = new Set(["INVITE", "UPDATE", "REFER", "SUBSCRIBE", "NOTIFY"]);

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
}

/**
 * A request as SIP.js's core builds it, with our Via, Contact and identifiers, and with a check of
 * every header field for line breaks. The Via and Contact hold placeholders for the address that the
 * peer can reach: it is known when the flow is.
 */
export class OutgoingRequest extends OutgoingRequestMessage {
	readonly #profile: RequestProfile;

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
		let text = `${method} ${this.ruri.toRaw()} SIP/2.0\r\n`;
		for (const name of ["Via", "Max-Forwards", "Route"]) {
			for (const value of headers[name] ?? []) text += headerLine(name, value);
		}
		if (TARGET_REFRESH.has(method)) {
			text += `Contact: <${contactUri(this.#profile)}>\r\n`;
		}
		for (const name in headers) {
			if (name === "Via" || name === "Max-Forwards" || name === "Route") continue;
			for (const value of headers[name] ?? []) text += headerLine(name, value);
		}
		for (const line of this.extraHeaders) {
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
}

/** Our Contact URI, with a placeholder for the address that the peer can reach. */
export function contactUri({ scheme, contactUser }: RequestProfile): string {
	return `${scheme}:${contactUser}@${CONTACT_PLACEHOLDER}`;
}

function headerLine(name: string, value: string): string {
	assertHeaderText(name, value);
	return `${name}: ${value}\r\n`;
}
