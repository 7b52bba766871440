import { isIP, isIPv6 } from "node:net";
import { BoundedMap } from "../../bounded-map.ts";
import { isPrivateAddress } from "../../net/private-address.ts";
import type { IncomingResponseMessage } from "../sipjs/core.ts";
import { PROTOCOLS, type TransportProtocol } from "./protocols.ts";
import type { HostPort } from "./types.ts";

/** Peers whose reports are remembered. */
const MAX_PEERS = 4096;

/** A peer, by a protocol. */
export interface Peer {
	readonly protocol: TransportProtocol;
	readonly remote: HostPort;
}

/** Our address as peers beyond our NAT see it: it is written into Via, Contact and session descriptions. */
export interface ExternalAddress {
	/** @param local our own address towards the peer. */
	of(peer: Peer, local: HostPort): HostPort;
	/**
	 * A peer has reported where our message came from (RFC 3581).
	 *
	 * @param address the `received` of its answer.
	 * @param port its `rport`; undefined if it did not report one.
	 */
	told(peer: Peer, address: string, port: number | undefined): void;
}

/** @param setting an IP address, `auto`, or empty for a server that is not behind a NAT. */
export function externalAddress(setting: string): ExternalAddress | undefined {
	if (setting === "") return undefined;
	return setting === "auto" ? new ToldAddresses() : new FixedAddress(setting);
}

/**
 * The NAT's address is known. Peers in private networks are on this side of it, unless it is itself private.
 */
class FixedAddress implements ExternalAddress {
	readonly #address: string;
	readonly #isPrivate: boolean;

	constructor(address: string) {
		this.#address = address;
		this.#isPrivate = isPrivateAddress(address);
	}

	of({ remote }: Peer, local: HostPort): HostPort {
		if (isIPv6(remote.address) !== isIPv6(this.#address)) return local;
		if (!this.#isPrivate && isPrivateAddress(remote.address)) return local;
		return { address: this.#address, port: local.port };
	}

	told(): void {}
}

/**
 * For each address, the latest report from it counts: there may be peers on either side of the NAT, and no
 * peer may decide what the others are told.
 */
class ToldAddresses implements ExternalAddress {
	/** By the peer's address. */
	readonly #addresses = new BoundedMap<string, string>(MAX_PEERS);
	/** By the peer's address and port: a NAT may use a different port for each peer. */
	readonly #ports = new BoundedMap<string, number>(MAX_PEERS);

	of(peer: Peer, local: HostPort): HostPort {
		const address = this.#addresses.get(peer.remote.address);
		if (address === undefined || address === local.address || isIPv6(address) !== isIPv6(local.address))
			return local;
		// A peer could not connect to the port of a connection that we opened.
		const port = !PROTOCOLS[peer.protocol].reliable ? this.#ports.get(keyOf(peer)) : undefined;
		return { address, port: port ?? local.port };
	}

	told(peer: Peer, address: string, port: number | undefined): void {
		this.#addresses.set(peer.remote.address, address);
		if (!PROTOCOLS[peer.protocol].reliable && port !== undefined) this.#ports.set(keyOf(peer), port);
	}
}

/** Passes on what the top Via of a response to our request says (RFC 3581 section 4). */
export function hearAddress(external: ExternalAddress, { via }: IncomingResponseMessage, peer: Peer): void {
	const { received, rport } = via as { readonly received?: string; readonly rport?: string | number };
	if (received === undefined || isIP(received) === 0) return;
	const port = Number(rport);
	external.told(peer, received, Number.isInteger(port) && port > 0 && port <= 65535 ? port : undefined);
}

function keyOf({ remote: { address, port } }: Peer): string {
	return `${port} ${address}`;
}
