import type { Socket, TCPSocketListener } from "bun";
import { LimitedLog } from "../log/limited-log.ts";
import type { Logger } from "../log/logger.ts";
import { normaliseAddress } from "../net/address.ts";
import { AllowList } from "../net/allow-list.ts";
import type { ConnectionLimits } from "../net/connection-limits.ts";
import type { Turns } from "../net/fair-turns.ts";
import { formatHostPort } from "../net/host-port.ts";
import { listenOnAll } from "../net/listen-on-all.ts";
import { listenTcp } from "../net/runtime-sockets.ts";
import type { Clock } from "../time/clock.ts";
import type { WebApp } from "../web/web.ts";
import type { GuessBrake, GuessFigures } from "./guess-brake.ts";
import { HttpConnection, type HttpSocket } from "./wire/http-connection.ts";

export interface HttpServerOptions {
	/** Addresses to listen on; none for all, IPv4 and IPv6. */
	readonly bind: readonly string[];
	/** 1 to 65535; 0 takes any free port. */
	readonly port: number;
	/** Who may connect, in CIDR notation; none for everyone. */
	readonly allow: readonly string[];
	/** How many clients may be connected. */
	readonly limits: ConnectionLimits;
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
}

interface Client {
	connection?: HttpConnection;
	peer?: string;
}

type Listener = TCPSocketListener<Client>;

const SETTINGS = { port: "HttpPort", bind: "HttpBind" };
/** After this idle time TCP asks whether the client is still there, in milliseconds. */
const KEEP_ALIVE = 30_000;
/** For a client beyond the limit. */
const BUSY =
	"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/** Serves a web application by HTTP/1.1 and HTTP/1.0. */
export class HttpServer {
	readonly #options: HttpServerOptions;
	readonly #allow: AllowList;
	readonly #connections = new Set<HttpConnection>();
	/** Log lines that clients can cause as often as they like. */
	readonly #refusals: LimitedLog;
	#listeners: readonly Listener[] = [];
	#app: WebApp | undefined;
	#loading: Promise<WebApp> | undefined;
	/** Answers that were given, by the first digit of their status. */
	readonly answers: number[] = [0, 0, 0, 0, 0, 0];

	/** @throws {CidrError} for a bad entry of `allow`. */
	constructor(options: HttpServerOptions) {
		this.#options = options;
		this.#allow = new AllowList(options.allow);
		this.#refusals = new LimitedLog(options.log, options.clock);
	}

	/** Where the server listens; empty before `start` and after `stop`. */
	get addresses(): readonly ListenAddress[] {
		return this.#listeners.map(({ hostname, port }) => ({ address: hostname, port }));
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
	 * @throws {BindError} that names HttpPort or HttpBind.
	 */
	async start(): Promise<void> {
		this.#listeners = listenOnAll<Listener>({
			bind: this.#options.bind,
			port: this.#options.port,
			settings: SETTINGS,
			open: (hostname, port) => this.#listen(hostname, port),
			portOf: (listener) => listener.port,
			close: (listener) => listener.stop(true),
		});
		for (const { address, port } of this.addresses) {
			this.#options.log.info(() => `HTTP listens on ${formatHostPort(address, port)}`);
		}
	}

	/** Stops to listen, writes what can be written at once, and closes all connections. */
	async stop(): Promise<void> {
		const listeners = this.#listeners;
		this.#listeners = [];
		for (const connection of [...this.#connections]) connection.shutDown();
		for (const listener of listeners) listener.stop(true);
	}

	#listen(hostname: string, port: number): Listener {
		return listenTcp<Client>({
			hostname,
			port,
			// A client may close its sending side and still read its answer.
			allowHalfOpen: true,
			socket: {
				open: (socket) => this.#open(socket),
				data: (socket, chunk) => socket.data.connection?.data(chunk),
				drain: (socket) => socket.data.connection?.drain(),
				end: (socket) => socket.data.connection?.halfClosed(),
				close: (socket) => this.#closed(socket),
				error: (socket, error) => {
					this.#refusals.warning(() => `connection from ${socket.data.peer} failed: ${error.message}`);
					socket.terminate();
				},
			},
		});
	}

	#open(socket: Socket<Client>): void {
		const { limits, turns, clock } = this.#options;
		socket.data = {};
		const peer = normaliseAddress(socket.remoteAddress ?? "");
		const refusal = limits.admit(peer);
		if (refusal !== undefined) {
			this.#refusals.warning(() => `connection from ${peer} refused: ${refusal}`);
			socket.end(BUSY);
			return;
		}
		socket.setNoDelay(true);
		socket.setKeepAlive(true, KEEP_ALIVE);
		const connection = new HttpConnection({
			socket: httpSocket(socket),
			peer,
			localHost: formatHostPort(normaliseAddress(socket.localAddress), socket.localPort),
			answer: (request) => this.#answer(request, peer),
			answered: (status) => this.#count(status),
			turns,
			clock,
		});
		socket.data = { connection, peer };
		this.#connections.add(connection);
	}

	#closed(socket: Socket<Client>): void {
		const { connection, peer } = socket.data;
		if (!connection || peer === undefined) return;
		this.#options.limits.release(peer);
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
	async #answer(request: Request, peer: string): Promise<Response> {
		const response = await this.#judge(request, peer).catch((error: unknown) => {
			this.#options.log.err(() => `request from ${peer} failed: ${error}`);
			return new Response("Internal error\n", { status: 500 });
		});
		this.#count(response.status);
		return response;
	}

	async #judge(request: Request, peer: string): Promise<Response> {
		if (!this.#allow.allows(peer)) {
			this.#refusals.warning(() => `request from ${peer} refused: not in HttpAllow`);
			return new Response("Forbidden\n", { status: 403, headers: { Connection: "close" } });
		}
		const app = this.#app ?? (await this.#load());
		return app.fetch(request, { peer });
	}
}

function httpSocket(socket: Socket<Client>): HttpSocket {
	return {
		write: (bytes) => socket.write(bytes),
		pause: () => {
			socket.pause();
		},
		resume: () => {
			socket.resume();
		},
		shutdown: () => {
			socket.shutdown();
		},
		end: () => {
			socket.end();
		},
		terminate: () => {
			socket.terminate();
		},
	};
}
