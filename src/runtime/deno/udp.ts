import { isIPv4, isIPv6 } from "node:net";
import { setReceiveBuffer } from "../receive-buffer.ts";
import { writeSocketAddress } from "../socket-address.ts";
import type { UdpOptions, UdpSocket } from "../udp.ts";
import { openCLibrary } from "./c-library.ts";
import { descriptorOf, reportErrors, sendDatagram, takeError } from "./descriptors.ts";
import { withCode } from "./sockets.ts";

/** Octets of the longest datagram. */
const LONGEST = 65_535;

/** How long after a datagram the network is asked whether it found its peer, in milliseconds. */
const LOOK_AFTER = 50;

/** Peers whose addresses are kept in the system's form. */
const MOST_PEERS = 4096;

/** Opens a datagram socket. Rejects with the system's error. */
export async function openUdp({ hostname, port, socket: handlers }: UdpOptions): Promise<UdpSocket> {
	if (!Deno.listenDatagram) throw new Error("Deno opens datagram sockets with --unstable-net only");
	let conn: Deno.DatagramConn | undefined;
	try {
		conn = Deno.listenDatagram({ transport: "udp", hostname, port });
		const socket = new DenoUdp(conn, hostname, handlers.error);
		void read(conn, socket, handlers);
		return socket;
	} catch (error) {
		conn?.close();
		throw withCode(error);
	}
}

/** Enlarges the receive buffer of a socket. @returns the bytes that it has now; undefined if unknown. */
export function enlargeReceiveBuffer(socket: UdpSocket, wanted: number): number | undefined {
	if (!(socket instanceof DenoUdp) || socket.closed) return undefined;
	return setReceiveBuffer(openCLibrary, socket.fd, wanted);
}

class DenoUdp implements UdpSocket {
	readonly port: number;
	closed = false;
	readonly fd: number;
	readonly #conn: Deno.DatagramConn;
	readonly #onError: (error: unknown) => void;
	/** Whether it takes IPv4 addresses in their IPv6 form only. */
	readonly #mapped: boolean;
	#look: ReturnType<typeof setTimeout> | undefined;
	readonly #peers = new Map<string, Uint8Array>();

	constructor(conn: Deno.DatagramConn, hostname: string, onError: (error: unknown) => void) {
		this.#conn = conn;
		this.port = conn.addr.port;
		this.#mapped = isIPv6(hostname);
		this.#onError = onError;
		this.fd = descriptorOf(conn.addr.hostname, this.port);
		reportErrors(this.fd);
	}

	send(bytes: string | Uint8Array, port: number, address: string): boolean {
		if (this.closed) return false;
		const octets = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
		this.#lookLater();
		return sendDatagram(this.fd, octets, this.#peer(port, address));
	}

	close(): void {
		if (this.closed) return;
		this.closed = true;
		clearTimeout(this.#look);
		this.#conn.close();
	}

	/** Deno does not tell of errors between datagrams. */
	#lookLater(): void {
		this.#look ??= setTimeout(() => {
			this.#look = undefined;
			const error = takeError(this.fd);
			if (error) this.#onError(error);
		}, LOOK_AFTER);
	}

	#peer(port: number, address: string): Uint8Array {
		const key = `${port} ${address}`;
		let peer = this.#peers.get(key);
		if (!peer) {
			if (this.#peers.size >= MOST_PEERS) this.#peers.clear();
			peer = writeSocketAddress(this.#mapped && isIPv4(address) ? `::ffff:${address}` : address, port);
			this.#peers.set(key, peer);
		}
		return peer;
	}
}

/** Reads until the socket is closed. */
async function read(conn: Deno.DatagramConn, socket: DenoUdp, handlers: UdpOptions["socket"]): Promise<void> {
	const buffer = new Uint8Array(LONGEST);
	while (!socket.closed) {
		try {
			const [octets, from] = await conn.receive(buffer);
			handlers.data(socket, Buffer.from(octets), from.port, from.hostname, { truncated: false });
		} catch (error) {
			if (!socket.closed) handlers.error(withCode(error));
		}
	}
}
