import { readdirSync } from "node:fs";
import { isIPv6 } from "node:net";
import { getSystemErrorName } from "node:util";
import { cLibraryPath } from "../c-library.ts";
import {
	AF_INET,
	AF_INET6,
	readSocketAddress,
	SOCKET_ADDRESS_BYTES,
	writeSocketAddress,
} from "../socket-address.ts";
import { openCLibrary } from "./c-library.ts";

/*
 * What Deno's datagram sockets lack is done by their descriptors, in Linux's numbers on x64 and arm64: Deno keeps them
 * to itself, so that they have to be found.
 */

const SOCK_DGRAM = 2;
const SOL_SOCKET = 1;
const SO_TYPE = 3;
const SO_ERROR = 4;
const SOL_IP = 0;
const IP_RECVERR = 11;
const SOL_IPV6 = 41;
const IPV6_RECVERR = 25;
const MSG_DONTWAIT = 0x40;

/** Nothing is sent; a socket must be connected to some port for the system to choose its address. */
const ANY_PORT = 9;

let library: ReturnType<typeof open> | undefined;
let errno: Deno.UnsafePointerView | undefined;

/** The descriptor of the datagram socket that is bound to this address and port. @throws {Error} when there is none, as beyond Linux. */
export function descriptorOf(address: string, port: number): number {
	if (process.platform !== "linux") throw new Error("the server runs on Deno on Linux only");
	const { getsockopt } = symbols();
	const type = new Int32Array(1);
	for (const name of readdirSync("/proc/self/fd")) {
		const fd = Number(name);
		if (getsockopt(fd, SOL_SOCKET, SO_TYPE, type, new Uint32Array([4])) !== 0 || type[0] !== SOCK_DGRAM)
			continue;
		const bound = boundTo(fd);
		if (bound?.port === port && bound.address === address) return fd;
	}
	throw new Error("Deno's socket is not found in /proc/self/fd");
}

/** Has the system report unreachable peers, and keep who they are (ip(7)). */
export function reportErrors(fd: number): void {
	const { setsockopt } = symbols();
	const on = new Int32Array([1]);
	setsockopt(fd, SOL_IP, IP_RECVERR, on, 4);
	setsockopt(fd, SOL_IPV6, IPV6_RECVERR, on, 4);
}

/** What the network has reported since it was asked last. @returns undefined for nothing. */
export function takeError(fd: number): Error | undefined {
	const number = new Int32Array(1);
	symbols().getsockopt(fd, SOL_SOCKET, SO_ERROR, number, new Uint32Array([4]));
	return number[0] ? systemError(number[0]) : undefined;
}

/**
 * Sends a datagram.
 *
 * @param to a `sockaddr`.
 * @returns false when the system's buffer is full. @throws {Error} the system's, with a `code`.
 */
export function sendDatagram(fd: number, bytes: Uint8Array, to: Uint8Array): boolean {
	const { sendto } = symbols();
	if (sendto(fd, bytes, BigInt(bytes.length), MSG_DONTWAIT, to, to.length) >= 0n) return true;
	const error = systemError(errno?.getInt32() ?? 0);
	if (error.code === "EAGAIN") return false;
	throw error;
}

function systemError(number: number): Error & { readonly code: string } {
	const code = number > 0 ? getSystemErrorName(-number) : "";
	return Object.assign(new Error(`${code}: a datagram cannot be sent`), { code });
}

/** Asks the routing table for our address on the way to a peer, through a connected socket that sends nothing. */
export function sourceAddress(peer: string): string {
	const { socket, connect, close } = symbols();
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
	if (symbols().getsockname(fd, address, new Uint32Array([address.length])) !== 0) return undefined;
	return readSocketAddress(address);
}

function symbols() {
	if (!library) {
		library = open();
		const { symbols } = Deno.dlopen(cLibraryPath(), {
			__errno_location: { parameters: [], result: "pointer" },
		});
		const { __errno_location: find } = symbols as { readonly __errno_location: () => Deno.PointerObject };
		errno = new Deno.UnsafePointerView(find());
	}
	return library.symbols;
}

function open() {
	return openCLibrary({
		socket: { args: ["i32", "i32", "i32"], returns: "i32" },
		connect: { args: ["i32", "bytes", "u32"], returns: "i32" },
		getsockname: { args: ["i32", "bytes", "bytes"], returns: "i32" },
		getsockopt: { args: ["i32", "i32", "i32", "bytes", "bytes"], returns: "i32" },
		setsockopt: { args: ["i32", "i32", "i32", "bytes", "u32"], returns: "i32" },
		sendto: { args: ["i32", "bytes", "u64", "i32", "bytes", "u32"], returns: "i64" },
		close: { args: ["i32"], returns: "i32" },
	});
}
