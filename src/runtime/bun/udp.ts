import { isIPv6 } from "node:net";
import { setReceiveBuffer } from "../receive-buffer.ts";
import type { UdpOptions, UdpSocket } from "../udp.ts";
import { openCLibrary } from "./c-library.ts";

/** Nothing is sent; a socket must be connected to some port for the system to choose its address. */
const ANY_PORT = 9;

/** Opens a datagram socket. Rejects with the system's error. */
export async function openUdp(options: UdpOptions): Promise<UdpSocket> {
	return Bun.udpSocket(options);
}

/**
 * Enlarges the receive buffer of a socket, or as far as `net.core.rmem_max` allows an unprivileged program. Does
 * nothing on systems other than Linux, and where the C library is not found.
 *
 * @param wanted bytes.
 * @returns the usable bytes that the buffer has now, undefined if unknown.
 */
export function enlargeReceiveBuffer(socket: UdpSocket, wanted: number): number | undefined {
	if (process.platform !== "linux" || !("fd" in socket) || typeof socket.fd !== "number" || socket.fd < 0) {
		return undefined;
	}
	return setReceiveBuffer(openCLibrary, socket.fd, wanted);
}

/** Asks the routing table for our address on the way to a peer, through a connected socket that sends nothing. */
export function sourceAddress(peer: string): string {
	const socket = openProbe(peer);
	try {
		return socket.address.address;
	} finally {
		socket.close();
	}
}

/** The socket is open and connected before the promise is returned, so its value can be taken at once. */
function openProbe(peer: string): Bun.udp.ConnectedSocket<"buffer"> {
	const socket = Bun.peek(
		Bun.udpSocket({
			hostname: isIPv6(peer) ? "::" : "0.0.0.0",
			connect: { hostname: peer, port: ANY_PORT },
			socket: { error() {} },
		}),
	);
	if (socket instanceof Promise) throw new Error("the address is not an IP address");
	return socket;
}
