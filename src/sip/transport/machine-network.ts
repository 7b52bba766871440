import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";

/** How the machine is connected at one moment. */
export interface MachineNetwork {
	/** IP addresses of the interfaces that are up, without zones. */
	readonly addresses: ReadonlySet<string>;
	/** Changes when an address, a route, or the state of an address does. */
	readonly fingerprint: string;
}

/** Linux's tables; other systems must do with the addresses. */
const ADDRESS_STATES = "/proc/net/if_inet6";
const IPV4_ROUTES = "/proc/net/route";
const IPV6_ROUTES = "/proc/net/ipv6_route";

/** Reads how the machine is connected now. @throws {Error} when the system does not say. */
export function machineNetwork(): MachineNetwork {
	const addresses = new Set<string>();
	for (const entries of Object.values(networkInterfaces()))
		for (const { address } of entries ?? []) addresses.add(withoutZone(address));
	const fingerprint = [
		[...addresses].sort().join(" "),
		// An IPv6 address may exist for some seconds before it can be used (RFC 4862 section 5.4).
		table(ADDRESS_STATES),
		table(IPV4_ROUTES),
		table(IPV6_ROUTES).replaceAll(USE_COUNTS, "$1"),
	].join("\n");
	return { addresses, fingerprint };
}

/** The metric, followed by two columns that count the uses of a route. */
const USE_COUNTS = /( [0-9a-f]{8}) [0-9a-f]{8} [0-9a-f]{8}/g;

function table(path: string): string {
	try {
		return readFileSync(path, "latin1");
	} catch {
		return "";
	}
}

function withoutZone(address: string): string {
	const percent = address.indexOf("%");
	return percent < 0 ? address : address.slice(0, percent);
}
