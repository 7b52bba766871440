import { isIP } from "node:net";
import { LimitedLog } from "../../log/limited-log.ts";
import type { Logger } from "../../log/logger.ts";
import { normaliseAddress } from "../../net/address.ts";
import { ConnectionLimits } from "../../net/connection-limits.ts";
import { formatHostPort } from "../../net/host-port.ts";
import { connectTcp, type Handlers as HandlersOf, listenTcp } from "../../net/runtime-sockets.ts";
import type { Clock } from "../../time/clock.ts";
import { normaliseDomain } from "./certificate-name.ts";
import { judgeCertificate } from "./certificate-verdict.ts";
import type { SipCounters } from "./counters.ts";
import type { SocketData, StreamOpener } from "./stream-transport.ts";
import { comingFrom } from "./tcp.ts";
import type { TlsIdentity } from "./tls-files.ts";
import type { TlsRoots } from "./tls-roots.ts";
import type { Target } from "./types.ts";

/** Connections that may be in the middle of a handshake at once, in both directions. */
const MAX_HANDSHAKES = 1024;

/**
 * How many of them may come from one address, or one IPv6 network of 64 bits: each costs the server about a
 * millisecond without a break, and all that advance in one turn of the event loop are served in that turn.
 */
const MAX_OF_ONE_ADDRESS = 32;

type Socket = Bun.Socket<SocketData>;
type Handlers = HandlersOf<SocketData>;

/** Settings of TLS connections. */
export interface TlsOptions {
	/** Needed to listen; as a client we show it to peers that ask for it (mutual TLS). */
	readonly identity?: TlsIdentity | undefined;
	readonly roots: TlsRoots;
	/** Milliseconds from the TCP connection to the end of the handshake. */
	readonly handshakeTimeout: number;
	readonly clock: Clock;
	readonly log: Logger;
	readonly counters: SipCounters;
}

/** How one handshake is judged, and what waits for it. */
interface Handshake {
	/** How many a peer may have in progress; undefined for any number. */
	readonly limits?: ConnectionLimits;
	/** @returns what is wrong, undefined if all is well. */
	judge(socket: Socket, ok: boolean, error: Error | null): string | undefined;
	succeeded(socket: Socket): void;
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
 * TLS 1.2 and 1.3, as the runtime offers them by default. For the transport above, a connection exists only
 * once its handshake has succeeded and, if we opened it, the peer's certificate is good: nothing is written
 * before that. Clients are not asked for certificates.
 */
export class TlsOpener implements StreamOpener {
	readonly protocol = "TLS";
	readonly #options: TlsOptions;
	readonly #faults: LimitedLog;
	readonly #pending = new Map<Socket, Pending>();
	readonly #limits = new ConnectionLimits({ total: 0, perAddress: MAX_OF_ONE_ADDRESS });
	#closed = false;

	constructor(options: TlsOptions) {
		this.#options = options;
		this.#faults = new LimitedLog(options.log, options.clock);
	}

	/** @throws {Error} the system's, with a `code`; an Error if there is no identity. */
	listen(
		hostname: string,
		port: number,
		handlers: Handlers,
		limit: (handlers: Handlers) => Handlers,
	): Bun.TCPSocketListener<SocketData> {
		const { identity } = this.#options;
		if (!identity) throw new Error("TLS needs a certificate to listen");
		return listenTcp<SocketData>({
			hostname,
			port,
			data: {},
			tls: { cert: identity.certificate, key: identity.key },
			socket: limit(
				this.#guard(handlers, {
					limits: this.#limits,
					// Without a client certificate there is always an error about it; `ok` is the handshake's
					// result.
					judge: (_socket, ok, error) => (ok ? undefined : (error?.message ?? "no reason given")),
					succeeded: () => {},
					failed: (reason, peer) => {
						this.#options.counters.errors.TLS.connect++;
						this.#faults.warning(() => `TLS handshake of ${peer} failed: ${reason}`);
					},
				}),
			),
		});
	}

	/** If the peer's certificate is not good, rejects with what was expected and what was presented. */
	connect(target: Target, data: SocketData, handlers: Handlers, from: string | undefined): Promise<Socket> {
		const { promise, resolve, reject } = Promise.withResolvers<Socket>();
		const { roots, identity } = this.#options;
		const domain = normaliseDomain(target.domain ?? target.address);
		const socket = this.#guard(handlers, {
			judge: (peer, _ok, error) => judgeCertificate(peer.getPeerX509Certificate(), error, domain),
			succeeded: resolve,
			failed: (reason) => {
				this.#options.log.warning(`TLS ${formatHostPort(target.address, target.port)}: ${reason}`);
				reject(new Error(reason));
			},
		});
		connectTcp<SocketData>({
			hostname: target.address,
			port: target.port,
			...comingFrom(from),
			data,
			socket,
			tls: {
				ca: [...roots.all],
				// `judge` checks the certificate: the runtime does not know the names of SIP domains.
				rejectUnauthorized: false,
				// RFC 6066 section 3: an address is not a server name.
				...(isIP(domain) === 0 ? { serverName: domain } : {}),
				...(identity ? { cert: identity.certificate, key: identity.key } : {}),
			},
		}).catch(reject);
		return promise;
	}

	/** Ends the handshakes in progress; the transport tells those that wait for one. */
	close(): void {
		this.#closed = true;
		for (const socket of [...this.#pending.keys()]) {
			this.#settle(socket);
			socket.terminate();
		}
	}

	/** Hides the time before the end of the handshake from the transport. */
	#guard(handlers: Handlers, handshake: Handshake): Handlers {
		return {
			...handlers,
			open: (socket) => this.#begin(socket, handshake),
			handshake: (socket, ok, error) => {
				const peer = this.#settle(socket);
				if (peer === undefined) return;
				const fault = handshake.judge(socket, ok, error);
				if (fault === undefined) {
					handlers.open?.(socket);
					handshake.succeeded(socket);
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
			error: (socket, error) => {
				// Such as a peer that does not accept our certificate: TLS 1.3 reports this after the
				// handshake.
				const peer = socket.data.connection?.remote.address;
				if (peer !== undefined)
					this.#faults.warning(() => `TLS connection with ${peer} failed: ${error.message}`);
				return handlers.error?.(socket, error);
			},
		};
	}

	#begin(socket: Socket, handshake: Handshake): void {
		const peer = normaliseAddress(socket.remoteAddress);
		const refusal = this.#refusalOf(peer, handshake);
		if (refusal !== undefined) {
			socket.terminate();
			handshake.failed(refusal, peer);
			return;
		}
		const { clock, handshakeTimeout } = this.#options;
		const stopTimer = clock.after(handshakeTimeout, () => {
			this.#settle(socket);
			socket.terminate();
			handshake.failed(`no TLS handshake within ${handshakeTimeout / 1000} s`, peer);
		});
		this.#pending.set(socket, { peer, limits: handshake.limits, stopTimer });
	}

	/** Why a handshake may not start; undefined if it may, and is counted. */
	#refusalOf(peer: string, { limits }: Handshake): string | undefined {
		if (this.#closed) return "the server stops";
		if (this.#pending.size >= MAX_HANDSHAKES) return "too many handshakes at once";
		return limits?.admit(peer) === undefined ? undefined : "too many handshakes of this address at once";
	}

	/** @returns the peer; undefined if its handshake is already over. */
	#settle(socket: Socket): string | undefined {
		const pending = this.#pending.get(socket);
		if (!pending) return undefined;
		this.#pending.delete(socket);
		pending.stopTimer();
		pending.limits?.release(pending.peer);
		return pending.peer;
	}
}
