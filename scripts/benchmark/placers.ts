import { closeSync, openSync, writeSync } from "node:fs";
import type { Socket } from "bun";

/** What to ask for. */
export interface Order {
	/** Names the call in its results. */
	readonly index: number;
	readonly initiator: string;
	readonly destination: string;
	readonly anchored: boolean;
}

/** A result with the call it belongs to. */
export type ResultListener = (index: number, code: number, leg: string) => void;

/** A client that asks a server for calls. */
export interface Placer {
	/** Whether it tells results; if not, only the phones know how a call goes. */
	readonly hears: boolean;
	place(order: Order): void;
	stop(): void;
}

const HOST = "127.0.0.1";
const END = "</ClickToCall>";

/** The request as the manual lays it out. */
function requestText({ index, initiator, destination, anchored }: Order): string {
	const anchor = anchored ? "   <AnchorCall>true</AnchorCall>\n" : "";
	return (
		`<ClickToCall>\n <Request>\n   <Initiator>${initiator}</Initiator>\n` +
		`   <Destination>${destination}</Destination>\n${anchor}   <Ref>${index}</Ref>\n </Request>\n${END}\n`
	);
}

/** Finds whole answers in the data of the XML socket, which arrives in pieces of any size. */
export class AnswerScanner {
	readonly #listener: ResultListener;
	#rest = "";

	constructor(listener: ResultListener) {
		this.#listener = listener;
	}

	push(text: string): void {
		const all = this.#rest + text;
		let start = 0;
		for (let end = all.indexOf(END); end >= 0; end = all.indexOf(END, start)) {
			const answer = all.slice(start, end);
			const [, index = ""] = /<Ref>(\d+)</.exec(answer) ?? [];
			const [, code = "", leg = ""] = /<Result Code="(\d+)"(?: Leg="(\w+)")?/.exec(answer) ?? [];
			this.#listener(Number(index), Number(code), leg);
			start = end + END.length;
		}
		this.#rest = all.slice(start);
	}
}

/** Asks over one connection of the XML socket and reads every result. */
export class WatchingClient implements Placer {
	readonly hears = true;
	#waiting = Buffer.alloc(0);
	#socket: Socket | undefined;

	private constructor() {}

	/** @throws {Error} of the system when nothing listens there. */
	static async connect(port: number, listener: ResultListener): Promise<WatchingClient> {
		const client = new WatchingClient();
		const scanner = new AnswerScanner(listener);
		client.#socket = await Bun.connect({
			hostname: HOST,
			port,
			socket: {
				data: (_socket, bytes) => scanner.push(bytes.toString("latin1")),
				drain: () => client.#flush(),
			},
		});
		client.#socket.setNoDelay(true);
		return client;
	}

	place(order: Order): void {
		this.#waiting = Buffer.concat([this.#waiting, Buffer.from(requestText(order))]);
		this.#flush();
	}

	stop(): void {
		this.#socket?.end();
	}

	#flush(): void {
		const written = Math.max(0, this.#socket?.write(this.#waiting) ?? 0);
		this.#waiting = this.#waiting.subarray(written);
	}
}

/** Opens a connection for each call and closes it at once, without reading the results. */
export class LeavingClient implements Placer {
	readonly hears = false;
	readonly #port: number;
	readonly #failed: (index: number) => void;

	constructor(port: number, failed: (index: number) => void) {
		this.#port = port;
		this.#failed = failed;
	}

	place(order: Order): void {
		Bun.connect({
			hostname: HOST,
			port: this.#port,
			socket: {
				data: () => {},
				// A request fits into an empty send buffer.
				open: (socket) => {
					socket.write(requestText(order));
					socket.end();
				},
				error: () => {},
			},
		}).catch(() => this.#failed(order.index));
	}

	stop(): void {}
}

/** Asks Kamailio over its FIFO to bridge two phones. */
export class FifoClient implements Placer {
	readonly hears = false;
	readonly #fifo: number;

	/** @param path of a FIFO that has a reader. */
	constructor(path: string) {
		this.#fifo = openSync(path, "w");
	}

	place({ index, initiator, destination }: Order): void {
		const request = {
			jsonrpc: "2.0",
			method: "dlg.bridge_dlg",
			params: [initiator, destination, ""],
			id: index,
			reply_name: "",
		};
		writeSync(this.#fifo, `${JSON.stringify(request)}\n`);
	}

	stop(): void {
		closeSync(this.#fifo);
	}
}
