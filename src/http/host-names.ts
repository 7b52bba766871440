import { isIP } from "node:net";

/** Headers of which browsers always send one, and which scripts in pages can change but not remove. */
const MARKS_OF_BROWSERS = ["accept-language", "origin", "sec-fetch-site"];

/**
 * Names that nobody can register: without a dot, and below domains kept out of the public DNS (RFC 6761, RFC 6762,
 * RFC 8375, ICANN's `internal`; `lan` of many routers).
 */
const PRIVATE = /^[^.]+$|\.(localhost|local|home\.arpa|internal|lan)$/;

/**
 * The names that browsers may use for this server while it has no password. The owner of a domain can point it to
 * any address (DNS rebinding): the owner's pages then count as ours, and may do everything that ours may.
 */
export class HostNames {
	readonly #own: ReadonlySet<string>;

	/** @param own names of this server, in addition to IP addresses and names that nobody can register. */
	constructor(own: readonly string[]) {
		this.#own = new Set(own.map(canonical));
	}

	/**
	 * Whether a browser made this request by a name that may belong to somebody else.
	 *
	 * @param asked the host that the client asked a trusted proxy for; that of the Host field without it.
	 * @returns why it is refused, as an end of the sentence "this request …"; undefined when it may be answered.
	 */
	strangeBecause(headers: Headers, asked?: string): string | undefined {
		if (!MARKS_OF_BROWSERS.some((name) => headers.has(name))) return undefined;
		const host = asked ?? headers.get("host");
		if (host === null) return undefined;
		const name = canonical(host.replace(/:\d*$/, ""));
		if (isIP(name.replace(/^\[(.*)\]$/, "$1")) > 0 || PRIVATE.test(name) || this.#own.has(name))
			return undefined;
		return `uses the host name ${JSON.stringify(name)}, which may not be this server's: add it to HttpHosts, or turn HttpAuth on`;
	}
}

/** Names are the same in any case, and with the dot of the root. */
function canonical(name: string): string {
	return name.toLowerCase().replace(/\.$/, "");
}
