import { normaliseAddress } from "../net/address.ts";
import { ConnectionLimits } from "../net/connection-limits.ts";
import type { Handlers, TcpSocket } from "../runtime/tcp.ts";
import type { Clock } from "../time/clock.ts";

/** Connections that may be in the middle of a handshake at once, in both directions. */
const MAX_HANDSHAKES = 1024;

/**
 * How many of them may come from one address, or one IPv6 network of 64 bits: each costs the server about a
 * millisecond without a break, and all that advance in one turn of the event loop are served in that turn.
 */
const MAX_OF_ONE_ADDRESS = 32;

/** Milliseconds from the TCP connection to the end of the handshake, for servers. */
export const HANDSHAKE_TIMEOUT = 5000;

/** How one handshake is judged, and what waits for it. */
export interface Handshake<Data> {
	/** Whether the peer opened the connection; how many it may have in progress is then limited. */
	readonly accepted: boolean;
	/** @returns what is wrong, undefined if all is well. */
	judge(socket: TcpSocket<Data>, ok: boolean, error: Error | null): string | undefined;
	succeeded?(socket: TcpSocket<Data>): void;
	/** @param peer the IP address of the other side. */
	failed(reason: string, peer: string): void;
}

/** A handshake in progress. */
interface Pending {
	readonly peer: string;
	readonly limits: ConnectionLimits | undefined;
	readonly stopTimer: () => void;
}

/**
 * The handshakes of one kind of TLS connection. For those above, a connection exists only once its handshake has
 * succeeded: nothing is read or written before that.
 */
export class Handshakes<Data> {
	readonly #clock: Clock;
	readonly #timeout: number;
	readonly #pending = new Map<TcpSocket<Data>, Pending>();
	readonly #limits = new ConnectionLimits({ total: 0, perAddress: MAX_OF_ONE_ADDRESS });
	#closed = false;

	/** @param timeout milliseconds from the TCP connection to the end of the handshake. */
	constructor(clock: Clock, timeout = HANDSHAKE_TIMEOUT) {
		this.#clock = clock;
		this.#timeout = timeout;
	}

	/** Hides the time before the end of the handshake from the handlers. */
	guard(handlers: Handlers<Data>, handshake: Handshake<Data>): Handlers<Data> {
		return {
			...handlers,
			open: (socket) => this.#begin(socket, handshake),
			handshake: (socket, ok, error) => {
				const peer = this.#settle(socket);
				if (peer === undefined) return;
				const fault = handshake.judge(socket, ok, error);
				if (fault === undefined) {
					handlers.open?.(socket);
					handshake.succeeded?.(socket);
					return;
				}
				// In this handler it also keeps our own certificate from an untrusted server.
				socket.terminate();
				handshake.failed(fault, peer);
			},
			close: (socket, error) => {
				const peer = this.#settle(socket);
				if (peer !== undefined) handshake.failed("closed by the peer during the TLS handshake", peer);
				return handlers.close?.(socket, error);
			},
		};
	}

	/** Ends those in progress. */
	close(): void {
		this.#closed = true;
		for (const socket of [...this.#pending.keys()]) {
			this.#settle(socket);
			socket.terminate();
		}
	}

	#begin(socket: TcpSocket<Data>, handshake: Handshake<Data>): void {
		const peer = normaliseAddress(socket.remoteAddress ?? "");
		const limits = handshake.accepted ? this.#limits : undefined;
		const refusal = this.#refusalOf(peer, limits);
		if (refusal !== undefined) {
			socket.terminate();
			handshake.failed(refusal, peer);
			return;
		}
		const stopTimer = this.#clock.after(this.#timeout, () => {
			this.#settle(socket);
			socket.terminate();
			handshake.failed(`no TLS handshake within ${this.#timeout / 1000} s`, peer);
		});
		this.#pending.set(socket, { peer, limits, stopTimer });
	}

	/** Why a handshake may not start; undefined if it may, and is counted. */
	#refusalOf(peer: string, limits: ConnectionLimits | undefined): string | undefined {
		if (this.#closed) return "the server stops";
		if (this.#pending.size >= MAX_HANDSHAKES) return "too many handshakes at once";
		return limits?.admit(peer) === undefined ? undefined : "too many handshakes of this address at once";
	}

	/** @returns the peer; undefined if its handshake is already over. */
	#settle(socket: TcpSocket<Data>): string | undefined {
		const pending = this.#pending.get(socket);
		if (!pending) return undefined;
		this.#pending.delete(socket);
		pending.stopTimer();
		pending.limits?.release(pending.peer);
		return pending.peer;
	}
}

/**
 * Judges the handshake of a client. Without a client certificate there is always an error about it; `ok` is the
 * handshake's result. A client that must show one never gets so far without a good one.
 */
export function judgeClient(_socket: unknown, ok: boolean, error: Error | null): string | undefined {
	return ok ? undefined : (error?.message ?? "no reason given");
}
