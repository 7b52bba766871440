import { connect, createServer, type Server, type Socket } from "node:net";
import { connect as connectTls, createSecureContext, TLSSocket } from "node:tls";
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

/** Listens for TCP or TLS connections, which stay open until a side closes them. @throws {Error} the system's. */
export function listenTcp<Data>(options: ListenOptions<Data>): TcpListener {
	const { hostname, allowHalfOpen = false, socket: handlers, tls } = options;
	const port = freePort(hostname, options.port);
	const open = new Set<Socket>();
	const accept = tls ? acceptor<Data>(tls) : acceptPlain;
	const server = createServer({ allowHalfOpen }, (socket) => {
		open.add(socket);
		socket.once("close", () => open.delete(socket));
		accept(socket, handlers, options.data as Data);
	});
	server.on("error", (error) => {
		throw error;
	});
	server.listen({ host: hostname, port });
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
		if (socket instanceof TLSSocket) shakeHands(socket, opened, handlers, () => true);
		handlers.open?.(opened);
		resolve(opened);
	});
	return promise;
}

/** Sends an HTTP request, and follows no redirection: nobody else may get what is sent. */
export function requestHttp(
	url: string,
	init: RequestInit & { readonly signal: AbortSignal },
): Promise<Response> {
	return fetch(url, { ...init, redirect: "manual" });
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

/** The error with the code of the system, which Deno leaves out of some. */
export function withCode(error: unknown): unknown {
	if (!(error instanceof Error) || errorCode(error) !== "") return error;
	return Object.assign(error, { code: CODES[error.name] ?? "" });
}

function acceptPlain<Data>(socket: Socket, handlers: Handlers<Data>, data: Data): void {
	const opened = new DenoSocket(socket, handlers, data);
	opened.listen();
	handlers.open?.(opened);
}

/** Accepts TLS connections with a certificate. @throws {Error} when certificate and key are not right. */
function acceptor<Data>({ cert, key, clientAuthorities }: TlsListenOptions) {
	const asked = clientAuthorities !== undefined;
	const secureContext = createSecureContext({ cert, key, ...(asked && { ca: [...clientAuthorities] }) });
	return (plain: Socket, handlers: Handlers<Data>, data: Data): void => {
		const socket = new TLSSocket(plain, {
			isServer: true,
			secureContext,
			requestCert: asked,
			rejectUnauthorized: asked,
		});
		const opened = new DenoSocket(socket, handlers, data);
		opened.listen();
		shakeHands(socket, opened, handlers, () => !asked || socket.authorized);
		handlers.open?.(opened);
	};
}

/** Tells the end of a handshake. */
function shakeHands<Data>(
	socket: TLSSocket,
	opened: DenoSocket<Data>,
	handlers: Handlers<Data>,
	mayPass: () => boolean,
): void {
	let over = false;
	const settle = (ok: boolean, error: Error | null): void => {
		if (over) return;
		over = true;
		handlers.handshake?.(opened, ok, error);
	};
	socket.once("secure", () => settle(mayPass(), certificateError(socket)));
	socket.once("error", (error) => settle(false, error));
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
