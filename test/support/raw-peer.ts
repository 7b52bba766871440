import type { udp } from "bun";

/** A SIP peer without any SIP stack: tests write every byte it sends, and read every one it gets. */
export class RawPeer {
	readonly address: string;
	/** Everything that came in, in order. */
	readonly received: string[] = [];
	#unread: string[] = [];
	#waiting: { matches: (text: string) => boolean; resolve: (text: string) => void }[] = [];
	#socket: udp.Socket<"buffer"> | undefined;

	private constructor(address: string) {
		this.address = address;
	}

	/** Binds a free UDP port. */
	static async start(address = "127.0.0.1"): Promise<RawPeer> {
		const peer = new RawPeer(address);
		peer.#socket = await Bun.udpSocket({
			hostname: address,
			port: 0,
			binaryType: "buffer",
			socket: { data: (_socket, bytes) => peer.#onMessage(bytes.toString()), error() {} },
		});
		return peer;
	}

	get port(): number {
		return this.#socket?.port ?? 0;
	}

	/** `host:port` as it stands in a URI. */
	get place(): string {
		return this.address.includes(":") ? `[${this.address}]:${this.port}` : `${this.address}:${this.port}`;
	}

	send(text: string, port: number): void {
		this.#socket?.send(text, port, this.address);
	}

	/**
	 * The next message that was not read yet and begins so, such as `SIP/2.0 200` or `BYE`.
	 * @param also what it has to contain.
	 */
	next(start: string, also = ""): Promise<string> {
		const matches = (text: string) => text.startsWith(start) && text.includes(also);
		const index = this.#unread.findIndex(matches);
		const found = this.#unread[index];
		if (found !== undefined) {
			this.#unread.splice(index, 1);
			return Promise.resolve(found);
		}
		return new Promise((resolve) => this.#waiting.push({ matches, resolve }));
	}

	stop(): void {
		this.#socket?.close();
	}

	#onMessage(text: string): void {
		this.received.push(text);
		const index = this.#waiting.findIndex(({ matches }) => matches(text));
		const [waiting] = index < 0 ? [] : this.#waiting.splice(index, 1);
		if (waiting === undefined) this.#unread.push(text);
		else waiting.resolve(text);
	}
}

/** The value of the first header field of that name; empty when there is none. */
export function headerOf(text: string, name: string): string {
	const wanted = `${name.toLowerCase()}:`;
	const line = text.split("\r\n").find((each) => each.toLowerCase().startsWith(wanted));
	return line === undefined ? "" : line.slice(wanted.length).trim();
}

/** The body of a message. */
export function bodyOf(text: string): string {
	return text.slice(text.indexOf("\r\n\r\n") + 4);
}

/** The tag of a To or From value. */
export function tagOf(value: string): string {
	return /;tag=([^;]+)/.exec(value)?.[1] ?? "";
}
