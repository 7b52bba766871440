import type { Flow, HostPort } from "../transport/types.ts";

/** Where the peer of a flow reaches us; undefined while there is no route to it. */
export function ownPlace(flow: Flow | undefined): HostPort | undefined {
	try {
		return flow?.local;
	} catch {
		return undefined;
	}
}

/**
 * Whether our address, as told to a peer in a Contact, no longer reaches us. Without a route to the peer we
 * cannot tell; when there is a route again, the network has changed once more.
 *
 * @param lost the result for a closed connection.
 */
export function hasMoved(flow: Flow | undefined, told: string | undefined, lost: boolean): boolean {
	if (!flow?.open) return lost;
	const address = ownPlace(flow)?.address;
	return address !== undefined && address !== told;
}
