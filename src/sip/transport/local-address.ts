import { sourceAddress } from "#runtime";
import { normaliseAddress } from "../../net/address.ts";
import type { Clock } from "../../time/clock.ts";
import { TransportError } from "./types.ts";

const LIFETIME = 60_000;
const MAX_ENTRIES = 4096;

/** Our own address on the route to a peer, as the system chooses it; remembered for 60 s. */
export class LocalAddresses {
	/** The one address that we listen on; undefined when we listen on all. */
	readonly fixed: string | undefined;
	readonly #clock: Clock;
	readonly #ask: (peer: string) => string;
	readonly #known = new Map<string, { readonly address: string; readonly until: number }>();

	/** @param ask the system; its routing table by default. */
	constructor(fixed: string | undefined, clock: Clock, ask = routeSource) {
		this.fixed = fixed;
		this.#clock = clock;
		this.#ask = ask;
	}

	/** What was found before may no longer hold. */
	forget(): void {
		this.#known.clear();
	}

	/**
	 * @param peer IP address.
	 * @returns an IP address that the peer can reach us at, never a wildcard, never IPv4-mapped.
	 * @throws {TransportError} when there is no route to the peer.
	 */
	towards(peer: string): string {
		if (this.fixed !== undefined) return this.fixed;
		const known = this.#known.get(peer);
		const now = this.#clock.now();
		if (known && known.until > now) return known.address;
		const address = this.#ask(peer);
		this.#known.delete(peer);
		if (this.#known.size >= MAX_ENTRIES) {
			for (const oldest of this.#known.keys()) {
				this.#known.delete(oldest);
				break;
			}
		}
		this.#known.set(peer, { address, until: now + LIFETIME });
		return address;
	}
}

function routeSource(peer: string): string {
	try {
		const address = normaliseAddress(sourceAddress(peer));
		if (address === "0.0.0.0" || address === "::") throw new Error("the system chose no address");
		return address;
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw new TransportError(`No route to ${peer}: ${reason}`, { cause: error });
	}
}
