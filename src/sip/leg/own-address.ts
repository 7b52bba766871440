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
 * Whether a peer that was told an address of ours in a Contact reaches us there no more. Without a route to it nobody
 * can tell; when there is one again, the network has changed once more.
 *
 * @param lost the answer for a connection that is closed.
 */
export function hasMoved(flow: Flow | undefined, told: string | undefined, lost: boolean): boolean {
	if (!flow?.open) return lost;
	const address = ownPlace(flow)?.address;
	return address !== undefined && address !== told;
}
