import { ptr } from "bun:ffi";
import { openCLibrary } from "../../c-library.ts";

/** What the system knows of the way to the peer of a connection. */
export interface TcpState {
	/** Whether something that was to be sent is not acknowledged. */
	readonly unacknowledged: boolean;
	/** Milliseconds since the peer's system has acknowledged anything. */
	readonly sinceAcknowledgement: number;
}

/** Linux's numbers on x64 and arm64 (tcp(7)). */
const IPPROTO_TCP = 6;
const TCP_INFO = 11;

/** Where they stand in struct tcp_info, of which only the end grows. */
const UNACKED = 24;
const LAST_ACK_RECV = 56;
const NOTSENT_BYTES = 144;
const SIZE = 148;
/** Of Linux before 4.6, which does not say what waits to be sent. */
const OLD_SIZE = 60;

const information = new Uint8Array(SIZE);
const length = new Uint32Array(1);

let library: ReturnType<typeof openLibrary> | undefined;

/**
 * Asks the system how a TCP connection stands, with TLS in it or not.
 *
 * @returns undefined when that is not known: on other systems than Linux, and when the socket is closed.
 */
export function tcpState(socket: object): TcpState | undefined {
	if (process.platform !== "linux" || !("fd" in socket) || typeof socket.fd !== "number" || socket.fd < 0) {
		return undefined;
	}
	let filled = 0;
	try {
		library ??= openLibrary();
		length[0] = SIZE;
		const failed = library.symbols.getsockopt(
			socket.fd,
			IPPROTO_TCP,
			TCP_INFO,
			ptr(information),
			ptr(length),
		);
		filled = length[0] ?? 0;
		if (failed !== 0 || filled < OLD_SIZE) return undefined;
	} catch {
		// Without the C library a dead connection is noticed later: when a whole transaction times out on it.
		return undefined;
	}
	const view = new DataView(information.buffer);
	return {
		// Without a route nothing is sent, so that nothing waits for an acknowledgement.
		unacknowledged:
			view.getUint32(UNACKED, true) > 0 || (filled >= SIZE && view.getUint32(NOTSENT_BYTES, true) > 0),
		sinceAcknowledgement: view.getUint32(LAST_ACK_RECV, true),
	};
}

function openLibrary() {
	return openCLibrary({
		getsockopt: { args: ["i32", "i32", "i32", "ptr", "ptr"], returns: "i32" },
	});
}
