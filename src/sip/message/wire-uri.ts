import { URI } from "sip.js/lib/grammar/index.js";

/**
 * A URI that is written as it was received, letter by letter. SIP.js's own class unescapes and
 * escapes the user part anew, which changes spellings and throws on a malformed `%`.
 *
 * `user` is the unescaped user part with its password, or the text as received when it cannot be
 * unescaped. `host` is empty for schemes without one. After a change by a setter or a method the text
 * is put together anew, the user part still as received unless it was the one to change.
 */
export class WireUri extends URI {
	#text: string | undefined;
	#userText: string | undefined;

	/**
	 * @param text the whole URI as it is to be written.
	 * @param userText user and password as received; undefined when there is none.
	 * @param host empty for a scheme without hosts.
	 */
	constructor(
		text: string,
		scheme: string,
		userText: string | undefined,
		host: string,
		port: number | undefined,
	) {
		// SIP.js's types ask for a user, its code and its grammar do without; a host it insists on.
		super(scheme, unescapeUser(userText) as string, host || "none", port);
		if (host === "") super.host = host;
		this.#text = text;
		this.#userText = userText;
	}

	override get scheme(): string {
		return super.scheme;
	}
	override set scheme(value: string) {
		super.scheme = value;
		this.#text = undefined;
	}

	override get user(): string | undefined {
		return super.user;
	}
	override set user(value: string | undefined) {
		super.user = value;
		this.#userText = value === undefined ? undefined : escapeUser(value);
		this.#text = undefined;
	}

	override get host(): string {
		return super.host;
	}
	override set host(value: string) {
		super.host = value;
		this.#text = undefined;
	}

	override get port(): number | undefined {
		return super.port;
	}
	override set port(value: number | undefined) {
		super.port = value;
		this.#text = undefined;
	}

	override setParam(key: string, value: string | number | null | undefined): void {
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

	/** Adds a header that the text already has: for the reader. */
	addReceivedHeader(name: string, value: string): void {
		const earlier = this.getHeader(name);
		if (earlier) earlier.push(value);
		else super.setHeader(name, [value]);
	}

	override clone(): WireUri {
		const copy = new WireUri(this.toString(), super.scheme, this.#userText, super.host, super.port);
		copy.parameters = { ...this.parameters };
		copy.headers = { ...this.headers };
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

function unescapeUser(userText: string | undefined): string | undefined {
	if (!userText?.includes("%")) return userText;
	try {
		return decodeURIComponent(userText);
	} catch {
		return userText;
	}
}

/**
 * Escapes what may not stand in a user part, and a colon at its beginning, where a password would
 * follow; `toWellFormed` keeps half a surrogate pair from throwing.
 */
function escapeUser(user: string): string {
	return encodeURIComponent(user.toWellFormed()).replaceAll(
		/(?!^)%3A|%(?:2B|3F|2F|26|3D|24|2C|3B)/g,
		decodeURIComponent,
	);
}
