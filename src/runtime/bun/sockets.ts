import type { Socket, SocketHandler } from "bun";
import type { HttpRequest } from "../http.ts";
import type {
	ConnectOptions,
	Handlers,
	ListenOptions,
	TcpListener,
	TcpSocket,
	TlsConnectOptions,
	TlsListenOptions,
} from "../tcp.ts";

/*
 * The one door to the runtime's sockets, servers and requests: it has time-outs of its own, and each is either stated
 * here or taken away. What may wait how long is then said by the parts themselves, on a clock that tests can move.
 *
 * What Bun 1.4 brings with it:
 * - an accepted socket with a `timeout` handler: the handler runs 120 s after the connection was opened, whatever the
 *   traffic, unless `timeout(0)` was said; connections that we open, and sockets without the handler, have none;
 * - `fetch`: fails when nothing moves for 300 s; a connection that is kept for the next request is closed after 300 s;
 * - DNS look-ups: those of `makeDnsResolver`, which states them; the system's own are those of its resolv.conf;
 * - `Bun.udpSocket`: none.
 */

/** Listens for TCP or TLS connections, which stay open until a side closes them. @throws {Error} the system's. */
export function listenTcp<Data>(options: ListenOptions<Data>): TcpListener {
	const { tls, data, ...others } = options;
	return Bun.listen<Data>({
		...others,
		...(data !== undefined && { data }),
		...(tls && { tls: serverTls(tls) }),
		socket: withoutTimeout(options.socket),
	});
}

/**
 * Opens a TCP or TLS connection, which stays open until a side closes it. Rejects with the system's error.
 */
export function connectTcp<Data>(options: ConnectOptions<Data>): Promise<TcpSocket<Data>> {
	const { tls, data, localAddress, ...others } = options;
	return Bun.connect<Data>({
		...others,
		...(data !== undefined && { data }),
		// Its types do not declare it.
		...(localAddress !== undefined && { localAddress }),
		...(tls && { tls: clientTls(tls) }),
		socket: withoutTimeout(options.socket),
	});
}

/** Sends an HTTP request, and follows no redirection: nobody else may get what is sent. */
export function requestHttp(url: string, request: HttpRequest): Promise<Response> {
	return fetch(url, { ...request, redirect: "manual", timeout: false });
}

function serverTls({ cert, key, clientAuthorities }: TlsListenOptions): Bun.TLSOptions {
	if (!clientAuthorities) return { cert, key };
	return { cert, key, ca: [...clientAuthorities], requestCert: true, rejectUnauthorized: true };
}

function clientTls({ authorities, serverName, identity }: TlsConnectOptions): Bun.TLSOptions {
	return {
		ca: [...authorities],
		rejectUnauthorized: false,
		...(serverName !== undefined && { serverName }),
		...identity,
	};
}

function withoutTimeout<Data>(handlers: Handlers<Data>): SocketHandler<Data> {
	return {
		...handlers,
		open: (socket: Socket<Data>) => {
			socket.timeout(0);
			return handlers.open?.(socket);
		},
	};
}
