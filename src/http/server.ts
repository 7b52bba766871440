import { listenTcp } from "#runtime";
import { LimitedLog } from "../log/limited-log.ts";
import type { Logger } from "../log/logger.ts";
import { normaliseAddress } from "../net/address.ts";
import { AllowList } from "../net/allow-list.ts";
import type { ConnectionLimits } from "../net/connection-limits.ts";
import type { Turns } from "../net/fair-turns.ts";
import { formatHostPort } from "../net/host-port.ts";
import { listenOnAll } from "../net/listen-on-all.ts";
import type { Handlers, TcpListener, TcpSocket, TlsListenOptions } from "../runtime/tcp.ts";
import type { Clock } from "../time/clock.ts";
import { TlsServer } from "../tls/tls-server.ts";
import type { RequestBindings, WebApp } from "../web/web.ts";
import { type ForwardedClient, ForwardingError, TrustedProxies } from "./forwarding.ts";
import type { GuessBrake, GuessFigures } from "./guess-brake.ts";
import { httpSocket } from "./http-socket.ts";
import { redirectToHttps } from "./https-redirect.ts";
import { pathWithout, withoutPrefix } from "./prefix.ts";
import { HttpConnection } from "./wire/http-connection.ts";

export interface HttpServerOptions {
	/** Addresses to listen on; none for all, IPv4 and IPv6. */
	readonly bind: readonly string[];
	/** 1 to 65535; 0 takes any free port; undefined for HTTPS alone. */
	readonly port: number | undefined;
	/** HTTPS, on a port of its own; undefined for none. */
	readonly https?: { readonly port: number; readonly tls: TlsListenOptions } | undefined;
	/** Whether requests that come by plain HTTP are sent to HTTPS. */
	readonly redirect?: boolean;
	/** Who may connect, in CIDR notation; none for everyone. */
	readonly allow: readonly string[];
	/** Whose word on the client counts, in CIDR notation (TrustedProxies); none = nobody's. */
	readonly trustedProxies?: readonly string[];
	/** What clients put before each path (HttpPrefix). */
	readonly prefix?: string;
	/** How many clients may be connected. */
	readonly limits: ConnectionLimits;
	/** Most octets of a body that pages read as it comes; undefined for one that is read whole. */
	readonly uploadLimit?: ((method: string, path: string) => number | undefined) | undefined;
	/** When requests are read. */
	readonly turns: Turns;
	readonly clock: Clock;
	/** What slows down who guesses passwords there. */
	readonly brake: GuessBrake;
	/** Makes the application, for the first request: a server that waits for calls need not hold its pages. */
	readonly app: () => Promise<WebApp>;
	readonly log: Logger;
}

/** Where a server listens. */
export interface ListenAddress {
	readonly address: string;
	readonly port: number;
	readonly protocol: "TCP" | "TLS";
}

interface Client {
	connection?: HttpConnection;
	/** Set if it is counted here among the connections. */
	peer?: string;
}

/** Who asks, and by which connection. */
type Visitor = Pick<RequestBindings, "peer" | "isFromBefore"> & { readonly secure: boolean };

const SETTINGS = { port: "HttpPort", bind: "HttpBind" };
const HTTPS_SETTINGS = { port: "HttpsPort", bind: "HttpBind" };
/** After this idle time TCP asks whether the client is still there, in milliseconds. */
const KEEP_ALIVE = 30_000;
/** For a client beyond the limit. */
const BUSY =
	"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/** Serves a web application by HTTP/1.1 and HTTP/1.0. */
export class HttpServer {
	readonly #options: HttpServerOptions;
	readonly #allow: AllowList;
	readonly #proxies: TrustedProxies;
	readonly #connections = new Set<HttpConnection>();
	/** Log lines that clients can cause as often as they like. */
	readonly #refusals: LimitedLog;
	readonly #tls: TlsServer<Client>;
	#listeners: readonly TcpListener[] = [];
	#app: WebApp | undefined;
	#loading: Promise<WebApp> | undefined;
	/** How often the clients were told to connect again. */
	#round = 0;
	/** Answers that were given, by the first digit of their status. */
	readonly answers: number[] = [0, 0, 0, 0, 0, 0];

