import type { Socket, TCPSocketListener } from "bun";
import type { CallControl } from "../call/types.ts";
import { LimitedLog } from "../log/limited-log.ts";
import type { Logger } from "../log/logger.ts";
import { normaliseAddress } from "../net/address.ts";
import { AllowList } from "../net/allow-list.ts";
import type { ConnectionLimits } from "../net/connection-limits.ts";
import type { Turns } from "../net/fair-turns.ts";
import { formatHostPort } from "../net/host-port.ts";
import { listenOnAll } from "../net/listen-on-all.ts";
import { OutputBudget, type Schedule } from "../net/output-queue.ts";
import { listenTcp } from "../net/runtime-sockets.ts";
import type { Clock } from "../time/clock.ts";
import { type ClientSocket, Connection } from "./connection.ts";
import type { CallsToTell } from "./status.ts";

export interface XmlServerOptions {
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
	readonly calls: CallControl;
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
}

interface Client {
	connection?: Connection;
	peer?: string;
	stopLinger?: () => void;
}

type Listener = TCPSocketListener<Client>;

const SETTINGS = { port: "XmlRpcPort", bind: "XmlRpcBind" };
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
	#listeners: readonly Listener[] = [];

	/** @throws {CidrError} for a bad entry of `allow`. */
	constructor(options: XmlServerOptions) {
		this.#options = options;
		this.#allow = new AllowList(options.allow);
		this.#refusedRequests = new LimitedLog(options.log, options.clock);
		this.#refusedClients = new LimitedLog(options.log, options.clock);
	}

	/** Where the server listens; empty before `start` and after `stop`. */
	get addresses(): readonly ListenAddress[] {
		return this.#listeners.map(({ hostname, port }) => ({ address: hostname, port }));
	}

	/** How many clients are connected. */
	get clients(): number {
		return this.#connections.size;
	}

	/**
	 * Starts to listen on every address.
	 *
	 * @throws {BindError} that names XmlRpcPort or XmlRpcBind.
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
			this.#options.log.info(() => `XML socket listens on ${formatHostPort(address, port)}`);
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
			// A client may close its sending side and still read its results.
			allowHalfOpen: true,
			socket: {
				open: (socket) => this.#open(socket),
				data: (socket, chunk) => socket.data.connection?.data(chunk),
				drain: (socket) => socket.data.connection?.drain(),
				end: (socket) => socket.data.connection?.halfClosed(),
				close: (socket) => this.#closed(socket),
				error: (socket, error) => {
					this.#options.log.err(() => `a connection failed: ${error.message}`);
					socket.terminate();
				},
			},
		});
	}

	#open(socket: Socket<Client>): void {
		const { calls, live, limits, turns, clock, log, schedule } = this.#options;
		socket.data = {};
		const peer = normaliseAddress(socket.remoteAddress ?? "");
		const refusal = this.#allow.allows(peer) ? limits.admit(peer) : "not in XmlRpcAllow";
		if (refusal !== undefined) {
			this.#refusedClients.warning(() => `connection from ${peer} refused: ${refusal}`);
			socket.end();
			return;
		}
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
		socket.data = { connection, peer };
		this.#connections.add(connection);
		log.debug(() => `connection of ${formatHostPort(peer, socket.remotePort)}`);
	}

	#closed(socket: Socket<Client>): void {
		const { connection, peer, stopLinger } = socket.data;
		stopLinger?.();
		if (!connection || peer === undefined) return;
		this.#options.limits.release(peer);
		this.#connections.delete(connection);
		connection.closed();
	}
}

function clientSocket(socket: Socket<Client>, clock: Clock): ClientSocket {
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
