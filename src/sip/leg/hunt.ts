import { requestUriOf } from "../message/uri.ts";
import type { URI } from "../sipjs/grammar.ts";
import type { Target } from "../transport/types.ts";

/** How many addresses redirections may lead to in total: a guard against phones that redirect in circles. */
const MAX_ADDRESSES = 10;

/** One place to send an INVITE to. */
export interface Place {
	readonly requestUri: URI;
	/** Undefined until the next hop is resolved. */
	readonly target?: Target;
}

/** A Contact of a redirection, with its preference from 0 to 1. */
export interface Alternative {
	readonly uri: URI;
	readonly q: number;
}

/**
 * The places an INVITE is tried at, best first: the address that was called, the contacts of redirections
 * (RFC 3261 section 8.1.3.4), and the other targets of each (RFC 3263 section 4.3).
 */
export class Hunt {
	readonly #first: URI;
	#places: Place[];
	/** Undefined before the first redirection: there is hardly ever one. */
	#seen: Set<string> | undefined;

	constructor(first: URI) {
		this.#first = first;
		this.#places = [{ requestUri: requestUriOf(first) }];
	}

	/** Takes the next place. @returns undefined when all were tried. */
	next(): Place | undefined {
		return this.#places.shift();
	}

	/** Keeps the other targets of a Request-URI in case the first one fails. */
	keep(requestUri: URI, targets: readonly Target[]): void {
		for (const target of targets.toReversed()) this.#places.unshift({ requestUri, target });
	}

	/** Drops the other targets of an address whose phone has answered. */
	forget(requestUri: URI): void {
		this.#places = this.#places.filter((place) => !place.target || place.requestUri !== requestUri);
	}

	/**
	 * Adds the contacts of a redirection, each address once; those that would take a `sips:` call off TLS are
	 * left out, since there is nobody to ask (RFC 3261 section 8.1.3.4).
	 * @returns false if none is new.
	 */
	redirect(alternatives: readonly Alternative[]): boolean {
		const isSecure = this.#first.scheme === "sips";
		this.#seen ??= new Set([this.#first.toString()]);
		const seen = this.#seen;
		const fresh = alternatives.filter(({ uri }) => {
			const key = uri.toString();
			if (isSecure && uri.scheme !== "sips") return false;
			if (seen.has(key) || seen.size >= MAX_ADDRESSES) return false;
			seen.add(key);
			return true;
		});
		fresh.sort((a, b) => b.q - a.q);
		this.#places.unshift(...fresh.map(({ uri }) => ({ requestUri: requestUriOf(uri) })));
		return fresh.length > 0;
	}
}
