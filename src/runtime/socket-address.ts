import { isIPv6 } from "node:net";

/** Linux's numbers. */
export const AF_INET = 2;
export const AF_INET6 = 10;

/** Octets that hold either form. */
export const SOCKET_ADDRESS_BYTES = 28;

/** The octets of a `sockaddr_in` or `sockaddr_in6` (ip(7), ipv6(7)). @param address an IP address. */
export function writeSocketAddress(address: string, port: number): Uint8Array<ArrayBuffer> {
	const six = isIPv6(address);
	const bytes = new Uint8Array(six ? SOCKET_ADDRESS_BYTES : 16);
	const view = new DataView(bytes.buffer);
	view.setUint16(0, six ? AF_INET6 : AF_INET, true);
	view.setUint16(2, port);
	if (six) for (const [index, group] of groupsOf(address).entries()) view.setUint16(8 + 2 * index, group);
	else bytes.set(address.split(".").map(Number), 4);
	return bytes;
}

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): number[] {
	// URLs have no IPv4 in them, and no zone.
	const [name = ""] = new URL(`http://[${address.replace(/%.*/, "")}]`).hostname.slice(1, -1).split("%");
	const [before = "", after] = name.split("::");
	const numbers = (part: string) =>
		part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
	const left = numbers(before);
	const right = after === undefined ? [] : numbers(after);
	return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

/** Parses a `sockaddr_in` or `sockaddr_in6`; an IPv4-mapped address comes out as IPv4. */
export function readSocketAddress(bytes: Uint8Array): { readonly address: string; readonly port: number } {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const port = view.getUint16(2);
	if (view.getUint16(0, true) === AF_INET) return { address: bytes.subarray(4, 8).join("."), port };
	const isMapped = view.getBigUint64(8) === 0n && view.getUint32(16) === 0xffff;
	if (isMapped) return { address: bytes.subarray(20, 24).join("."), port };
	const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(8 + 2 * index).toString(16));
	// URLs use the short form of RFC 5952, like the runtime's addresses.
	return { address: new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1), port };
}
