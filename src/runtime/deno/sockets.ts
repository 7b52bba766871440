import { connect, createServer, isIPv6, type Server, type Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer, TLSSocket } from "node:tls";
import { errorCode } from "../../error-code.ts";
import type {
	ConnectOptions,
	Handlers,
	ListenOptions,
	TcpListener,
	TcpSocket,
	TlsConnectOptions,
	TlsListenOptions,
} from "../tcp.ts";
import { DenoSocket } from "./tcp-socket.ts";

/*
 * Sockets and requests of Deno 2.9, which has no time-outs of its own for any of them.
 */

/** Names of Deno's errors, and the system's codes that they stand for. */
const CODES: Readonly<Record<string, string>> = {
	AddrInUse: "EADDRINUSE",
	AddrNotAvailable: "EADDRNOTAVAIL",
	PermissionDenied: "EACCES",
};

/** Connections that wait to be accepted; as `node:net` has it. */
const BACKLOG = 511;

/** Listens for TCP or TLS connections, which stay open until a side closes them. @throws {Error} the system's. */
export function listenTcp<Data>(options: ListenOptions<Data>): TcpListener {
	const { hostname, allowHalfOpen = false, socket: handlers, tls } = options;
	const port = freePort(hostname, options.port);
	const open = new Set<Socket>();
	const accept = (socket: Socket): DenoSocket<Data> => {
		open.add(socket);
		socket.once("close", () => open.delete(socket));
		const opened = new DenoSocket(socket, handlers, options.data as Data);
		handlers.open?.(opened);
		return opened;
	};
	const server = tls
		? tlsServer(tls, allowHalfOpen, accept, handlers)
		: createServer({ allowHalfOpen }, (socket) => accept(socket).listen());
	server.on("error", (error) => {
		throw error;
	});
	listenNow(server, hostname, port);
	return new DenoListener(server, open, hostname, port);
}

/** Opens a TCP or TLS connection, which stays open until a side closes it. Rejects with the system's error. */
export function connectTcp<Data>(options: ConnectOptions<Data>): Promise<TcpSocket<Data>> {
	const { hostname: host, port, localAddress, socket: handlers, data, tls } = options;
	const { promise, resolve, reject } = Promise.withResolvers<TcpSocket<Data>>();
	const place = { host, port, ...(localAddress !== undefined && { localAddress }) };
	const socket = tls ? connectTls({ ...place, ...clientTls(tls) }) : connect(place);
	socket.once("error", reject);
	socket.once("connect", () => {
		socket.off("error", reject);
		const opened = new DenoSocket(socket, handlers, data as Data);
		opened.listen();
		if (socket instanceof TLSSocket) {
			let over = false;
			const settle = (ok: boolean, error: Error | null): void => {
				if (!over) handlers.handshake?.(opened, ok, error);
				over = true;
			};
			socket.once("secureConnect", () => settle(true, certificateError(socket)));
			socket.once("error", (error) => settle(false, error));
		}
		handlers.open?.(opened);
		resolve(opened);
	});
	return promise;
}

class DenoListener implements TcpListener {
	readonly hostname: string;
	readonly port: number;
	readonly #server: Server;
	readonly #open: ReadonlySet<Socket>;

	constructor(server: Server, open: ReadonlySet<Socket>, hostname: string, port: number) {
		this.#server = server;
		this.#open = open;
		this.hostname = hostname;
		this.port = port;
	}

	stop(closeAll = false): void {
		this.#server.close();
		if (closeAll) for (const socket of this.#open) socket.destroy();
	}
}

/** `node:net` tells too late whether it can listen, and where: this asks first. @throws {Error} with a `code`. */
function freePort(hostname: string, port: number): number {
	try {
		const trial = Deno.listen({ hostname, port });
		trial.close();
		return trial.addr.port;
	} catch (error) {
		throw withCode(error);
	}
}

/**
 * `listen` looks the address up first, although it is one, and would listen some turns of the event loop later; this is
 * what it calls then.
 */
function listenNow(server: Server, hostname: string, port: number): void {
	const { _listen2: listen } = server as Server & {
		_listen2(address: string, port: number, family: 4 | 6, backlog: number): void;
	};
	listen.call(server, hostname, port, isIPv6(hostname) ? 6 : 4, BACKLOG);
}

/** The error with the code of the system, which Deno leaves out of some. */
export function withCode(error: unknown): unknown {
	if (!(error instanceof Error) || errorCode(error) !== "") return error;
	return Object.assign(error, { code: CODES[error.name] ?? "" });
}

/** A server that tells of a connection before its handshake, and when that is over. */
function tlsServer<Data>(
	{ cert, key, clientAuthorities }: TlsListenOptions,
	allowHalfOpen: boolean,
	accept: (socket: Socket) => DenoSocket<Data>,
	handlers: Handlers<Data>,
): Server {
	const asked = clientAuthorities !== undefined;
	const server = createTlsServer({
		cert,
		key,
		allowHalfOpen,
		...(asked && { ca: [...clientAuthorities], requestCert: true, rejectUnauthorized: true }),
	});
	/** Connections in a handshake, by the peer's address: the TLS layer comes with another socket. */
	const waiting = new Map<string, DenoSocket<Data>>();
	const keyOf = (socket: Socket) => `${socket.remotePort} ${socket.remoteAddress}`;
	server.on("connection", (plain: Socket) => {
		const place = keyOf(plain);
		waiting.set(place, accept(plain));
		plain.once("close", () => waiting.delete(place));
	});
	const settle = (socket: TLSSocket, error: Error | null): void => {
		const place = keyOf(socket);
		const opened = waiting.get(place);
		waiting.delete(place);
		if (!opened) return;
		if (!error) opened.secure(socket);
		handlers.handshake?.(opened, error === null, error);
	};
	server.on("secureConnection", (socket) => settle(socket, null));
	server.on("tlsClientError", (error, socket) => settle(socket, error));
	return server;
}

/** What is wrong with the peer's certificate, or its absence. */
function certificateError(socket: TLSSocket): Error | null {
	if (socket.authorized) return null;
	const error: unknown = socket.authorizationError ?? null;
	if (error === null || error instanceof Error) return error;
	return Object.assign(new Error(String(error)), { code: String(error) });
}

function clientTls({ authorities, serverName, identity }: TlsConnectOptions) {
	return {
		ca: [...authorities],
		rejectUnauthorized: false,
		...(serverName !== undefined && { servername: serverName }),
		...identity,
	};
}
