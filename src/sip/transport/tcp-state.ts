import { openCLibrary } from "#runtime";

/** What the system knows about the path to the peer of a connection. */
export interface TcpState {
	/** Whether some data to be sent is still unacknowledged. */
	readonly unacknowledged: boolean;
	/** Milliseconds since the peer's system last acknowledged anything. */
	readonly sinceAcknowledgement: number;
}

/** Linux's numbers on x64 and arm64 (tcp(7)). */
const IPPROTO_TCP = 6;
const TCP_INFO = 11;

/** Their offsets in struct tcp_info, which grows only at the end. */
const UNACKED = 24;
const LAST_ACK_RECV = 56;
const NOTSENT_BYTES = 144;
const SIZE = 148;
/** The size in Linux before 4.6, which does not say what waits to be sent. */
const OLD_SIZE = 60;

const information = new Uint8Array(SIZE);
const length = new Uint32Array(1);

let library: ReturnType<typeof openLibrary> | undefined;

/**
 * Asks the system about the state of a TCP connection, with or without TLS in it.
 *
 * @returns undefined if unknown: on systems other than Linux, and when the socket is closed.
 */
export function tcpState(socket: object): TcpState | undefined {
	if (process.platform !== "linux" || !("fd" in socket) || typeof socket.fd !== "number" || socket.fd < 0) {
		return undefined;
	}
	let filled = 0;
	try {
		library ??= openLibrary();
		length[0] = SIZE;
		const failed = library.symbols.getsockopt(socket.fd, IPPROTO_TCP, TCP_INFO, information, length);
		filled = length[0] ?? 0;
		if (failed !== 0 || filled < OLD_SIZE) return undefined;
	} catch {
		// Without the C library a dead connection is noticed later: when a whole transaction times out on it.
		return undefined;
	}
	const view = new DataView(information.buffer);
	return {
		// Without a route nothing is sent, so nothing waits for an acknowledgement.
		unacknowledged:
			view.getUint32(UNACKED, true) > 0 || (filled >= SIZE && view.getUint32(NOTSENT_BYTES, true) > 0),
		sinceAcknowledgement: view.getUint32(LAST_ACK_RECV, true),
	};
}

function openLibrary() {
	return openCLibrary({
		getsockopt: { args: ["i32", "i32", "i32", "bytes", "bytes"], returns: "i32" },
	});
}
