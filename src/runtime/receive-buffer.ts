import type { Runtime } from "./runtime.ts";

/** Linux's numbers on x64 and arm64. */
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;

/**
 * Sets the size of a socket's receive buffer, or as much as `net.core.rmem_max` allows an unprivileged program. Bursts
 * that find no room are lost, and RFC 3261's timers retransmit them: slower, but no reason not to start.
 *
 * @param fd the socket's descriptor.
 * @param wanted bytes.
 * @returns the usable bytes that the buffer has now, undefined where the C library is not found.
 */
export function setReceiveBuffer(
	open: Runtime["openCLibrary"],
	fd: number,
	wanted: number,
): number | undefined {
	try {
		const library = open({
			setsockopt: { args: ["i32", "i32", "i32", "bytes", "u32"], returns: "i32" },
			getsockopt: { args: ["i32", "i32", "i32", "bytes", "bytes"], returns: "i32" },
		});
		try {
			const { setsockopt, getsockopt } = library.symbols;
			const value = new Int32Array([wanted]);
			const length = new Uint32Array([value.byteLength]);
			if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, value, value.byteLength) !== 0)
				setsockopt(fd, SOL_SOCKET, SO_RCVBUF, value, value.byteLength);
			if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, value, length) !== 0) return undefined;
			// The kernel doubles the value it was given, for its own bookkeeping (socket(7)).
			return (value[0] ?? 0) / 2;
		} finally {
			library.close();
		}
	} catch {
		return undefined;
	}
}
