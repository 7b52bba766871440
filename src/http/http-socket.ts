import type { TcpSocket } from "../runtime/tcp.ts";
import type { HttpSocket } from "./wire/connection-options.ts";

/** A socket as a connection sees it. */
export function httpSocket<Data>(socket: TcpSocket<Data>): HttpSocket {
	return {
		write: (bytes) => socket.write(bytes),
		pause: () => {
			socket.pause();
		},
		resume: () => {
			socket.resume();
		},
		shutdown: () => {
			socket.shutdown();
		},
		end: () => {
			socket.end();
		},
		terminate: () => {
			socket.terminate();
		},
	};
}
