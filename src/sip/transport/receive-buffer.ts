import { ptr } from "bun:ffi";
import { openCLibrary } from "../../c-library.ts";

/** The system's default holds 92 datagrams; a burst of calls is thousands. */
const WANTED_BYTES = 4 << 20;

/** Linux's numbers on x64 and arm64. */
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;

/**
 * Enlarges the receive buffer of a socket to 4 MiB, or as far as `net.core.rmem_max` allows an unprivileged
 * program. Does nothing on systems other than Linux, and where the C library is not found.
 *
 * @returns the usable bytes that the buffer has now, undefined if unknown.
 */
export function enlargeReceiveBuffer(socket: object): number | undefined {
	if (process.platform !== "linux" || !("fd" in socket) || typeof socket.fd !== "number" || socket.fd < 0) {
		return undefined;
	}
	try {
		const library = openLibrary();
		try {
			return setSize(library.symbols, socket.fd);
		} finally {
			library.close();
		}
	} catch {
		// Bursts are then lost and RFC 3261's timers retransmit them: slower, but no reason not to start.
		return undefined;
	}
}

function openLibrary() {
	return openCLibrary({
		setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
		getsockopt: { args: ["i32", "i32", "i32", "ptr", "ptr"], returns: "i32" },
	});
}

function setSize(symbols: ReturnType<typeof openLibrary>["symbols"], fd: number): number | undefined {
	const value = new Int32Array([WANTED_BYTES]);
	const length = new Uint32Array([value.byteLength]);
	if (symbols.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, ptr(value), value.byteLength) !== 0) {
		symbols.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, ptr(value), value.byteLength);
	}
	if (symbols.getsockopt(fd, SOL_SOCKET, SO_RCVBUF, ptr(value), ptr(length)) !== 0) return undefined;
	// The kernel doubles the value it was given, for its own bookkeeping (socket(7)).
	return (value[0] ?? 0) / 2;
}
