import { isIPv6 } from "node:net";
import { setReceiveBuffer } from "../receive-buffer.ts";
import type { UdpOptions, UdpSocket } from "../udp.ts";
import { openCLibrary } from "./c-library.ts";
import { descriptorOf } from "./descriptors.ts";
import { withCode } from "./sockets.ts";

/** Octets of the longest datagram. */
const LONGEST = 65_535;

/** Opens a datagram socket. Rejects with the system's error. */
export async function openUdp({ hostname, port, socket: handlers }: UdpOptions): Promise<UdpSocket> {
	if (!Deno.listenDatagram) throw new Error("Deno opens datagram sockets with --unstable-net only");
	let conn: Deno.DatagramConn;
	try {
		conn = Deno.listenDatagram({ transport: "udp", hostname, port });
	} catch (error) {
		throw withCode(error);
	}
	const socket = new DenoUdp(conn, hostname, handlers.error);
	void read(conn, socket, handlers);
	return socket;
}

class DenoUdp implements UdpSocket {
	readonly port: number;
	closed = false;
	readonly #conn: Deno.DatagramConn;
	readonly #onError: (error: unknown) => void;
	/** Whether it takes IPv4 addresses in their IPv6 form only. */
	readonly #mapped: boolean;

	constructor(conn: Deno.DatagramConn, hostname: string, onError: (error: unknown) => void) {
		this.#conn = conn;
		this.port = conn.addr.port;
		this.#mapped = isIPv6(hostname);
		this.#onError = onError;
	}

	send(bytes: string | Uint8Array, port: number, address: string): boolean {
		const octets = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
		const hostname = this.#mapped && !address.includes(":") ? `::ffff:${address}` : address;
		this.#conn.send(octets, { transport: "udp", hostname, port }).catch((error: unknown) => {
			if (!this.closed) this.#onError(withCode(error));
		});
		return true;
	}

	close(): void {
		if (this.closed) return;
		this.closed = true;
		this.#conn.close();
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

/** Enlarges the receive buffer of a socket. @returns the bytes that it has now; undefined if unknown. */
export function enlargeReceiveBuffer(socket: UdpSocket, wanted: number): number | undefined {
	const fd = socket.closed ? undefined : descriptorOf(socket.port);
	return fd === undefined ? undefined : setReceiveBuffer(openCLibrary, fd, wanted);
}
