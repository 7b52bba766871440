import { networkInterfaces } from "node:os";

/** Names by which clients may reach this machine: its host names, and its addresses but for those of a link. */
export function ownNames(hostNames: readonly string[], interfaces = networkInterfaces()): string[] {
	const addresses = Object.values(interfaces)
		.flatMap((entries) => entries ?? [])
		.filter(({ internal, scopeid }) => !internal && !scopeid)
		.map(({ address }) => address);
	return [...new Set([...hostNames, ...addresses, "localhost", "127.0.0.1", "::1"])];
}
