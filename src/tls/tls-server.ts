import type { BindSettings } from "../net/bind-error.ts";
import type { ConnectionLimits } from "../net/connection-limits.ts";
import { limitConnections } from "../net/limited-connections.ts";
import { listenOnAll } from "../net/listen-on-all.ts";
import { TlsListener } from "../net/tls-listener.ts";
import type { Handlers, TlsListenOptions } from "../runtime/tcp.ts";
import type { Clock } from "../time/clock.ts";
import { Handshakes, judgeClient } from "./handshakes.ts";

/** What a TLS server needs of the one whose connections it takes. */
export interface TlsServerParts {
	readonly clock: Clock;
	/** How many clients may be connected; those in a handshake count, too. */
	readonly limits: ConnectionLimits;
	/** Told why a client was let go before its connection was open. */
	readonly refused: (peer: string, reason: string) => void;
}

/** Where and with what a TLS server listens. */
export interface TlsPlace {
	/** Addresses; none for all, IPv4 and IPv6. */
	readonly bind: readonly string[];
	/** 0 for any free port. */
	readonly port: number;
	readonly settings: BindSettings;
	readonly tls: TlsListenOptions;
}

/** Listens with TLS on some addresses; a connection is open once its handshake has succeeded. */
export class TlsServer<Data> {
	readonly #parts: TlsServerParts;
	readonly #handshakes: Handshakes<Data>;
	#listeners: readonly TlsListener<Data>[] = [];

	constructor(parts: TlsServerParts) {
		this.#parts = parts;
		this.#handshakes = new Handshakes(parts.clock);
	}

	/** Where it listens; empty before `listen` and after `close`. */
	get listeners(): readonly { readonly hostname: string; readonly port: number }[] {
		return this.#listeners;
	}

	/** @param data what a new socket has. @throws {BindError} */
	listen({ bind, port, settings, tls }: TlsPlace, data: Data, handlers: Handlers<Data>): void {
		const { limits, refused } = this.#parts;
		const guarded = this.#handshakes.guard(handlers, {
			accepted: true,
			judge: judgeClient,
			failed: (reason, peer) => refused(peer, `TLS handshake failed: ${reason}`),
		});
		const socket = limitConnections(guarded, limits, refused);
		this.#listeners = listenOnAll<TlsListener<Data>>({
			bind,
			port,
			settings,
			// A client may close its sending side and still read its answer.
			open: (hostname, at) =>
				new TlsListener<Data>({ hostname, port: at, data, allowHalfOpen: true, socket }, tls),
			portOf: (listener) => listener.port,
			close: (listener) => listener.stop(true),
		});
	}

	/** Shows another certificate to new clients. @throws {Error} the system's if it can listen no more. */
	renew(tls: TlsListenOptions): void {
		for (const listener of this.#listeners) listener.renew(tls);
	}

	/** Stops to listen, and ends every connection and handshake. */
	close(): void {
		this.#handshakes.close();
		for (const listener of this.#listeners) listener.stop(true);
		this.#listeners = [];
	}
}
