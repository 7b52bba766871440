/** Makes the IP packets of a capture file. Checksums that nobody has to check are left at zero, but for IPv4's. */
import { isIPv6 } from "node:net";

/** An end of a packet's way. */
export interface PacketEnd {
	readonly address: string;
	readonly port: number;
}

const UDP = 17;
const TCP = 6;
const HOP_LIMIT = 64;
const PUSH_AND_ACK = 0x18;

/** A UDP datagram with its IP header. */
export function udpDatagram(from: PacketEnd, to: PacketEnd, payload: Uint8Array): Buffer {
	const header = Buffer.alloc(8);
	header.writeUInt16BE(from.port, 0);
	header.writeUInt16BE(to.port, 2);
	header.writeUInt16BE(Math.min(0xffff, header.length + payload.length), 4);
	return ipPacket(UDP, from.address, to.address, Buffer.concat([header, payload]));
}

/** A TCP segment with its IP header. */
export function tcpSegment(
	from: PacketEnd,
	to: PacketEnd,
	payload: Uint8Array,
	numbers: { readonly sequence: number; readonly acknowledged: number },
): Buffer {
	const header = Buffer.alloc(20);
	header.writeUInt16BE(from.port, 0);
	header.writeUInt16BE(to.port, 2);
	header.writeUInt32BE(numbers.sequence >>> 0, 4);
	header.writeUInt32BE(numbers.acknowledged >>> 0, 8);
	header.writeUInt8((header.length / 4) << 4, 12);
	header.writeUInt8(PUSH_AND_ACK, 13);
	header.writeUInt16BE(0xffff, 14);
	return ipPacket(TCP, from.address, to.address, Buffer.concat([header, payload]));
}

function ipPacket(protocol: number, from: string, to: string, payload: Buffer): Buffer {
	return Buffer.concat([
		isIPv6(from)
			? ipv6Header(protocol, from, to, payload.length)
			: ipv4Header(protocol, from, to, payload.length),
		payload,
	]);
}

/** RFC 791 section 3.1. */
function ipv4Header(protocol: number, from: string, to: string, length: number): Buffer {
	const header = Buffer.alloc(20);
	header.writeUInt8(0x45, 0);
	header.writeUInt16BE(Math.min(0xffff, header.length + length), 2);
	header.writeUInt8(HOP_LIMIT, 8);
	header.writeUInt8(protocol, 9);
	Buffer.from(from.split(".").map(Number)).copy(header, 12);
	Buffer.from(to.split(".").map(Number)).copy(header, 16);
	header.writeUInt16BE(checksum(header), 10);
	return header;
}

/** RFC 8200 section 3. */
function ipv6Header(protocol: number, from: string, to: string, length: number): Buffer {
	const header = Buffer.alloc(40);
	header.writeUInt8(0x60, 0);
	header.writeUInt16BE(Math.min(0xffff, length), 4);
	header.writeUInt8(protocol, 6);
	header.writeUInt8(HOP_LIMIT, 7);
	ipv6Octets(from).copy(header, 8);
	ipv6Octets(to).copy(header, 24);
	return header;
}

function ipv6Octets(text: string): Buffer {
	const [address = ""] = text.split("%");
	const [head = "", tail] = address.split("::");
	const groups = (part: string) => (part === "" ? [] : part.split(":"));
	const before = groups(head);
	const after = groups(tail ?? "");
	const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
	const octets = Buffer.alloc(16);
	for (const [index, group] of [...before, ...Array(zeros).fill("0"), ...after].slice(0, 8).entries()) {
		octets.writeUInt16BE(Number.parseInt(group, 16) || 0, index * 2);
	}
	return octets;
}

/** RFC 1071. */
function checksum(header: Buffer): number {
	let sum = 0;
	for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
	while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
	return ~sum & 0xffff;
}
