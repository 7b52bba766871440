import { listenTcp } from "#runtime";
import type { CallControl, CallFollowing } from "../call/types.ts";
import { LimitedLog } from "../log/limited-log.ts";
import type { Logger } from "../log/logger.ts";
import { normaliseAddress } from "../net/address.ts";
import { AllowList } from "../net/allow-list.ts";
import type { ConnectionLimits } from "../net/connection-limits.ts";
import type { Turns } from "../net/fair-turns.ts";
import { formatHostPort } from "../net/host-port.ts";
import { listenOnAll } from "../net/listen-on-all.ts";
import { OutputBudget, type Schedule } from "../net/output-queue.ts";
import type { Handlers, TcpListener, TcpSocket, TlsListenOptions } from "../runtime/tcp.ts";
import type { Clock } from "../time/clock.ts";
import { TlsServer } from "../tls/tls-server.ts";
import { type ClientSocket, Connection } from "./connection.ts";
import type { CallsToTell } from "./status.ts";

export interface XmlServerOptions {
	/** Addresses to listen on; none for all, IPv4 and IPv6. */
	readonly bind: readonly string[];
	/** 1 to 65535; 0 takes any free port; undefined for TLS alone. */
	readonly port: number | undefined;
	/** The same over TLS, on a port of its own; undefined for none. */
	readonly secure?: { readonly port: number; readonly tls: TlsListenOptions } | undefined;
	/** Who may connect, in CIDR notation; none for everyone. */
	readonly allow: readonly string[];
	/** How many clients may be connected. */
	readonly limits: ConnectionLimits;
	/** When requests are read. */
	readonly turns: Turns;
	readonly calls: CallControl & CallFollowing;
	/** What `<Status>` reports. */
	readonly live: CallsToTell;
	readonly clock: Clock;
	readonly log: Logger;
	/** When results are written; the end of the turn by default. */
	readonly schedule?: Schedule;
}

/** Where a server listens. */
export interface ListenAddress {
	readonly address: string;
	readonly port: number;
	readonly protocol: "TCP" | "TLS";
}

interface Client {
	connection?: Connection;
	/** Set if it is counted here among the connections. */
	peer?: string;
	stopLinger?: () => void;
}

const SETTINGS = { port: "XmlRpcPort", bind: "XmlRpcBind" };
const TLS_SETTINGS = { port: "XmlRpcTlsPort", bind: "XmlRpcBind" };
/** A client may be silent for days: after this idle time TCP asks whether it is still there. */
const KEEP_ALIVE_MS = 60_000;
/** How long a client whose stream broke may take to read why and close. */
const LINGER_MS = 4000;

/** The XML socket: takes requests for calls on TCP connections and sends their results back. */
export class XmlServer {
	readonly #options: XmlServerOptions;
	readonly #allow: AllowList;
	readonly #connections = new Set<Connection>();
	readonly #budget = new OutputBudget();
	/** Log lines that clients can cause as often as they like. */
	readonly #refusedRequests: LimitedLog;
	readonly #refusedClients: LimitedLog;
	readonly #tls: TlsServer<Client>;
	#listeners: readonly TcpListener[] = [];

	/** @throws {CidrError} for a bad entry of `allow`. */
	constructor(options: XmlServerOptions) {
		this.#options = options;
		this.#allow = new AllowList(options.allow);
		this.#refusedRequests = new LimitedLog(options.log, options.clock);
		this.#refusedClients = new LimitedLog(options.log, options.clock);
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

	/** How many clients are connected. */
	get clients(): number {
		return this.#connections.size;
	}

	/**
	 * Starts to listen on every address.
	 *
	 * @throws {BindError} that names XmlRpcPort, XmlRpcTlsPort or XmlRpcBind.
	 */
	async start(): Promise<void> {
		const { bind, port, secure, log } = this.#options;
		if (port !== undefined) {
			const socket = this.#handlers((opened) => this.#open(opened));
			this.#listeners = listenOnAll({
				bind,
				port,
				settings: SETTINGS,
				open: (hostname, at) => listenTcp<Client>({ hostname, port: at, allowHalfOpen: true, socket }),
				portOf: (listener) => listener.port,
				close: (listener) => listener.stop(true),
			});
		}
		try {
			if (secure) {
				const place = { bind, port: secure.port, settings: TLS_SETTINGS, tls: secure.tls };
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
			const name = place.protocol === "TLS" ? "XML socket over TLS" : "XML socket";
			log.info(() => `${name} listens on ${formatHostPort(place.address, place.port)}`);
		}
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

	// A client may close its sending side and still read its results.
	#handlers(open: (socket: TcpSocket<Client>) => void): Handlers<Client> {
		return {
			open,
			data: (socket, chunk) => socket.data?.connection?.data(chunk),
			drain: (socket) => socket.data?.connection?.drain(),
			end: (socket) => socket.data?.connection?.halfClosed(),
			close: (socket) => this.#closed(socket),
			error: (socket, error) => {
				this.#options.log.err(() => `a connection failed: ${error.message}`);
				socket.terminate();
			},
		};
	}

	#open(socket: TcpSocket<Client>): void {
		const { limits } = this.#options;
		socket.data = {};
		const peer = normaliseAddress(socket.remoteAddress ?? "");
		const refusal = this.#allow.allows(peer) ? limits.admit(peer) : "not in XmlRpcAllow";
		if (refusal !== undefined) {
			this.#refused(peer, refusal);
			socket.end();
			return;
		}
		this.#welcome(socket, peer);
		socket.data.peer = peer;
	}

	/** The handshake is over; the connection has been counted before it. */
	#openSecure(socket: TcpSocket<Client>): void {
		const peer = normaliseAddress(socket.remoteAddress ?? "");
		if (this.#allow.allows(peer)) return this.#welcome(socket, peer);
		this.#refused(peer, "not in XmlRpcAllow");
		socket.end();
	}

	#refused(peer: string, reason: string): void {
		this.#refusedClients.warning(() => `connection from ${peer} refused: ${reason}`);
	}

	#welcome(socket: TcpSocket<Client>, peer: string): void {
		const { calls, live, turns, clock, log, schedule } = this.#options;
		socket.setNoDelay(true);
		socket.setKeepAlive(true, KEEP_ALIVE_MS);
		const refusals = this.#refusedRequests;
		const connection = new Connection({
			socket: clientSocket(socket, clock),
			peer,
			calls,
			live,
			log,
			refusals,
			turns,
			budget: this.#budget,
			schedule,
		});
		socket.data = { connection };
		this.#connections.add(connection);
		log.debug(() => `connection of ${formatHostPort(peer, socket.remotePort)}`);
	}

	#closed(socket: TcpSocket<Client>): void {
		const { connection, peer, stopLinger } = socket.data ?? {};
		stopLinger?.();
		if (peer !== undefined) this.#options.limits.release(peer);
		if (!connection) return;
		this.#connections.delete(connection);
		connection.closed();
	}
}

function clientSocket(socket: TcpSocket<Client>, clock: Clock): ClientSocket {
	return {
		write: (bytes) => socket.write(bytes),
		end: () => {
			socket.end();
		},
		linger: () => {
			// Closing while the client still sends would reset the connection and take our answer away.
			socket.shutdown();
			socket.data.stopLinger = clock.after(LINGER_MS, () => {
				socket.terminate();
			});
		},
		pause: () => {
			socket.pause();
		},
		resume: () => {
			socket.resume();
		},
		terminate: () => {
			socket.terminate();
		},
	};
}
