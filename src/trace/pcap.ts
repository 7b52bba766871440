import { isIPv6 } from "node:net";
import { PROTOCOLS } from "../sip/transport/protocols.ts";
import { type PacketEnd, tcpSegment, udpDatagram } from "./packets.ts";
import { fieldOf, type TracedMessage } from "./traced-message.ts";

/** LINKTYPE_RAW: each packet begins with its IPv4 or IPv6 header. */
const LINKTYPE_RAW = 101;
const LONGEST_PACKET = 262_144;

/**
 * Writes messages as a capture file (pcap, version 2.4) for Wireshark and its like. The log has no packets, so they
 * are made: UDP as datagrams, TCP and TLS as segments of one stream for each peer; what was encrypted is readable.
 * Our own address is taken from the Via fields.
 */
export function writePcap(messages: readonly TracedMessage[]): Uint8Array {
	const header = Buffer.alloc(24);
	header.writeUInt32LE(0xa1b2c3d4, 0);
	header.writeUInt16LE(2, 4);
	header.writeUInt16LE(4, 6);
	header.writeUInt32LE(LONGEST_PACKET, 16);
	header.writeUInt32LE(LINKTYPE_RAW, 20);
	const here = new OwnAddresses(messages);
	/** Octets sent so far from one end of a stream to the other. */
	const sent = new Map<string, number>();
	const records = messages.flatMap((message) => {
		const peer = endOf(message.peer);
		const own = here.towards(message);
		const [from, to] = message.direction === "sent" ? [own, peer] : [peer, own];
		const payload = wireText(message);
		const stream = `${from.address} ${from.port} ${to.address} ${to.port}`;
		const back = `${to.address} ${to.port} ${from.address} ${from.port}`;
		const sequence = sent.get(stream) ?? 1;
		const packet =
			PROTOCOLS[message.protocol].socket === "udp"
				? udpDatagram(from, to, payload)
				: tcpSegment(from, to, payload, { sequence, acknowledged: sent.get(back) ?? 1 });
		sent.set(stream, sequence + payload.length);
		return [recordHeader(message.at, packet.length), packet];
	});
	return Buffer.concat([header, ...records]);
}

function recordHeader(at: string, length: number): Buffer {
	const milliseconds = Date.parse(at);
	const header = Buffer.alloc(16);
	header.writeUInt32LE(Math.floor(milliseconds / 1000), 0);
	header.writeUInt32LE((milliseconds % 1000) * 1000, 4);
	header.writeUInt32LE(length, 8);
	header.writeUInt32LE(length, 12);
	return header;
}

/** The message as it was on the wire, but for what the log hides: its length is set right. */
function wireText({ startLine, headers, body }: TracedMessage): Buffer {
	const content = body === "" ? "" : `${body.replaceAll("\n", "\r\n")}\r\n`;
	const length = Buffer.byteLength(content);
	const lines = headers.map((line) => line.replace(/^(Content-Length|l)(\s*:\s*).*/i, `$1$2${length}`));
	return Buffer.from([startLine, ...lines, "", content].join("\r\n"));
}

/** `192.0.2.1:5060` or `[2001:db8::1]:5060`. */
function endOf(text: string): PacketEnd {
	const colon = text.lastIndexOf(":");
	const address = text.slice(0, colon).replace(/^\[|\]$/g, "");
	return { address, port: Number(text.slice(colon + 1)) };
}

/** Our own address that each message came from or went to: as in the last Via that we wrote for that protocol. */
class OwnAddresses {
	readonly #known = new Map<string, PacketEnd>();

	constructor(messages: readonly TracedMessage[]) {
		for (const message of messages) this.#learn(message, false);
	}

	towards(message: TracedMessage): PacketEnd {
		this.#learn(message, true);
		const ipv6 = isIPv6(endOf(message.peer).address);
		return this.#known.get(keyOf(message)) ?? { address: ipv6 ? "::1" : "127.0.0.1", port: 5060 };
	}

	#learn(message: TracedMessage, newest: boolean): void {
		const isRequest = !message.startLine.startsWith("SIP/");
		if (isRequest !== (message.direction === "sent")) return;
		const sentBy = /^SIP\s*\/\s*2\.0\s*\/\s*\w+\s+([^;,\s]+)/i.exec(fieldOf(message, "Via") ?? "")?.[1];
		if (sentBy === undefined || !/:\d+$/.test(sentBy)) return;
		const end = endOf(sentBy);
		if (isIPv6(end.address) !== isIPv6(endOf(message.peer).address)) return;
		if (newest || !this.#known.has(keyOf(message))) this.#known.set(keyOf(message), end);
	}
}

function keyOf({ protocol, peer }: TracedMessage): string {
	return `${protocol} ${isIPv6(endOf(peer).address) ? 6 : 4}`;
}
