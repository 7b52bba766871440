import { readdirSync } from "node:fs";
import { isIPv6 } from "node:net";
import {
	AF_INET,
	AF_INET6,
	readSocketAddress,
	SOCKET_ADDRESS_BYTES,
	writeSocketAddress,
} from "../socket-address.ts";
import { openCLibrary } from "./c-library.ts";

/** Linux's numbers on x64 and arm64. */
const SOCK_DGRAM = 2;
const SOL_SOCKET = 1;
const SO_TYPE = 3;

/** Nothing is sent; a socket must be connected to some port for the system to choose its address. */
const ANY_PORT = 9;

let library: ReturnType<typeof open> | undefined;

/** Deno keeps the descriptors of its sockets to itself: this finds that of a datagram socket by its port. */
export function descriptorOf(port: number): number | undefined {
	if (process.platform !== "linux") return undefined;
	try {
		library ??= open();
		const { getsockopt } = library.symbols;
		const type = new Int32Array(1);
		for (const name of readdirSync("/proc/self/fd")) {
			const fd = Number(name);
			if (getsockopt(fd, SOL_SOCKET, SO_TYPE, type, new Uint32Array([4])) !== 0 || type[0] !== SOCK_DGRAM)
				continue;
			if (boundTo(fd)?.port === port) return fd;
		}
	} catch {
		// No C library.
	}
	return undefined;
}

/** Asks the routing table for our address on the way to a peer, through a connected socket that sends nothing. */
export function sourceAddress(peer: string): string {
	library ??= open();
	const { socket, connect, close } = library.symbols;
	const fd = socket(isIPv6(peer) ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
	if (fd < 0) throw new Error("the system opens no socket");
	try {
		const address = writeSocketAddress(peer, ANY_PORT);
		if (connect(fd, address, address.length) !== 0) throw new Error("the network is unreachable");
		return boundTo(fd)?.address ?? "";
	} finally {
		close(fd);
	}
}

function boundTo(fd: number): { readonly address: string; readonly port: number } | undefined {
	const address = new Uint8Array(SOCKET_ADDRESS_BYTES);
	const length = new Uint32Array([address.length]);
	if (library?.symbols.getsockname(fd, address, length) !== 0) return undefined;
	return readSocketAddress(address);
}

function open() {
	return openCLibrary({
		socket: { args: ["i32", "i32", "i32"], returns: "i32" },
		connect: { args: ["i32", "bytes", "u32"], returns: "i32" },
		getsockname: { args: ["i32", "bytes", "bytes"], returns: "i32" },
		getsockopt: { args: ["i32", "i32", "i32", "bytes", "bytes"], returns: "i32" },
		close: { args: ["i32"], returns: "i32" },
	});
}
