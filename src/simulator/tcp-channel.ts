import { connectTcp } from "#runtime";
import type { TcpSocket } from "../runtime/tcp.ts";
import type { HostPort } from "./addresses.ts";
import type { Channel, SocketUser } from "./channel.ts";
import { StreamFramer } from "./stream-framer.ts";

/** The data of a socket: the channel that reads from it. */
export interface Framed {
	channel: TcpChannel | undefined;
}

/** One TCP connection; data sent before it is open waits. */
export class TcpChannel implements Channel {
	readonly protocol = "TCP";
	readonly reliable = true;
	#socket: TcpSocket<Framed> | undefined;
	#closed = false;
	#waiting: Buffer[] = [];
	readonly #framer: StreamFramer;

	/** The handlers of sockets, which pass events to their channel. */
	static readonly handlers = {
		data(socket: TcpSocket<Framed>, bytes: Buffer) {
			socket.data.channel?.onBytes(bytes.toString("latin1"));
		},
		drain(socket: TcpSocket<Framed>) {
			socket.data.channel?.flush();
		},
		close(socket: TcpSocket<Framed>) {
			socket.data.channel?.onClosed();
		},
		error(socket: TcpSocket<Framed>) {
			socket.data?.channel?.onClosed();
		},
	};

	constructor(
		readonly remote: HostPort,
		private readonly user: SocketUser,
	) {
		this.#framer = new StreamFramer({
			onFrame: (text) => user.onMessage(text, this),
			onPing: () => this.send("\r\n"),
		});
	}

	/** Opens a connection; a refusal is reported to the user as a closed connection. */
	static connect(remote: HostPort, user: SocketUser): TcpChannel {
		const channel = new TcpChannel(remote, user);
		connectTcp<Framed>({
			hostname: remote.address,
			port: remote.port,
			socket: { open: (socket) => channel.opened(socket), ...TcpChannel.handlers },
		}).catch(() => channel.onClosed());
		return channel;
	}

	get closed(): boolean {
		return this.#closed;
	}

	/** The connection is open. */
	opened(socket: TcpSocket<Framed>): void {
		socket.data = { channel: this };
		if (this.#closed) {
			socket.terminate();
			return;
		}
		this.#socket = socket;
		this.flush();
	}

	send(text: string): void {
		if (this.#closed) return;
		this.#waiting.push(Buffer.from(text, "latin1"));
		this.flush();
	}

	/** Writes what is waiting, as far as the socket takes it. */
	flush(): void {
		const socket = this.#socket;
		if (socket === undefined) return;
		while (this.#waiting.length > 0) {
			const [bytes] = this.#waiting;
			if (bytes === undefined) return;
			const written = Math.max(0, socket.write(bytes));
			if (written < bytes.length) {
				this.#waiting[0] = bytes.subarray(written);
				return;
			}
			this.#waiting.shift();
		}
	}

	/** Takes bytes from the stream; if it cannot be cut into messages, it is closed. */
	onBytes(chunk: string): void {
		try {
			this.#framer.push(chunk);
		} catch (error) {
			this.user.onBroken(error instanceof Error ? error.message : String(error));
			this.#socket?.terminate();
		}
	}

	/** The connection is gone. */
	onClosed(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#waiting = [];
		this.user.onClosed(this);
	}

	/** Closes the connection from our side. */
	close(): void {
		this.#closed = true;
		this.#socket?.terminate();
	}
}
