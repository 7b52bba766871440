import type { Handlers, TcpSocket } from "../runtime/tcp.ts";
import { normaliseAddress } from "./address.ts";
import type { ConnectionLimits } from "./connection-limits.ts";

/**
 * Passes on the events of the connections that a server may hold; those in excess are closed as soon as they
 * are open, and their events dropped. They must be accepted anyway: if one cannot be accepted, for want of a
 * file descriptor, the runtime retries without a pause.
 *
 * @param refused told whose connection was refused, and why.
 */
export function limitConnections<Data>(
	handlers: Handlers<Data>,
	limits: ConnectionLimits,
	refused: (peer: string, reason: string) => void,
): Handlers<Data> {
	const admitted = new WeakMap<TcpSocket<Data>, string>();
	return {
		...handlers,
		open: (socket) => {
			const peer = normaliseAddress(socket.remoteAddress ?? "");
			const reason = limits.admit(peer);
			if (reason === undefined) {
				admitted.set(socket, peer);
				return handlers.open?.(socket);
			}
			refused(peer, reason);
			socket.terminate();
		},
		close: (socket, error) => {
			const peer = admitted.get(socket);
			if (peer === undefined) return;
			admitted.delete(socket);
			limits.release(peer);
			return handlers.close?.(socket, error);
		},
	};
}
