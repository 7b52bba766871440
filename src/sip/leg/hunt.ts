import { requestUriOf } from "../message/uri.ts";
import type { IncomingResponseMessage } from "../sipjs/core.ts";
import { NameAddrHeader, type URI } from "../sipjs/grammar.ts";
import type { Flow, Target } from "../transport/types.ts";
import type { InvitationOptions } from "./invitation-options.ts";
import { type NextHop, nextHopFor, type Targets, targetsOf } from "./next-hop.ts";

/** How many addresses redirections may lead to in total: a guard against phones that redirect in circles. */
const MAX_ADDRESSES = 10;

/** One place to send an INVITE to. */
export interface Place {
	readonly requestUri: URI;
	/** Undefined until the next hop is resolved. */
	readonly target?: Target;
}

/** A Contact of a redirection, with its preference from 0 to 1. */
interface Alternative {
	readonly uri: URI;
	readonly q: number;
}

/**
 * The places an INVITE is tried at, best first: the address that was called, the contacts of redirections
 * (RFC 3261 section 8.1.3.4), and the other targets of each (RFC 3263 section 4.3).
 */
export class Hunt {
	readonly #options: InvitationOptions;
	#places: Place[];
	/** Undefined before the first redirection: there is hardly ever one. */
	#seen: Set<string> | undefined;

	constructor(options: InvitationOptions) {
		this.#options = options;
		this.#places = [{ requestUri: requestUriOf(options.order.to) }];
	}

	/** Takes the next place. @returns undefined when all were tried. */
	next(): Place | undefined {
		return this.#places.shift();
	}

	/** Opens the flow to a place; at once if that is possible. @throws {TransportError} at once or as a rejection. */
	reach(place: Place): Flow | Promise<Flow> {
		const { settings, order } = this.#options;
		const nextHop = nextHopFor(place.requestUri, order.routeSet[0]);
		const targets: Targets | Promise<Targets> = place.target
			? [place.target]
			: targetsOf(nextHop, settings.network.resolver);
		return targets instanceof Promise
			? this.#useOneOf(targets, nextHop, place)
			: this.#use(nextHop, place, targets);
	}

	async #useOneOf(targets: Promise<Targets>, nextHop: NextHop, place: Place): Promise<Flow> {
		return this.#use(nextHop, place, await targets);
	}

	/** The other targets of its address are kept in case the first one fails. */
	#use(nextHop: NextHop, { requestUri }: Place, targets: Targets): Flow | Promise<Flow> {
		const [first] = targets;
		if (targets.length > 1) this.#keep(requestUri, targets.slice(1));
		return this.#options.userAgent.requests.use(nextHop, first);
	}

	#keep(requestUri: URI, targets: readonly Target[]): void {
		this.#places.unshift(...targets.map((target) => ({ requestUri, target })));
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
	redirect(message: IncomingResponseMessage): boolean {
		const { to } = this.#options.order;
		const isSecure = to.scheme === "sips";
		this.#seen ??= new Set([to.toString()]);
		const seen = this.#seen;
		const fresh = contactsOf(message).filter(({ uri }) => {
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

function contactsOf(message: IncomingResponseMessage): Alternative[] {
	const contacts: Alternative[] = [];
	for (let index = 0; index < message.getHeaders("contact").length; index += 1) {
		const contact: unknown = message.parseHeader("contact", index);
		if (!(contact instanceof NameAddrHeader)) continue;
		const q = Number.parseFloat(contact.getParam("q") ?? "1");
		contacts.push({ uri: contact.uri, q: Number.isFinite(q) ? q : 1 });
	}
	return contacts;
}
