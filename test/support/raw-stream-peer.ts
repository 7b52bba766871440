import type { Socket, TCPSocketListener } from "bun";
import { bodyOf, headerOf } from "./raw-peer.ts";

/** A certificate with its key, and the authority to trust, as PEM. */
export interface PeerTls {
	readonly cert: string;
	readonly key: string;
	readonly ca: string;
}

/** A message that came in, and the connection it came by. */
export interface Received {
	readonly text: string;
	readonly connection: RawConnection;
}

/** One connection of a {@link RawStreamPeer}, opened by either side. */
export class RawConnection {
	closed = false;
	readonly #socket: Pick<Socket, "write" | "end">;

	constructor(socket: Pick<Socket, "write" | "end">) {
		this.#socket = socket;
	}

	send(text: string): void {
		if (this.#socket.write(text) < Buffer.byteLength(text)) throw new Error("the socket did not take all");
	}

	close(): void {
		this.#socket.end();
	}
}

/** A SIP peer on TCP or TLS without any SIP stack: tests write every byte that it sends. */
export class RawStreamPeer {
	/** Every connection, in the order in which they were opened, from either side. */
	readonly connections: RawConnection[] = [];
	/** Everything that came in, in order. */
	readonly received: Received[] = [];
	readonly address: string;
	readonly #tls: PeerTls | undefined;
	readonly #listener: TCPSocketListener<PeerSocketData>;
	#unread: Received[] = [];
	#waiting: { matches: (text: string) => boolean; resolve: (message: Received) => void }[] = [];
	#answer: ((message: Received) => void) | undefined;

	/** Listens on a free port. */
	constructor({ address = "127.0.0.1", tls }: { address?: string; tls?: PeerTls } = {}) {
		this.address = address;
		this.#tls = tls;
		this.#listener = Bun.listen<PeerSocketData>({
			hostname: address,
			port: 0,
			data: { buffer: "" },
			socket: this.#handlers(() => {}),
			...(tls && { tls: { cert: tls.cert, key: tls.key } }),
		});
	}

	get port(): number {
		return this.#listener.port;
	}

	/** A URI by which it is reached. */
	uri(user: string): string {
		const host = this.address.includes(":") ? `[${this.address}]` : this.address;
		return `sip:${user}@${host}:${this.port};transport=${this.#tls ? "tls" : "tcp"}`;
	}

	/** From now on messages go to `answer` as well. */
	answerBy(answer: (message: Received) => void): void {
		this.#answer = answer;
	}

	/** Opens a connection of its own. */
	async connect(port: number): Promise<RawConnection> {
		const { promise, resolve } = Promise.withResolvers<RawConnection>();
		await Bun.connect<PeerSocketData>({
			hostname: this.address,
			port,
			data: { buffer: "" },
			socket: this.#handlers(resolve),
			...(this.#tls && { tls: { ca: this.#tls.ca } }),
		});
		return promise;
	}

	/**
	 * The next message that was not read yet and begins so, such as `SIP/2.0 200` or `BYE`.
	 * @param also what it has to contain.
	 */
	next(start: string, also = ""): Promise<Received> {
		const matches = (text: string) => text.startsWith(start) && text.includes(also);
		const index = this.#unread.findIndex(({ text }) => matches(text));
		const [found] = index < 0 ? [] : this.#unread.splice(index, 1);
		if (found) return Promise.resolve(found);
		return new Promise((resolve) => this.#waiting.push({ matches, resolve }));
	}

	/** Takes no more connections, and closes those that are open. */
	stop(): void {
		this.#listener.stop(true);
		for (const connection of this.connections) connection.close();
	}

	#handlers(opened: (connection: RawConnection) => void): Bun.SocketHandler<PeerSocketData> {
		const ready = (socket: Socket<PeerSocketData>) => {
			const connection = new RawConnection(socket);
			socket.data = { buffer: "", connection };
			this.connections.push(connection);
			opened(connection);
		};
		return {
			...(this.#tls ? { handshake: (socket, ok) => ok && ready(socket) } : { open: ready }),
			data: (socket, bytes) => {
				socket.data.buffer += bytes.toString();
				for (let text = take(socket.data); text !== undefined; text = take(socket.data)) {
					if (socket.data.connection) this.#onMessage({ text, connection: socket.data.connection });
				}
			},
			close: (socket) => {
				if (socket.data.connection) socket.data.connection.closed = true;
			},
			error() {},
		};
	}

	#onMessage(message: Received): void {
		this.received.push(message);
		const index = this.#waiting.findIndex(({ matches }) => matches(message.text));
		const [waiting] = index < 0 ? [] : this.#waiting.splice(index, 1);
		if (waiting) waiting.resolve(message);
		else this.#unread.push(message);
		this.#answer?.(message);
	}
}

