import { addressOf, openCLibrary } from "#runtime";
import { readSocketAddress } from "../../runtime/socket-address.ts";
import type { HostPort } from "./types.ts";

/** Linux's numbers on x64 and arm64. */
const MSG_DONTWAIT = 0x40;
const MSG_ERRQUEUE = 0x2000;
const SOL_IP = 0;
const IP_RECVERR = 11;
const SOL_IPV6 = 41;
const IPV6_RECVERR = 25;
const ORIGIN_ICMP = 2;
const ORIGIN_ICMP6 = 3;

const DESTINATION_UNREACHABLE = 3;
const DESTINATION_UNREACHABLE_6 = 1;
/** Network, host, protocol and port unreachable, host or network unknown or prohibited (RFC 1812 section 5.2.7.1). */
const CODES: ReadonlySet<number> = new Set([0, 1, 2, 3, 6, 7, 9, 10, 13]);
/** No route, prohibited, address and port unreachable (RFC 4443 section 3.1). */
const CODES_6: ReadonlySet<number> = new Set([0, 1, 3, 4]);

/** Errors read at a time: the rest wait for the next time. */
const MOST_AT_A_TIME = 64;

/** Offsets in `struct msghdr`, in words of 8 bytes, and sizes, of 64-bit Linux. */
const NAME_BYTES = 28;
const CONTROL_BYTES = 256;
const CONTROL_HEADER = 16;

/**
 * Reads from a socket's error queue which peers the network could not reach (`IP_RECVERR` in ip(7)). The
 * runtime reads that queue too, and reports an error but not its peer; errors behind one that it has read are
 * left to us.
 */
export class IcmpErrors {
	readonly #fd: number;
	readonly #library = openLibrary();
	readonly #name = new Uint8Array(NAME_BYTES);
	readonly #data = new Uint8Array(1);
	readonly #control = new Uint8Array(CONTROL_BYTES);
	readonly #vector = new BigUint64Array([addressOf(this.#data), 1n]);
	readonly #header = new BigUint64Array(7);

	private constructor(fd: number) {
		this.#fd = fd;
	}

	/** @returns undefined on systems other than Linux, and where the C library is not found. */
	static of(socket: object): IcmpErrors | undefined {
		if (process.platform !== "linux" || !("fd" in socket) || typeof socket.fd !== "number" || socket.fd < 0)
			return undefined;
		try {
			return new IcmpErrors(socket.fd);
		} catch {
			// Requests to such peers end when nobody answers them.
			return undefined;
		}
	}

	/**
	 * Takes what is in the queue.
	 *
	 * @returns the destinations that were unreachable (RFC 3261 section 18.4): one entry for each error.
	 * Errors about datagrams that only took too many hops, or were too large, are left out.
	 */
	take(): HostPort[] {
		const peers: HostPort[] = [];
		for (let left = MOST_AT_A_TIME; left > 0 && this.#receive(); left--) {
			if (this.#isUnreachable()) peers.push(readSocketAddress(this.#name));
		}
		return peers;
	}

	/** Releases the C library. */
	close(): void {
		this.#library.close();
	}

	#receive(): boolean {
		this.#header.set([
			addressOf(this.#name),
			BigInt(NAME_BYTES),
			addressOf(this.#vector),
			1n,
			addressOf(this.#control),
			BigInt(CONTROL_BYTES),
			0n,
		]);
		return this.#library.symbols.recvmsg(this.#fd, this.#header, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0n;
	}

	/** Looks for `struct sock_extended_err` among the control messages. */
	#isUnreachable(): boolean {
		const control = new DataView(this.#control.buffer);
		const end = Math.min(Number(this.#header[5] ?? 0n), CONTROL_BYTES) - CONTROL_HEADER;
		for (let at = 0; at <= end; ) {
			const length = Number(control.getBigUint64(at, true));
			const level = control.getInt32(at + 8, true);
			const kind = control.getInt32(at + 12, true);
			const error = at + CONTROL_HEADER;
			if ((level === SOL_IP && kind === IP_RECVERR) || (level === SOL_IPV6 && kind === IPV6_RECVERR)) {
				const [origin, type, code] = this.#control.subarray(error + 4, error + 7);
				return isUnreachable(origin, type, code ?? 0);
			}
			if (length < CONTROL_HEADER) break;
			at += (length + 7) & ~7;
		}
		return false;
	}
}

/**
 * Whether an error means that a destination is unreachable.
 *
 * @param origin says whose type and code numbers these are, in Linux's numbering.
 */
export function isUnreachable(origin: number | undefined, type: number | undefined, code: number): boolean {
	if (origin === ORIGIN_ICMP) return type === DESTINATION_UNREACHABLE && CODES.has(code);
	return origin === ORIGIN_ICMP6 && type === DESTINATION_UNREACHABLE_6 && CODES_6.has(code);
}

function openLibrary() {
	return openCLibrary({ recvmsg: { args: ["i32", "bytes", "i32"], returns: "i64" } });
}
