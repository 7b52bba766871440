import { BoundedMap } from "../../bounded-map.ts";
import type { HostPort } from "../transport/types.ts";

/** How many peers are remembered; a forgotten one costs one try. */
const MAX_PEERS = 4096;

/**
 * The UDP peers that have not accepted a request over TCP. From then on they get large requests as datagrams,
 * so that people wait for a peer without TCP once, not on each call.
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
