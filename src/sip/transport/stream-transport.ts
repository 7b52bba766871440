import { errorCode } from "../../error-code.ts";
import { LimitedLog } from "../../log/limited-log.ts";
import { normaliseAddress } from "../../net/address.ts";
import type { ConnectionLimits } from "../../net/connection-limits.ts";
import { formatHostPort } from "../../net/host-port.ts";
import { limitConnections } from "../../net/limited-connections.ts";
import type { Handlers as HandlersOf, TcpSocket } from "../../runtime/tcp.ts";
import type { Clock } from "../../time/clock.ts";
import { ConnectionTable, targetKey } from "./connection-table.ts";
import type { ExternalAddress } from "./external-address.ts";
import type { LocalAddresses } from "./local-address.ts";
import type { MessageSink } from "./message-sink.ts";
import type { MessageTurns } from "./message-turns.ts";
import { PROTOCOLS, type TransportProtocol } from "./protocols.ts";
import { StreamConnection } from "./stream-connection.ts";
import { tcpState } from "./tcp-state.ts";
import { type Flow, type Target, TransportError } from "./types.ts";

/**
 * After this many milliseconds without traffic the system checks whether the peer is still there; the runtime
 * lets it check ten times, one second apart, before it closes the connection.
 */
const KEEP_ALIVE_DELAY = 30_000;

/** What the transport stores with each socket. */
export interface SocketData {
	connection?: StreamConnection;
	/** Where a connection that we opened leads. */
	readonly target?: Target;
}

type Socket = TcpSocket<SocketData>;
type Handlers = HandlersOf<SocketData>;

/** A listening socket. */
interface StreamListener {
	readonly port: number;
	stop(): void;
}

/** How the sockets of one protocol are created; this is all that distinguishes TLS from TCP. */
export interface StreamOpener {
	readonly protocol: TransportProtocol;
	/**
	 * @param limit takes the events of the connections, and leaves out those in excess.
	 * @throws {Error} the system's, with a `code`.
	 */
	listen(
		hostname: string,
		port: number,
		handlers: Handlers,
		limit: (handlers: Handlers) => Handlers,
	): StreamListener;
	/**
	 * Resolves when messages can be sent.
	 * @param from our address that the connection must come from; undefined if the system may choose.
	 */
	connect(target: Target, data: SocketData, handlers: Handlers, from: string | undefined): Promise<Socket>;
	/** Closes the sockets for which `open` has not been called yet. */
	close?(): void;
}

/** Settings and parts of a stream transport. */
export interface StreamTransportOptions {
	readonly opener: StreamOpener;
	readonly clock: Clock;
	readonly sink: MessageSink;
	/** Decides when messages are read. */
	readonly turns: MessageTurns;
	/** How many connections peers may hold open. */
	readonly limits: ConnectionLimits;
	/** Milliseconds within which a connection must open. */
	readonly connectTimeout: number;
	/** Milliseconds without traffic after which a connection is closed. */
	readonly idleTimeout: number;
	/** The address that connections come from, if the system is not to choose. */
	readonly locals: Pick<LocalAddresses, "bound">;
	/** How peers beyond a NAT see our address. */
	readonly external?: ExternalAddress | undefined;
}

/** The listening socket and every connection of its protocol, in either direction, found by its peer. */
export class StreamTransport {
	readonly #options: StreamTransportOptions;
	readonly #faults: LimitedLog;
	readonly #listener: StreamListener | undefined;
	readonly #connections = new ConnectionTable();
	readonly #connecting = new Map<string, Promise<Flow>>();
	readonly #abandon = new Set<(reason: string) => void>();
	#closed = false;

	/**
	 * Opens the listening socket.
	 *
	 * @param hostname IP address; `::` also accepts IPv4.
	 * @param port 0 for any free one; undefined to open connections only and to accept none.
	 * @throws {Error} the system's, with a `code`.
	 */
	constructor(hostname: string, port: number | undefined, options: StreamTransportOptions) {
		this.#options = options;
		this.#faults = new LimitedLog(options.sink.log, options.clock);
		this.#listener =
			port === undefined
				? undefined
				: options.opener.listen(hostname, port, this.#handlers, (handlers) =>
						limitConnections(handlers, options.limits, (peer, reason) =>
							this.#faults.warning(() => `connection from ${peer} refused: ${reason}`),
						),
					);
	}

	/** Where it listens; undefined if it does not. */
	get port(): number | undefined {
		return this.#listener?.port;
	}

