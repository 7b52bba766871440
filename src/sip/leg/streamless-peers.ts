import type { HostPort } from "../transport/types.ts";

/** Peers that are remembered; one that was forgotten costs a try. */
const MAX_PEERS = 4096;

/**
 * The peers on UDP that have not taken a request by TCP. They get large requests as datagrams from then on: people
 * who wait for the answer should wait for a peer without TCP once, not at each call.
 */
export class StreamlessPeers {
	readonly #peers = new Set<string>();

	get size(): number {
		return this.#peers.size;
	}

	has(remote: HostPort): boolean {
		return this.#peers.has(keyOf(remote));
	}

	add(remote: HostPort): void {
		if (this.#peers.size >= MAX_PEERS) {
			for (const oldest of this.#peers) {
				this.#peers.delete(oldest);
				break;
			}
		}
		this.#peers.add(keyOf(remote));
	}
}

function keyOf({ address, port }: HostPort): string {
	return `${port} ${address}`;
}
