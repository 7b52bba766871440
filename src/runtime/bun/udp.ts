import { isIPv6 } from "node:net";
import type { UdpOptions, UdpSocket } from "../udp.ts";
import { openCLibrary } from "./c-library.ts";

/** Linux's numbers on x64 and arm64. */
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;

/** Nothing is sent; a socket must be connected to some port for the system to choose its address. */
const ANY_PORT = 9;

/** Opens a datagram socket. Rejects with the system's error. */
export function openUdp(options: UdpOptions): Promise<UdpSocket> {
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
	try {
		const library = openLibrary();
		try {
			return setSize(library.symbols, socket.fd, wanted);
		} finally {
			library.close();
		}
	} catch {
		// Bursts are then lost and RFC 3261's timers retransmit them: slower, but no reason not to start.
		return undefined;
	}
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

function openLibrary() {
	return openCLibrary({
		setsockopt: { args: ["i32", "i32", "i32", "bytes", "u32"], returns: "i32" },
		getsockopt: { args: ["i32", "i32", "i32", "bytes", "bytes"], returns: "i32" },
	});
}

function setSize(
	symbols: ReturnType<typeof openLibrary>["symbols"],
	fd: number,
	wanted: number,
): number | undefined {
	const value = new Int32Array([wanted]);
	const length = new Uint32Array([value.byteLength]);
	if (symbols.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, value, value.byteLength) !== 0) {
		symbols.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, value, value.byteLength);
	}
	if (symbols.getsockopt(fd, SOL_SOCKET, SO_RCVBUF, value, length) !== 0) return undefined;
	// The kernel doubles the value it was given, for its own bookkeeping (socket(7)).
	return (value[0] ?? 0) / 2;
}