interface PeerSocketData {
	buffer: string;
	connection?: RawConnection;
}

/** Cuts the next whole message, or a keep-alive of blank lines, from what has come in. */
function take(data: PeerSocketData): string | undefined {
	const blank = /^(?:\r\n)+/.exec(data.buffer)?.[0];
	if (blank) {
		data.buffer = data.buffer.slice(blank.length);
		return blank;
	}
	const end = data.buffer.indexOf("\r\n\r\n");
	if (end < 0) return undefined;
	const length = Number(headerOf(data.buffer.slice(0, end), "Content-Length"));
	if (data.buffer.length < end + 4 + length) return undefined;
	const text = data.buffer.slice(0, end + 4 + length);
	data.buffer = data.buffer.slice(text.length);
	return text;
}

/**
 * The response to a request.
 * @param headers beyond those that the request dictates, as `Name: value`.
 */
export function responseTo(
	request: string,
	status: number,
	{ headers = [], sdp = "" }: { headers?: readonly string[]; sdp?: string } = {},
): string {
	const vias = request.split("\r\n").filter((line) => line.startsWith("Via: "));
	const to = headerOf(request, "To");
	return [
		`SIP/2.0 ${status} Whatever`,
		...vias,
		`From: ${headerOf(request, "From")}`,
		`To: ${to.includes(";tag=") || status === 100 ? to : `${to};tag=raw`}`,
		`Call-ID: ${headerOf(request, "Call-ID")}`,
		`CSeq: ${headerOf(request, "CSeq")}`,
		...headers,
		...(sdp ? ["Content-Type: application/sdp"] : []),
		`Content-Length: ${Buffer.byteLength(sdp)}`,
		"",
		sdp,
	].join("\r\n");
}

/** A description with one stream, for offers and answers alike. */
export function sdpOf(address: string, request = ""): string {
	const media = /\r\nm=(\S+) /.exec(bodyOf(request))?.[1] ?? "audio";
	return `v=0\r\no=raw 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=${media} 4000 RTP/AVP 0\r\n`;
}

/** A request of the peer's in the dialog that an INVITE of the server's has made. */
export function inDialog(
	invite: string,
	method: string,
	{ via, cseq, contact, sdp = "" }: { via: string; cseq: number; contact?: string; sdp?: string },
): string {
	const target = /<([^>]*)>/.exec(headerOf(invite, "Contact"))?.[1] ?? "";
	return [
		`${method} ${target} SIP/2.0`,
		`Via: ${via};branch=z9hG4bKraw${method}${cseq}`,
		"Max-Forwards: 70",
		`From: ${headerOf(invite, "To")};tag=raw`,
		`To: ${headerOf(invite, "From")}`,
		`Call-ID: ${headerOf(invite, "Call-ID")}`,
		`CSeq: ${cseq} ${method}`,
		...(contact ? [`Contact: <${contact}>`] : []),
		...(sdp ? ["Content-Type: application/sdp"] : []),
		`Content-Length: ${Buffer.byteLength(sdp)}`,
		"",
		sdp,
	].join("\r\n");
}
