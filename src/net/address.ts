import { isIPv4, isIPv6 } from "node:net";

/** An IP address as a number; IPv4-mapped IPv6 addresses are IPv4. */
export interface IpAddress {
	readonly family: 4 | 6;
	readonly value: bigint;
}

const MAPPED_PREFIX = 0xffffn;

/** How an IPv4-mapped address may start: only zeros before its 16 set bits. */
const MAPPED = /^[0:]*:ffff:/i;

/**
 * Reads an IPv4 or IPv6 address; a zone (`%eth0`) is left out.
 *
 * @returns undefined when the text is not an address.
 */
export function parseAddress(text: string): IpAddress | undefined {
	if (isIPv4(text)) return { family: 4, value: ipv4Value(text) };
	const percent = text.indexOf("%");
	const bare = percent < 0 ? text : text.slice(0, percent);
	if (!isIPv6(bare)) return undefined;
	const value = ipv6Value(bare);
	if (value >> 32n === MAPPED_PREFIX) return { family: 4, value: value & 0xffffffffn };
	return { family: 6, value };
}

/**
 * One text per peer: a dual-stack socket names its IPv4 peers as IPv4-mapped IPv6 addresses (RFC 4291 section
 * 2.5.5.2), which come out as IPv4. Anything else is returned unchanged.
 */
export function normaliseAddress(text: string): string {
	if (!text.includes(":")) return text;
	// The form that sockets write: this runs for each datagram.
	const rest = text.startsWith("::ffff:") ? text.slice(7) : "";
	if (isIPv4(rest)) return rest;
	if (!MAPPED.test(text)) return text;
	const address = parseAddress(text);
	return address?.family === 4 ? formatIpv4(address.value) : text;
}

function formatIpv4(value: bigint): string {
	return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".");
}

function ipv4Value(text: string): bigint {
	return text.split(".").reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
}

function ipv6Value(text: string): bigint {
	const [head = "", tail] = text.split("::");
	const before = groups(head);
	const after = groups(tail ?? "");
	const zeros = new Array<bigint>(8 - before.length - after.length).fill(0n);
	return [...before, ...zeros, ...after].reduce((value, group) => (value << 16n) | group, 0n);
}

/** The 16-bit groups of one side of `::`; a dotted quad at the end counts as two. */
function groups(text: string): bigint[] {
	if (text === "") return [];
	return text.split(":").flatMap((group) => {
		if (!group.includes(".")) return [BigInt(`0x${group}`)];
		const value = ipv4Value(group);
		return [value >> 16n, value & 0xffffn];
	});
}
