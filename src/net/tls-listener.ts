import { listenTcp } from "#runtime";
import type { ListenOptions, TcpListener, TlsListenOptions } from "../runtime/tcp.ts";

/** A TLS listener whose certificate can be replaced while it listens. */
export class TlsListener<Data> {
	readonly #options: ListenOptions<Data>;
	readonly port: number;
	readonly hostname: string;
	#listener: TcpListener | undefined;

	/** @throws {Error} the system's, with a `code`. */
	constructor(options: Omit<ListenOptions<Data>, "tls">, tls: TlsListenOptions) {
		this.#options = options;
		this.#listener = listenTcp({ ...options, tls });
		this.port = this.#listener.port;
		this.hostname = this.#listener.hostname;
	}

	/**
	 * Shows another certificate from now on; connections that are open go on. The runtime cannot change it in place,
	 * so the socket is closed and opened again in the same turn of the event loop.
	 *
	 * @throws {Error} the system's, with a `code`; nothing listens then until `renew` succeeds.
	 */
	renew(tls: TlsListenOptions): void {
		this.#listener?.stop(false);
		this.#listener = undefined;
		this.#listener = listenTcp({ ...this.#options, port: this.port, tls });
	}

	/** Stops to listen. @param closeAll whether connections are closed, too. */
	stop(closeAll = false): void {
		this.#listener?.stop(closeAll);
		this.#listener = undefined;
	}
}
