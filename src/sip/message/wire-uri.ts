import { BareUri } from "../sipjs/grammar.ts";
import type { ParameterMap } from "./parameters.ts";

type UriHeaders = { [name: string]: string[] };

/** What nearly every URI has. */
const NO_HEADERS: UriHeaders = Object.freeze({});
const NO_PARAMETERS: ParameterMap = Object.freeze({});

/**
 * A URI that is written exactly as received. SIP.js's own class unescapes and re-escapes the user part, which
 * changes spellings and throws on a malformed `%`.
 *
 * `user` is the unescaped user part with its password, or the text as received if it cannot be
 * unescaped. `host` is empty for schemes without one. A setter or method that changes the URI rebuilds the text,
 * keeping the user part as received unless that is what changes.
 */
export class WireUri extends BareUri {
	override parameters: ParameterMap = NO_PARAMETERS;
	override headers: UriHeaders = NO_HEADERS;
	#scheme: string;
	#user: string | undefined;
	#host: string;
	#port: number | undefined;
	#text: string | undefined;
	#userText: string | undefined;

	/**
	 * @param text the whole URI as it should be written.
	 * @param userText user and password as received; undefined if absent.
	 * @param host empty for a scheme without hosts.
	 */
	constructor(
		text: string,
		scheme: string,
		userText: string | undefined,
		host: string,
		port: number | undefined,
	) {
		super();
		this.#scheme = schemeOf(scheme);
		this.#user = unescapeUser(userText);
		this.#host = host.toLowerCase();
		this.#port = port;
		this.#text = text;
		this.#userText = userText;
	}

	override get scheme(): string {
		return this.#scheme;
	}
	override set scheme(value: string) {
		this.#scheme = schemeOf(value);
		this.#text = undefined;
	}

	override get user(): string | undefined {
		return this.#user;
	}
	override set user(value: string | undefined) {
		this.#user = value;
		this.#userText = value === undefined ? undefined : escapeUser(value);
		this.#text = undefined;
	}

	override get host(): string {
		return this.#host;
	}
	override set host(value: string) {
		this.#host = value.toLowerCase();
		this.#text = undefined;
	}

	override get port(): number | undefined {
		return this.#port;
	}
	override set port(value: number | undefined) {
		this.#port = value;
		this.#text = undefined;
	}

	override get aor(): string {
		return `${this.#user}@${this.#host}`;
	}

	override setParam(key: string, value: string | number | null | undefined): void {
		this.ownParameters();
		super.setParam(key, value);
		this.#text = undefined;
	}

	override deleteParam(key: string): string | null | undefined {
		this.#text = undefined;
		return super.deleteParam(key);
	}

	override clearParams(): void {
		super.clearParams();
		this.#text = undefined;
	}

	override setHeader(name: string, value: string[] | string): void {
		this.#ownHeaders();
		super.setHeader(name, value);
		this.#text = undefined;
	}

	override deleteHeader(name: string): string[] | undefined {
		this.#text = undefined;
		return super.deleteHeader(name);
	}

	override clearHeaders(): void {
		super.clearHeaders();
		this.#text = undefined;
	}

	/** The parameters, for the reader to add those its text already contains. */
	ownParameters(): ParameterMap {
		if (this.parameters === NO_PARAMETERS) this.parameters = {};
		return this.parameters;
	}

	/** Adds a header the text already contains: for the reader. */
	addReceivedHeader(name: string, value: string): void {
		const earlier = this.getHeader(name);
		if (earlier) earlier.push(value);
		else {
			this.#ownHeaders();
			super.setHeader(name, [value]);
		}
	}

	override clone(): WireUri {
		const copy = new WireUri(this.toString(), this.#scheme, this.#userText, this.#host, this.#port);
		if (this.parameters !== NO_PARAMETERS) copy.parameters = { ...this.parameters };
		if (this.headers !== NO_HEADERS) copy.headers = { ...this.headers };
		return copy;
	}

	override toRaw(): string {
		return this.toString();
	}

	/** Never throws. */
	override toString(): string {
		this.#text ??= this.#compose();
		return this.#text;
	}

	#ownHeaders(): void {
		if (this.headers === NO_HEADERS) this.headers = {};
	}

	#compose(): string {
		let text = `${this.scheme}:`;
		if (this.#userText !== undefined) text += this.host === "" ? this.#userText : `${this.#userText}@`;
		text += this.host;
		if (this.port !== undefined) text += `:${this.port}`;
		for (const [name, value] of Object.entries(this.parameters)) {
			text += value === null ? `;${name}` : `;${name}=${value}`;
		}
		let separator = "?";
		for (const [name, values] of Object.entries(this.headers)) {
			for (const value of values) {
				text += `${separator}${name}=${value}`;
				separator = "&";
			}
		}
		return text;
	}
}

/** The constant's text, so that no substring keeps the whole URI in memory. */
function schemeOf(text: string): string {
	const scheme = text.toLowerCase();
	return scheme === "sip" ? "sip" : scheme === "sips" ? "sips" : scheme;
}

function unescapeUser(userText: string | undefined): string | undefined {
	if (!userText?.includes("%")) return userText;
	try {
		return decodeURIComponent(userText);
	} catch {
		return userText;
	}
}

/**
 * Escapes what a user part must not contain, and a leading colon, which would start a password; `toWellFormed`
 * prevents half a surrogate pair from throwing.
 */
function escapeUser(user: string): string {
	return encodeURIComponent(user.toWellFormed()).replaceAll(
		/(?!^)%3A|%(?:2B|3F|2F|26|3D|24|2C|3B)/g,
		decodeURIComponent,
	);
}
