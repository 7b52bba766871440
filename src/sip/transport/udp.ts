import { enlargeReceiveBuffer, openUdp } from "#runtime";
import { errorCode } from "../../error-code.ts";
import { LimitedLog } from "../../log/limited-log.ts";
import { normaliseAddress } from "../../net/address.ts";
import { formatHostPort } from "../../net/host-port.ts";
import type { UdpSocket } from "../../runtime/udp.ts";
import type { Clock } from "../../time/clock.ts";
import type { ExternalAddress } from "./external-address.ts";
import { IcmpErrors } from "./icmp-errors.ts";
import type { LocalAddresses } from "./local-address.ts";
import { type MessageSink, traceMessage } from "./message-sink.ts";
import type { MessageTurns } from "./message-turns.ts";
import { PROTOCOLS } from "./protocols.ts";
import { type Flow, type HostPort, TransportError } from "./types.ts";

/** How many flows are remembered; a forgotten one keeps working, and is created again when needed. */
const MAX_FLOWS = 16_384;

/** The system's default holds 92 datagrams; a burst of calls is thousands. 4 MiB. */
const RECEIVE_BUFFER = 4 << 20;

/** Longer datagrams are messages; phones keep their NAT bindings open with shorter ones. */
const LONGEST_KEEP_ALIVE = 4;

/**
 * Errors that the system reports on a send although an earlier datagram, to any peer, caused them: the ICMP
 * errors of an unconnected socket.
 */
const ICMP_ERRORS = new Set([
	"ECONNREFUSED",
	"EHOSTUNREACH",
	"ENETUNREACH",
	"EHOSTDOWN",
	"EPROTO",
	"ENOPROTOOPT",
]);

/** Milliseconds after an ICMP error during which a silent peer may be the one that it was about. */
const DOUBT_TIME = 5000;

/** What a listening peer ignores, like a keep-alive. */
const PROBE = "\r\n\r\n";

/** What datagram sockets share with the others. */
export interface UdpParts {
	readonly sink: MessageSink;
	readonly locals: LocalAddresses;
	/** Decides when messages are handled. */
	readonly turns: MessageTurns;
	readonly clock: Clock;
	/** Beyond a NAT. */
	readonly external?: ExternalAddress | undefined;
}

/** One datagram socket, and the flows to the peers that we have sent to. */
export class UdpTransport {
	readonly #socket: UdpSocket;
	readonly #sink: MessageSink;
	readonly #locals: LocalAddresses;
	readonly #turns: MessageTurns;
	readonly #clock: Clock;
	/** Logs what is dropped as too much. */
	readonly #excess: LimitedLog;
	readonly external: ExternalAddress | undefined;
	readonly #flows = new Map<string, DatagramFlow>();
	/** The remembered flow that was heard last, and how the system names its peer: most messages come from one server. */
	#latest: DatagramFlow | undefined;
	#latestPeer = "";
	/** Opened on the first error. */
	#icmpErrors: IcmpErrors | undefined;
	/** When the network last reported an error, by the clock. */
	#errorAt = Number.NEGATIVE_INFINITY;

	private constructor(socket: UdpSocket, { sink, locals, turns, clock, external }: UdpParts) {
		this.#socket = socket;
		this.#sink = sink;
		this.#locals = locals;
		this.#turns = turns;
		this.#clock = clock;
		this.#excess = new LimitedLog(sink.log, clock);
		this.external = external;
	}

	/**
	 * Opens the socket.
	 *
	 * @param hostname IP address; `::` also accepts IPv4.
	 * @param port 0 for any free one.
	 * @throws {Error} the system's, with a `code`.
	 */
	static async bind(hostname: string, port: number, parts: UdpParts): Promise<UdpTransport> {
		const { sink } = parts;
		let transport: UdpTransport | undefined;
		const socket = await openUdp({
			hostname,
			port,
			socket: {
				data: (_socket, bytes, remotePort, address, { truncated }) => {
					if (!truncated) transport?.receive(bytes, address, remotePort);
				},
				// Called with the error alone; without it an ICMP error would end the process.
				error: (...details: unknown[]) => {
					sink.counters.errors.UDP.send++;
					sink.log.debug(() => `UDP: ${String(details.find((detail) => detail instanceof Error))}`);
					transport?.failed();
				},
			},
		});
		transport = new UdpTransport(socket, parts);
		const size = enlargeReceiveBuffer(socket, RECEIVE_BUFFER);
		if (size !== undefined) sink.log.debug(`UDP port ${socket.port}: receive buffer of ${size} bytes`);
		return transport;
	}

	get port(): number {
		return this.#socket.port;
	}

	/** False once the socket has closed. */
	get open(): boolean {
		return !this.#socket.closed;
	}

	/** The flow to a peer; the same object while it is remembered. */
	flowTo(address: string, port: number): DatagramFlow {
		const known = this.#flows.get(keyOf(address, port));
		if (known) return known;
		const flow = this.#newFlow(address, port);
		this.remember(flow);
		return flow;
	}

