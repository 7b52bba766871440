import { isIP } from "node:net";

const MAPPED_PREFIX = "::ffff:";

/** An address as the rest of the program knows it: an IPv4 peer of a dual-stack socket without `::ffff:`. */
export function normalizeAddress(address: string): string {
	if (!address.startsWith(MAPPED_PREFIX) || !address.includes(".")) return address;
	return address.slice(MAPPED_PREFIX.length);
}

/** Whether an address stands for every address of the machine. */
export function isWildcard(address: string): boolean {
	return address === "" || address === "::" || address === "0.0.0.0";
}

/** Whether an address is an IPv6 one, with or without a zone. */
export function isIPv6(address: string): boolean {
	return isIP(address) === 6;
}
