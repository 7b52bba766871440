import type { TCPSocketListener } from "bun";
import { type ListenOptions, listenTcp } from "./runtime-sockets.ts";

/** What a TLS server shows, and what it asks of its clients. */
export interface TlsServerOptions {
	/** PEM: the server's certificate, followed by the intermediate ones. */
	readonly cert: string;
	/** PEM. */
	readonly key: string;
	/** PEM of the authorities whose clients may come in; without them, clients are not asked for certificates. */
	readonly clientAuthorities?: readonly string[] | undefined;
}

/** A TLS listener whose certificate can be replaced while it listens. */
export class TlsListener<Data> {
	readonly #options: ListenOptions<Data>;
	readonly port: number;
	readonly hostname: string;
	#listener: TCPSocketListener<Data> | undefined;

	/** @throws {Error} the system's, with a `code`. */
	constructor(options: Omit<ListenOptions<Data>, "tls">, tls: TlsServerOptions) {
		this.#options = options;
		this.#listener = listenTcp({ ...options, tls: runtimeOptions(tls) });
		this.port = this.#listener.port;
		this.hostname = this.#listener.hostname;
	}

	/**
	 * Shows another certificate from now on; connections that are open go on. The runtime cannot change it in place,
	 * so the socket is closed and opened again in the same turn of the event loop.
	 *
	 * @throws {Error} the system's, with a `code`; nothing listens then until `renew` succeeds.
	 */
	renew(tls: TlsServerOptions): void {
		this.#listener?.stop(false);
		this.#listener = undefined;
		this.#listener = listenTcp({ ...this.#options, port: this.port, tls: runtimeOptions(tls) });
	}

	/** Stops to listen. @param closeAll whether connections are closed, too. */
	stop(closeAll = false): void {
		this.#listener?.stop(closeAll);
		this.#listener = undefined;
	}
}

function runtimeOptions({ cert, key, clientAuthorities }: TlsServerOptions): Bun.TLSOptions {
	if (!clientAuthorities) return { cert, key };
	return { cert, key, ca: [...clientAuthorities], requestCert: true, rejectUnauthorized: true };
}
