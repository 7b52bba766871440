import { isIPv4, isIPv6 } from "node:net";

/** The addresses that share their first bits. */
export interface AddressRange {
	/** As it was written. */
	readonly text: string;
	/** 4 or 16 octets. */
	readonly octets: Uint8Array;
	/** Bits that have to be the same: 0 to 32, or to 128. */
	readonly prefix: number;
}

/** Reads `192.168.0.0/16`, `2001:db8::/32` or a single address. */
export function parseAddressRange(text: string): AddressRange | undefined {
	const [address = "", length, ...more] = text.split("/");
	const octets = addressOctets(address);
	if (!octets || more.length > 0) return undefined;
	const bits = octets.length * 8;
	if (length === undefined) return { text, octets, prefix: bits };
	if (!/^\d{1,3}$/.test(length) || Number(length) > bits) return undefined;
	return { text, octets, prefix: Number(length) };
}

/**
 * Whether an address lies in one of the ranges; with no range, every address does.
 *
 * @param address an IP address; an IPv4 address may be v4-mapped (`::ffff:192.0.2.1`), as a dual-stack
 * socket reports it
 */
export function isAllowed(ranges: readonly AddressRange[], address: string): boolean {
	if (ranges.length === 0) return true;
	const octets = addressOctets(address);
	if (!octets) return false;
	const unmapped = isMapped(octets) ? octets.subarray(12) : octets;
	return ranges.some((range) => contains(range, unmapped));
}

/** ::ffff:0:0/96 (RFC 4291 section 2.5.5.2). */
function isMapped(octets: Uint8Array): boolean {
	return octets.length === 16 && octets.every((octet, i) => i >= 12 || octet === (i < 10 ? 0 : 0xff));
}

function contains({ octets, prefix }: AddressRange, address: Uint8Array): boolean {
	if (octets.length !== address.length) return false;
	const whole = prefix >> 3;
	for (let i = 0; i < whole; i++) if (octets[i] !== address[i]) return false;
	const rest = prefix & 7;
	if (rest === 0) return true;
	return (((octets[whole] ?? 0) ^ (address[whole] ?? 0)) & (0xff << (8 - rest))) === 0;
}

function addressOctets(address: string): Uint8Array | undefined {
	if (isIPv4(address)) return Uint8Array.from(address.split("."), Number);
	if (!isIPv6(address) || address.includes("%")) return undefined;
	return ipv6Octets(address);
}

/** @param address a valid IPv6 address (RFC 4291 section 2.2) without a zone */
function ipv6Octets(address: string): Uint8Array {
	const [head = "", tail] = address.split("::");
	const first = groupOctets(head);
	const last = tail === undefined ? [] : groupOctets(tail);
	const octets = new Uint8Array(16);
	octets.set(first);
	octets.set(last, 16 - last.length);
	return octets;
}

function groupOctets(groups: string): number[] {
	if (groups === "") return [];
	return groups.split(":").flatMap((group) => {
		if (group.includes(".")) return group.split(".").map(Number);
		const value = Number.parseInt(group, 16);
		return [value >> 8, value & 0xff];
	});
}
