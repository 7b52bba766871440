import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { errorCode } from "../../error-code.ts";
import type { Handlers, TcpSocket } from "../tcp.ts";

/** What the system reports when a connection breaks: whoever has the connection hears of it as its end. */
const BROKEN: ReadonlySet<string> = new Set([
	"ECONNRESET",
	"EPIPE",
	"ETIMEDOUT",
	"ECONNABORTED",
	"EHOSTUNREACH",
]);

/** A connection of `node:net`, which tells its handlers what they would hear from the other runtime. */
export class DenoSocket<Data> implements TcpSocket<Data> {
	data: Data;
	readonly localAddress: string;
	readonly localPort: number;
	readonly remoteAddress: string;
	readonly remotePort: number;
	#socket: Socket;
	readonly #handlers: Handlers<Data>;
	/** Why it will have closed. */
	#error: Error | undefined;
	#closed = false;

	/** @param socket connected. */
	constructor(socket: Socket, handlers: Handlers<Data>, data: Data) {
		this.data = data;
		this.#socket = socket;
		this.#handlers = handlers;
		this.localAddress = socket.localAddress ?? "";
		this.localPort = socket.localPort ?? 0;
		this.remoteAddress = socket.remoteAddress ?? "";
		this.remotePort = socket.remotePort ?? 0;
		this.#watch(socket);
	}

	/** From now on its handlers get what comes. */
	listen(): void {
		const socket = this.#socket;
		socket.on("data", (bytes: Buffer) => this.#handlers.data?.(this, bytes));
		socket.on("drain", () => this.#handlers.drain?.(this));
		socket.on("end", () => this.#handlers.end?.(this));
	}

	/** Goes on with TLS. */
	secure(socket: Socket): void {
		this.#socket = socket;
		this.#watch(socket);
		this.listen();
	}

	/** Whether it has closed. */
	get closed(): boolean {
		return this.#closed;
	}

	write(bytes: string | Uint8Array): number {
		const socket = this.#socket;
		if (this.#closed || socket.destroyed || socket.writableEnded) return -1;
		if (socket.writableNeedDrain) return 0;
		socket.write(typeof bytes === "string" ? bytes : new Uint8Array(bytes));
		return typeof bytes === "string" ? Buffer.byteLength(bytes) : bytes.length;
	}

	end(last?: string | Uint8Array): void {
		const socket = this.#socket;
		// It is taken even if others have to wait.
		if (last !== undefined && !socket.destroyed && !socket.writableEnded) socket.write(last);
		socket.destroySoon();
	}

	shutdown(): void {
		this.#socket.end();
	}

	terminate(): void {
		this.#socket.destroy();
	}

	pause(): void {
		this.#socket.pause();
	}

	resume(): void {
		this.#socket.resume();
	}

	setNoDelay(on: boolean): void {
		this.#socket.setNoDelay(on);
	}

	setKeepAlive(on: boolean, delay: number): void {
		this.#socket.setKeepAlive(on, delay);
	}

	getPeerX509Certificate(): X509Certificate | undefined {
		const socket = this.#socket as Partial<TLSSocket>;
		return socket.getPeerX509Certificate?.();
	}

	#watch(socket: Socket): void {
		socket.on("error", (error: Error) => this.#failed(error));
		socket.on("close", () => this.#gone());
	}

	#failed(error: Error): void {
		this.#error = error;
		if (!BROKEN.has(errorCode(error))) this.#handlers.error?.(this, error);
	}

	#gone(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#handlers.close?.(this, this.#error);
	}
}