	/** @throws {CidrError} for a bad entry of `allow`. */
	constructor(options: HttpServerOptions) {
		this.#options = options;
		this.#allow = new AllowList(options.allow);
		this.#proxies = new TrustedProxies(options.trustedProxies ?? []);
		this.#refusals = new LimitedLog(options.log, options.clock);
		this.#tls = new TlsServer({
			clock: options.clock,
			limits: options.limits,
			refused: (peer, reason) => this.#refused(peer, reason),
		});
	}

	/** Where the server listens; empty before `start` and after `stop`. */
	get addresses(): readonly ListenAddress[] {
		const of = (protocol: ListenAddress["protocol"]) => (listener: { hostname: string; port: number }) => ({
			address: listener.hostname,
			port: listener.port,
			protocol,
		});
		return [...this.#listeners.map(of("TCP")), ...this.#tls.listeners.map(of("TLS"))];
	}

	/** Wrong passwords and tokens. */
	get guesses(): GuessFigures {
		return this.#options.brake.figures;
	}

	/** How many clients are connected. */
	get clients(): number {
		return this.#connections.size;
	}

	/**
	 * Starts to listen on every address.
	 *
	 * @throws {BindError} that names HttpPort, HttpsPort or HttpBind.
	 */
	async start(): Promise<void> {
		const { bind, port, https, log } = this.#options;
		if (port !== undefined) {
			this.#listeners = listenOnAll({
				bind,
				port,
				settings: SETTINGS,
				open: (hostname, at) =>
					listenTcp<Client>({ hostname, port: at, allowHalfOpen: true, socket: this.#plainHandlers() }),
				portOf: (listener) => listener.port,
				close: (listener) => listener.stop(true),
			});
		}
		try {
			if (https) {
				const place = { bind, port: https.port, settings: HTTPS_SETTINGS, tls: https.tls };
				this.#tls.listen(
					place,
					{},
					this.#handlers((socket) => this.#openSecure(socket)),
				);
			}
		} catch (error) {
			await this.stop();
			throw error;
		}
		for (const place of this.addresses) {
			const name = place.protocol === "TLS" ? "HTTPS" : "HTTP";
			log.info(() => `${name} listens on ${formatHostPort(place.address, place.port)}`);
		}
	}

	/** Makes the application anew for the next request, with what has changed since. */
	renewApp(): void {
		this.#app = undefined;
		this.#loading = undefined;
	}

	/** Has every client connect again, after the answer to what it has asked for. */
	reconnect(): void {
		this.#round += 1;
		for (const connection of [...this.#connections]) connection.finish();
	}

	/** Shows another certificate to new clients. @throws {Error} the system's if it can listen no more. */
	renew(tls: TlsListenOptions): void {
		this.#tls.renew(tls);
	}

	/** Stops to listen, writes what can be written at once, and closes all connections. */
	async stop(): Promise<void> {
		const listeners = this.#listeners;
		this.#listeners = [];
		for (const connection of [...this.#connections]) connection.shutDown();
		this.#tls.close();
		for (const listener of listeners) listener.stop(true);
	}

	#plainHandlers(): Handlers<Client> {
		return this.#handlers((socket) => this.#open(socket));
	}

	// A client may close its sending side and still read its answer.
	#handlers(open: (socket: TcpSocket<Client>) => void): Handlers<Client> {
		return {
			open,
			data: (socket, chunk) => socket.data?.connection?.data(chunk),
			drain: (socket) => socket.data?.connection?.drain(),
			end: (socket) => socket.data?.connection?.halfClosed(),
			close: (socket) => this.#closed(socket),
			error: (socket, error) => {
				const peer = normaliseAddress(socket.remoteAddress ?? "");
				this.#refusals.warning(() => `connection from ${peer} failed: ${error.message}`);
				socket.terminate();
			},
		};
	}

	#open(socket: TcpSocket<Client>): void {
		const { limits } = this.#options;
		socket.data = {};
		const peer = normaliseAddress(socket.remoteAddress ?? "");
		const refusal = limits.admit(peer);
		if (refusal !== undefined) {
			this.#refused(peer, refusal);
			socket.end(BUSY);
			return;
		}
		this.#welcome(socket, peer, false);
		socket.data.peer = peer;
	}

	#refused(peer: string, reason: string): void {
		this.#refusals.warning(() => `connection from ${peer} refused: ${reason}`);
	}

	/** The handshake is over; the connection has been counted before it. */
	#openSecure(socket: TcpSocket<Client>): void {
		this.#welcome(socket, normaliseAddress(socket.remoteAddress ?? ""), true);
	}

	#welcome(socket: TcpSocket<Client>, peer: string, secure: boolean): void {
		const { turns, clock, uploadLimit, prefix = "" } = this.#options;
		socket.setNoDelay(true);
		socket.setKeepAlive(true, KEEP_ALIVE);
		const round = this.#round;
		const visitor = { peer, secure, isFromBefore: () => round !== this.#round };
		const connection = new HttpConnection({
			socket: httpSocket(socket),
			peer,
			localHost: formatHostPort(normaliseAddress(socket.localAddress), socket.localPort),
			uploadLimit: uploadLimit && (({ method, url }) => uploadLimit(method, pathWithout(prefix, url))),
			answer: (request) => this.#answer(request, visitor),
			answered: (status) => this.#count(status),
			turns,
			clock,
		});
		socket.data = { connection };
		this.#connections.add(connection);
	}

	#closed(socket: TcpSocket<Client>): void {
		const { connection, peer } = socket.data ?? {};
		if (peer !== undefined) this.#options.limits.release(peer);
		if (!connection) return;
		this.#connections.delete(connection);
		connection.closed();
	}

	#count(status: number): void {
		const first = Math.trunc(status / 100);
		this.answers[first] = (this.answers[first] ?? 0) + 1;
	}

	#load(): Promise<WebApp> {
		this.#loading ??= this.#options.app().then((app) => {
			this.#app = app;
			return app;
		});
		return this.#loading;
	}

	/** Never rejects. */
	async #answer(request: Request, visitor: Visitor): Promise<Response> {
		const response = await this.#judge(request, visitor).catch((error: unknown) => {
			this.#options.log.err(() => `request from ${visitor.peer} failed: ${error}`);
			return new Response("Internal error\n", { status: 500 });
		});
		this.#count(response.status);
		return response;
	}

	async #judge(request: Request, { isFromBefore, ...from }: Visitor): Promise<Response> {
		const { prefix = "", redirect } = this.#options;
		const client = this.#clientOf(request, from.peer, from.secure);
		if (client instanceof Response) return client;
		const { peer, secure, host, proxied } = client;
		if (!this.#allow.allows(peer)) {
			this.#refusals.warning(() => `request from ${peer} refused: not in HttpAllow`);
			return new Response("Forbidden\n", { status: 403, headers: { Connection: "close" } });
		}
		if (!secure && redirect) return redirectToHttps(request, host, this.#tls.listeners[0]?.port);
		const app = this.#app ?? (await this.#load());
		return app.fetch(withoutPrefix(request, prefix), { peer, secure, host, proxied, prefix, isFromBefore });
	}

	#clientOf(request: Request, from: string, overTls: boolean): ForwardedClient | Response {
		try {
			return this.#proxies.clientOf(from, overTls, request.headers);
		} catch (error) {
			if (!(error instanceof ForwardingError)) throw error;
			this.#refusals.warning(() => `request from ${from} refused: ${error.message}`);
			return new Response(`${error.message}\n`, { status: 400 });
		}
	}
}
