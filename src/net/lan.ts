import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { parseAddress } from "./address.ts";
import { AllowList } from "./allow-list.ts";
import { isLoopbackAddress, isPrivateAddress } from "./private-address.ts";

/** Addresses that the customers of a provider share: they are no LAN (RFC 6598). */
const SHARED = /^100\./;

/** A network of its own of IPv6 has 64 bits (RFC 4291 section 2.5.1); a longer one may be part of another's. */
const LAN_PREFIX = 64;

/**
 * Whether an address is of the machine's own network, or of the machine itself. Private and link-local addresses are. So
 * are global ones of IPv6 in the same network as the machine's, as browsers prefer them, where it has a private address of
 * IPv4, too: without one, it is out on the Internet, where its neighbours are strangers.
 *
 * @param own the addresses of the machine.
 */
export function isOnLan(peer: string, own: readonly NetworkInterfaceInfo[] = ownAddresses()): boolean {
	if (isLoopbackAddress(peer) || (isPrivateAddress(peer) && !SHARED.test(peer))) return true;
	if (parseAddress(peer)?.family !== 6) return false;
	const outside = own.filter(({ internal }) => !internal);
	const isHome = outside.some(
		({ family, address }) => family === "IPv4" && isPrivateAddress(address) && !SHARED.test(address),
	);
	const networks = outside.flatMap(({ family, cidr, address }) =>
		family === "IPv6" && cidr?.endsWith(`/${LAN_PREFIX}`) && !isPrivateAddress(address) ? [cidr] : [],
	);
	return isHome && networks.length > 0 && new AllowList(networks).allows(peer);
}

function ownAddresses(): NetworkInterfaceInfo[] {
	return Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
}
