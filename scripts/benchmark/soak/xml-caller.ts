import type { Socket } from "bun";

/** What the caller hears. */
export interface CallerListener {
	accepted(ref: number, id: string): void;
	result(ref: number, code: number, leg: string): void;
	/** The connection was closed, by whichever side. */
	closed(): void;
}

/** A call to ask for. */
export interface CallerOrder {
	readonly ref: number;
	readonly initiator: string;
	readonly destination: string;
	readonly anchored: boolean;
}

const END = "</ClickToCall>";

/** One connection of the XML socket, which asks for calls by the thousand and hangs some up by their ids. */
export class XmlCaller {
	readonly #listener: CallerListener;
	#socket: Socket | undefined;
	#waiting = Buffer.alloc(0);
	#rest = "";

	private constructor(listener: CallerListener) {
		this.#listener = listener;
	}

	/** @throws {Error} of the system when nothing listens there. */
	static async connect(host: string, port: number, listener: CallerListener): Promise<XmlCaller> {
		const caller = new XmlCaller(listener);
		caller.#socket = await Bun.connect({
			hostname: host,
			port,
			socket: {
				data: (_socket, bytes) => caller.#take(bytes.toString("latin1")),
				drain: () => caller.#flush(),
				close: () => listener.closed(),
			},
		});
		caller.#socket.setNoDelay(true);
		return caller;
	}

	place({ ref, initiator, destination, anchored }: CallerOrder): void {
		this.#send(
			`<ClickToCall><Request><Initiator>${initiator}</Initiator><Destination>${destination}</Destination>` +
				`<AnchorCall>${anchored}</AnchorCall><WantId>true</WantId><Ref>${ref}</Ref></Request>${END}\n`,
		);
	}

	hangUp(id: string): void {
		this.#send(`<ClickToCall><Hangup><Id>${id}</Id></Hangup>${END}\n`);
	}

	stop(): void {
		this.#socket?.end();
	}

	#send(text: string): void {
		this.#waiting = Buffer.concat([this.#waiting, Buffer.from(text)]);
		this.#flush();
	}

	#flush(): void {
		const written = Math.max(0, this.#socket?.write(this.#waiting) ?? 0);
		this.#waiting = this.#waiting.subarray(written);
	}

	#take(text: string): void {
		const all = this.#rest + text;
		let start = 0;
		for (let end = all.indexOf(END); end >= 0; end = all.indexOf(END, start)) {
			this.#answer(all.slice(start, end));
			start = end + END.length;
		}
		this.#rest = all.slice(start);
	}

	/** Answers to orders to hang up carry no `<Ref>`, and are of no interest. */
	#answer(answer: string): void {
		const ref = /<Ref>(\d+)</.exec(answer)?.[1];
		if (ref === undefined) return;
		const [, code = "", leg = ""] = /<Result Code="(\d+)"(?: Leg="(\w+)")?/.exec(answer) ?? [];
		const id = /<Id>([^<]+)</.exec(answer)?.[1];
		if (id !== undefined) this.#listener.accepted(Number(ref), id);
		this.#listener.result(Number(ref), Number(code), leg);
	}
}