	/** How many connections are open. */
	get connections(): number {
		return this.#connections.size;
	}

	/**
	 * The connection to a target: an open one in either direction, or a new one.
	 * @throws {TransportError} as a rejection.
	 */
	flowTo(target: Target): Flow | Promise<Flow> {
		const open = this.#connections.find(target);
		if (open) return open;
		const key = targetKey(target);
		let connecting = this.#connecting.get(key);
		if (!connecting) {
			connecting = this.#connect(target).finally(() => this.#connecting.delete(key));
			this.#connecting.set(key, connecting);
		}
		return connecting;
	}

	/** Addresses of the machine are gone: connections from them are dead. */
	strand(addresses: ReadonlySet<string>): void {
		for (const connection of this.#connections.all) if (addresses.has(connection.source)) connection.strand();
	}

	/** Closes the listening socket and every connection. */
	close(): void {
		this.#closed = true;
		this.#listener?.stop();
		for (const abandon of [...this.#abandon]) abandon("the server stops");
		this.#options.opener.close?.();
		for (const connection of this.#connections.all) connection.close();
	}

	#connect(target: Target): Promise<Flow> {
		const { opener, clock, connectTimeout, locals } = this.#options;
		const { promise, resolve, reject } = Promise.withResolvers<Flow>();
		let waiting = true;
		const settle = () => {
			waiting = false;
			stopTimer();
			this.#abandon.delete(fail);
		};
		const fail = (reason: string, cause?: unknown) => {
			settle();
			this.#options.sink.counters.errors[opener.protocol].connect++;
			const place = formatHostPort(target.address, target.port);
			reject(new TransportError(`Cannot connect to ${opener.protocol} ${place}: ${reason}`, { cause }));
		};
		const stopTimer = clock.after(connectTimeout, () => fail(`no answer within ${connectTimeout / 1000} s`));
		this.#abandon.add(fail);
		if (this.#closed) {
			fail("the server stops");
			return promise;
		}
		opener.connect(target, { target }, this.#handlers, locals.bound(target.address)).then(
			(socket) => {
				const connection = socket.data.connection;
				if (!waiting) {
					if (connection) connection.close();
					else socket.terminate();
				} else if (connection?.open) {
					settle();
					resolve(connection);
				} else fail("closed by the peer");
			},
			(error: unknown) => {
				if (waiting) fail(connectFailure(error), error);
			},
		);
		return promise;
	}

	readonly #handlers: Handlers = {
		open: (socket) => this.#opened(socket),
		data: (socket, bytes) => socket.data.connection?.receive(bytes),
		drain: (socket) => socket.data.connection?.drained(),
		close: (socket, error) => socket.data.connection?.closed(error),
		error: (socket, error) => {
			this.#options.sink.log.debug(
				() => `${this.#options.opener.protocol} ${socket.remoteAddress}: ${error.message}`,
			);
		},
		// The runtime requires it; the promise of the connection reports the failure.
		connectError: () => {},
	};

	#opened(socket: Socket): void {
		const target = socket.data?.target;
		if (this.#closed) {
			socket.terminate();
			return;
		}
		const { opener, clock, sink, turns, idleTimeout, external } = this.#options;
		const remote = target ?? { address: normaliseAddress(socket.remoteAddress), port: socket.remotePort };
		socket.setKeepAlive(true, KEEP_ALIVE_DELAY);
		const source = normaliseAddress(socket.localAddress);
		const domain =
			PROTOCOLS[opener.protocol].secure && target ? (target.domain ?? target.address) : undefined;
		const connection = new StreamConnection({
			protocol: opener.protocol,
			socket,
			domain,
			remote: { address: remote.address, port: remote.port },
			source,
			local: {
				address: source,
				// If we do not listen, a peer can reach us only on this connection, and knows it by its own
				// port.
				port: this.port ?? socket.localPort,
			},
			external,
			accepted: target === undefined,
			idleTimeout,
			clock,
			sink,
			turns,
			faults: this.#faults,
			state: () => tcpState(socket),
			onGone: (gone, undelivered) => {
				this.#connections.remove(gone);
				sink.closed(gone, undelivered);
			},
		});
		socket.data = target ? { connection, target } : { connection };
		this.#connections.add(connection, domain);
	}
}

function connectFailure(error: unknown): string {
	if (errorCode(error) === "ECONNREFUSED") return "refused";
	return error instanceof Error ? error.message : String(error);
}
