import { sourceAddress } from "#runtime";
import { normaliseAddress } from "../../net/address.ts";
import type { Clock } from "../../time/clock.ts";
import { isIPv6 } from "./ip-address.ts";
import { TransportError } from "./types.ts";

const LIFETIME = 60_000;
const MAX_ENTRIES = 4096;

/** An address that moves to another machine when this one is gone, and is ours only while we have it. */
export interface MovingAddress {
	readonly address: string;
	readonly isHere: () => boolean;
}

/** Our own address on the route to a peer, as the system chooses it; remembered for 60 s. */
export class LocalAddresses {
	/** The one address that we listen on; undefined when we listen on all. */
	readonly fixed: string | undefined;
	readonly #clock: Clock;
	readonly #ask: (peer: string) => string;
	readonly #moving: MovingAddress | undefined;
	readonly #known = new Map<string, { readonly address: string; readonly until: number }>();

	/**
	 * @param moving goes before what the routing table says.
	 * @param ask the system; its routing table by default.
	 */
	constructor(fixed: string | undefined, clock: Clock, moving?: MovingAddress, ask = routeSource) {
		this.fixed = fixed;
		this.#clock = clock;
		this.#ask = ask;
		this.#moving = moving;
	}

	/** What was found before may no longer hold. */
	forget(): void {
		this.#known.clear();
	}

	/** @returns the address that connections to a peer come from; undefined to leave it to the system. */
	bound(peer: string): string | undefined {
		const { address, isHere } = this.#moving ?? {};
		if (this.fixed !== undefined || address === undefined) return this.fixed;
		return isIPv6(peer) === isIPv6(address) && isHere?.() ? address : undefined;
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
		const address = this.bound(peer) ?? this.#ask(peer);
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
