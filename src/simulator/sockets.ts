import { enlargeReceiveBuffer, listenTcp, openUdp } from "#runtime";
import type { TcpListener, TcpSocket } from "../runtime/tcp.ts";
import type { UdpSocket } from "../runtime/udp.ts";
import { type HostPort, plainAddress } from "./addresses.ts";
import type { Channel, PhoneProtocol, SocketUser } from "./channel.ts";
import { type Framed, TcpChannel } from "./tcp-channel.ts";

/** Where a phone listens. */
export interface SocketOptions {
	/** A concrete IP address, never a wildcard. */
	readonly address: string;
	/** 0: any free port, the same one for both protocols. */
	readonly port: number;
	readonly protocol: PhoneProtocol | "both";
}

class UdpChannel implements Channel {
	readonly protocol = "UDP";
	readonly reliable = false;
	readonly closed = false;

	constructor(
		private readonly socket: UdpSocket,
		readonly remote: HostPort,
	) {}

	send(text: string): void {
		const bytes = Buffer.from(text, "latin1");
		const { address, port } = this.remote;
		try {
			this.socket.send(bytes, port, address);
		} catch {
			// An earlier ICMP error from any peer makes the next send throw, and only that one.
			try {
				this.socket.send(bytes, port, address);
			} catch {
				// Lost, as any datagram may be: the retransmissions of RFC 3261 section 17 make up for it.
			}
		}
	}
}

const ATTEMPTS = 20;

/** The system's default holds 92 datagrams, and bursts are lost. 4 MiB. */
const RECEIVE_BUFFER = 4 << 20;

/** The sockets of one phone: UDP and TCP on one address and port. */
export class PhoneSockets {
	/** The port that it listens on. */
	readonly port: number;
	readonly #user: SocketUser;
	readonly #udp: UdpSocket | undefined;
	readonly #listener: TcpListener | undefined;
	/** Open connections by `address port` of the peer. */
	readonly #connections = new Map<string, TcpChannel>();

	private constructor(user: SocketUser, datagrams: UdpSocket | undefined, listener: TcpListener | undefined) {
		this.#user = user;
		this.#udp = datagrams;
		this.#listener = listener;
		this.port = datagrams?.port ?? listener?.port ?? 0;
	}

	/**
	 * Opens the sockets.
	 * @throws {Error} of the system, with its `code`, when the address or port is not available.
	 */
	static async open(options: SocketOptions, user: SocketUser): Promise<PhoneSockets> {
		for (let attempt = 1; ; attempt++) {
			let opened: PhoneSockets | undefined;
			const receive: SocketUser = {
				onMessage: (text, channel) => user.onMessage(text, channel),
				onBroken: (reason) => user.onBroken(reason),
				onClosed: (channel) => {
					opened?.forget(channel);
					user.onClosed(channel);
				},
			};
			const adopt = (channel: TcpChannel) => opened?.adopt(channel);
			const datagrams = options.protocol === "TCP" ? undefined : await bindUdp(options, receive);
			try {
				const port = datagrams?.port ?? options.port;
				const listener =
					options.protocol === "UDP" ? undefined : listenOn(options.address, port, receive, adopt);
				opened = new PhoneSockets(receive, datagrams, listener);
				return opened;
			} catch (error) {
				datagrams?.close();
				// The port chosen for UDP may be taken on TCP: try another pair.
				if (options.port !== 0 || attempt === ATTEMPTS) throw error;
			}
		}
	}

	/** Whether the phone speaks the protocol. */
	speaks(protocol: PhoneProtocol): boolean {
		return protocol === "UDP" ? this.#udp !== undefined : this.#listener !== undefined;
	}

	/** The channel to a peer; opens a connection if there is none yet. */
	to(protocol: PhoneProtocol, remote: HostPort): Channel {
		if (protocol === "UDP" && this.#udp !== undefined) return new UdpChannel(this.#udp, remote);
		const key = `${remote.address} ${remote.port}`;
		const known = this.#connections.get(key);
		if (known !== undefined) return known;
		const channel = TcpChannel.connect(remote, this.#user);
		this.#connections.set(key, channel);
		return channel;
	}

	/** Keeps a connection that a peer has opened. */
	adopt(channel: TcpChannel): void {
		this.#connections.set(`${channel.remote.address} ${channel.remote.port}`, channel);
	}

	/** Removes a connection that was closed. */
	forget(channel: Channel): void {
		const key = `${channel.remote.address} ${channel.remote.port}`;
		if (this.#connections.get(key) === channel) this.#connections.delete(key);
	}

	/** Closes everything at once. */
	close(): void {
		this.#udp?.close();
		this.#listener?.stop(true);
		for (const channel of this.#connections.values()) channel.close();
		this.#connections.clear();
	}
}

async function bindUdp({ address, port }: SocketOptions, user: SocketUser): Promise<UdpSocket> {
	const socket = await openUdp({
		hostname: address,
		port,
		socket: {
			data(from, bytes, remotePort, remoteAddress) {
				const remote = { address: plainAddress(remoteAddress), port: remotePort };
				user.onMessage(bytes.toString("latin1"), new UdpChannel(from, remote));
			},
			// ICMP errors about one peer; without a handler they would end the process.
			error() {},
		},
	});
	enlargeReceiveBuffer(socket, RECEIVE_BUFFER);
	return socket;
}

function listenOn(
	address: string,
	port: number,
	user: SocketUser,
	adopt: (channel: TcpChannel) => void,
): TcpListener {
	return listenTcp<Framed>({
		hostname: address,
		port,
		socket: {
			open(socket: TcpSocket<Framed>) {
				const remote = { address: plainAddress(socket.remoteAddress), port: socket.remotePort };
				const channel = new TcpChannel(remote, user);
				channel.opened(socket);
				adopt(channel);
			},
			...TcpChannel.handlers,
		},
	});
}
