import { BoundedMap } from "../../bounded-map.ts";
import type { HostPort } from "../transport/types.ts";

/** Peers that are remembered; one that was forgotten costs a try. */
const MAX_PEERS = 4096;

/**
 * The peers on UDP that have not taken a request by TCP. They get large requests as datagrams from then on: people
 * who wait for the answer should wait for a peer without TCP once, not at each call.
 */
export class StreamlessPeers {
	readonly #peers = new BoundedMap<string, true>(MAX_PEERS);

	get size(): number {
		return this.#peers.size;
	}

	has(remote: HostPort): boolean {
		return this.#peers.has(keyOf(remote));
	}

	add(remote: HostPort): void {
		this.#peers.set(keyOf(remote), true);
	}
}

function keyOf({ address, port }: HostPort): string {
	return `${port} ${address}`;
}
