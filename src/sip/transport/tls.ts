import { isIP } from "node:net";
import { connectTcp } from "#runtime";
import { LimitedLog } from "../../log/limited-log.ts";
import type { Logger } from "../../log/logger.ts";
import { formatHostPort } from "../../net/host-port.ts";
import { TlsListener } from "../../net/tls-listener.ts";
import type { Handlers as HandlersOf, TcpSocket } from "../../runtime/tcp.ts";
import type { Clock } from "../../time/clock.ts";
import { normaliseDomain } from "../../tls/certificate-name.ts";
import { type Handshake, Handshakes, judgeClient } from "../../tls/handshakes.ts";
import type { TlsIdentity } from "../../tls/tls-files.ts";
import type { TlsRoots } from "../../tls/tls-roots.ts";
import { judgeCertificate } from "./certificate-verdict.ts";
import type { SipCounters } from "./counters.ts";
import type { SocketData, StreamOpener } from "./stream-transport.ts";
import type { Target } from "./types.ts";

type Socket = TcpSocket<SocketData>;
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

/**
 * TLS 1.2 and 1.3, as the runtime offers them by default. For the transport above, a connection exists only
 * once its handshake has succeeded and, if we opened it, the peer's certificate is good: nothing is written
 * before that. Clients are not asked for certificates.
 */
export class TlsOpener implements StreamOpener {
	readonly protocol = "TLS";
	readonly #options: TlsOptions;
	readonly #faults: LimitedLog;
	readonly #handshakes: Handshakes<SocketData>;
	#identity: TlsIdentity | undefined;
	#listener: TlsListener<SocketData> | undefined;

	constructor(options: TlsOptions) {
		this.#options = options;
		this.#identity = options.identity;
		this.#handshakes = new Handshakes(options.clock, options.handshakeTimeout);
		this.#faults = new LimitedLog(options.log, options.clock);
	}

	/** @throws {Error} the system's, with a `code`; an Error if there is no identity. */
	listen(
		hostname: string,
		port: number,
		handlers: Handlers,
		limit: (handlers: Handlers) => Handlers,
	): TlsListener<SocketData> {
		const identity = this.#identity;
		if (!identity) throw new Error("TLS needs a certificate to listen");
		const socket = limit(
			this.#guard(handlers, {
				accepted: true,
				judge: judgeClient,
				failed: (reason, peer) => {
					this.#options.counters.errors.TLS.connect++;
					this.#faults.warning(() => `TLS handshake of ${peer} failed: ${reason}`);
				},
			}),
		);
		this.#listener = new TlsListener(
			{ hostname, port, data: {}, socket },
			{ cert: identity.certificate, key: identity.key },
		);
		return this.#listener;
	}

	/** If the peer's certificate is not good, rejects with what was expected and what was presented. */
	connect(target: Target, data: SocketData, handlers: Handlers, from: string | undefined): Promise<Socket> {
		const { promise, resolve, reject } = Promise.withResolvers<Socket>();
		const { roots } = this.#options;
		const identity = this.#identity;
		const domain = normaliseDomain(target.domain ?? target.address);
		const socket = this.#guard(handlers, {
			accepted: false,
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
			localAddress: from,
			data,
			socket,
			tls: {
				// `judge` checks the certificate: the runtime does not know the names of SIP domains.
				authorities: roots.all,
				// RFC 6066 section 3: an address is not a server name.
				serverName: isIP(domain) === 0 ? domain : undefined,
				identity: identity && { cert: identity.certificate, key: identity.key },
			},
		}).catch(reject);
		return promise;
	}

	/** Ends the handshakes in progress; the transport tells those that wait for one. */
	close(): void {
		this.#handshakes.close();
	}

	/**
	 * Shows another certificate on new connections, in both directions.
	 *
	 * @throws {Error} the system's if it can listen no more.
	 */
	renew(identity: TlsIdentity): void {
		this.#identity = identity;
		this.#listener?.renew({ cert: identity.certificate, key: identity.key });
	}

	#guard(handlers: Handlers, handshake: Handshake<SocketData>): Handlers {
		return {
			...this.#handshakes.guard(handlers, handshake),
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
}