	/** Remembers a peer that we have sent to. */
	remember(flow: DatagramFlow): void {
		const key = keyOf(flow.remote.address, flow.remote.port);
		if (this.#flows.has(key)) return;
		if (this.#flows.size >= MAX_FLOWS) this.#forgetOldest();
		this.#flows.set(key, flow);
	}

	/**
	 * A datagram has arrived. The runtime reads until none is left: what is too much for one turn of the
	 * event loop waits here, and when too much already waits it is dropped, as in a full socket buffer.
	 */
	receive(bytes: Uint8Array, peer: string, port: number): void {
		if (bytes.length <= LONGEST_KEEP_ALIVE || port === 0) return;
		const flow = this.#heardFrom(peer, port);
		if (this.#turns.free(flow)) this.#sink.deliver(bytes, flow);
		else this.#wait(bytes, flow);
	}

	/** On its own, as a function keeps its surroundings, which would be made for each datagram. */
	#wait(bytes: Uint8Array, flow: DatagramFlow): void {
		if (!this.#turns.wait(flow, () => this.#sink.deliver(bytes, flow), bytes.length)) this.#drop(flow);
	}

	/** @throws {TransportError} */
	send(message: string | Uint8Array, remote: HostPort): void {
		traceMessage(this.#sink.log, "sent to", "UDP", remote, message);
		try {
			this.#send(message, remote, true);
			this.#sink.counters.sent(message);
		} catch (error) {
			this.#sink.counters.errors.UDP.send++;
			const reason = error instanceof Error ? error.message : String(error);
			const place = formatHostPort(remote.address, remote.port);
			throw new TransportError(`Cannot send to UDP ${place}: ${reason}`, { cause: error });
		}
	}

	/**
	 * Sends a datagram that may be lost if the peer is unreachable, but only after an error whose peer is
	 * unknown. The runtime takes one error from the queue without its peer; if several come together, the
	 * others can be told apart.
	 */
	probe(remote: HostPort): void {
		if (this.#clock.now() - this.#errorAt > DOUBT_TIME) return;
		try {
			for (let count = 0; count < 2; count++) this.#send(PROBE, remote, true);
		} catch (error) {
			this.#sink.log.debug(() => `UDP: ${String(error)}`);
		}
	}

	/** The system has reported an error about some datagram. */
	failed(): void {
		this.#errorAt = this.#clock.now();
		this.#icmpErrors ??= IcmpErrors.of(this.#socket);
		const peers = this.#icmpErrors?.take() ?? [];
		this.#sink.counters.errors.UDP.send += peers.length;
		const flows = new Set(peers.map(({ address, port }) => this.#flows.get(keyOf(address, port))));
		for (const flow of flows) if (flow) this.#sink.unreachable(flow);
	}

	close(): void {
		this.#socket.close();
		this.#icmpErrors?.close();
		this.#icmpErrors = undefined;
		this.#flows.clear();
	}

	/** A full socket buffer drops the datagram, as the network may; the transaction layer retransmits it. */
	#send(message: string | Uint8Array, remote: HostPort, again: boolean): void {
		try {
			this.#socket.send(message, remote.port, remote.address);
		} catch (error) {
			const code = errorCode(error);
			if (!ICMP_ERRORS.has(code)) throw error;
			// The report took the place of this datagram, and the failed send has removed it from the socket.
			if (again) this.#send(message, remote, false);
			else if (code !== "ECONNREFUSED") throw error;
		}
	}

	/** @param peer as the system names it. */
	#heardFrom(peer: string, port: number): DatagramFlow {
		if (this.#latest?.remote.port === port && this.#latestPeer === peer) return this.#latest;
		const address = normaliseAddress(peer);
		const known = this.#flows.get(keyOf(address, port));
		if (!known) return this.#newFlow(address, port);
		this.#latest = known;
		this.#latestPeer = peer;
		return known;
	}

	/**
	 * A flow to a peer that may be a stranger. Strangers' flows are not remembered: there can be any number of them.
	 */
	#newFlow(address: string, port: number): DatagramFlow {
		return new DatagramFlow({ address, port }, this, this.#locals);
	}

	#drop({ remote }: Flow): void {
		this.#sink.counters.errors.UDP.dropped++;
		this.#excess.warning(
			() => `UDP: datagrams of ${remote.address} are dropped, more come than can be handled`,
		);
	}

	#forgetOldest(): void {
		this.#latest = undefined;
		for (const key of this.#flows.keys()) {
			this.#flows.delete(key);
			return;
		}
	}
}

/** Datagrams to and from one peer. */
class DatagramFlow implements Flow {
	readonly protocol = "UDP";
	readonly reliable = PROTOCOLS.UDP.reliable;
	readonly open = true;
	readonly remote: HostPort;
	readonly #transport: UdpTransport;
	readonly #locals: LocalAddresses;
	#local: HostPort | undefined;
	#claimed = false;

	constructor(remote: HostPort, transport: UdpTransport, locals: LocalAddresses) {
		this.remote = remote;
		this.#transport = transport;
		this.#locals = locals;
	}

	/** Looked up when asked for: a peer that is only answered costs no look-up. */
	get local(): HostPort {
		const address = this.#locals.towards(this.remote.address);
		if (this.#local?.address !== address) this.#local = { address, port: this.#transport.port };
		return this.#transport.external?.of(this, this.#local) ?? this.#local;
	}

	get claimed(): boolean {
		return this.#claimed;
	}

	claim(): void {
		if (this.#claimed) return;
		this.#claimed = true;
		this.#transport.remember(this);
	}

	send(message: string | Uint8Array): void {
		this.#transport.send(message, this.remote);
	}

	doubt(): void {
		this.#transport.probe(this.remote);
	}
}

function keyOf(address: string, port: number): string {
	return `${port} ${address}`;
}
