import type { Socket } from "bun";

/** What to ask for; the texts are escaped, `extra` is written as it is. */
export interface PlaceRequest {
	readonly initiator: string;
	readonly destination: string;
	readonly anchor?: boolean;
	/** Comes back in every answer and tells the requests of a connection apart; its own by default. */
	readonly ref?: string;
	readonly extra?: string;
}

/** One answer of the XML socket. */
export interface XmlResult {
	readonly code: number;
	/** `Initiator`, `Destination`, or empty. */
	readonly leg: string;
	readonly text: string;
	/** The whole answer as it came. */
	readonly raw: string;
}

/** A call that was asked for over the XML socket, as it goes on. */
export class PlacedCall {
	readonly results: XmlResult[] = [];
	/** The first result that nothing may follow. */
	readonly final: Promise<XmlResult>;
	#resolve: (result: XmlResult) => void = () => {};
	#reject: (error: Error) => void = () => {};
	#listeners: (() => void)[] = [];

	constructor(readonly ref: string) {
		this.final = new Promise((resolve, reject) => {
			this.#resolve = resolve;
			this.#reject = reject;
		});
		// Who never looks at the end is not to be told of it by an unhandled rejection.
		this.final.catch(() => {});
	}

	/** The results so far, such as `["100", "180 Initiator", "200 Initiator"]`. */
	get chain(): string[] {
		return this.results.map(nameOf);
	}

	/** Resolves with the chain once the call has its final result. */
	async finished(): Promise<string[]> {
		await this.final;
		return this.chain;
	}

	/** Resolves when a result such as `180 Destination` has come. */
	async reached(name: string): Promise<void> {
		while (!this.chain.includes(name)) await this.told();
	}

	/** Resolves when another result has come. */
	told(): Promise<void> {
		return new Promise((resolve) => this.#listeners.push(resolve));
	}

	add(result: XmlResult): void {
		this.results.push(result);
		const last = result.code >= 300 || (result.code >= 200 && result.leg === "Destination");
		if (last) this.#resolve(result);
		for (const heard of this.#listeners.splice(0)) heard();
	}

	fail(error: Error): void {
		this.#reject(error);
	}
}

const END = "</ClickToCall>";

/** A client of the XML socket: many requests on one connection, results sorted by their `<Ref>`. */
export class XmlClient {
	/** Every byte that came. */
	received = "";
	/** Resolves when the server closed the connection. */
	readonly closed: Promise<void>;
	#close: () => void = () => {};
	#rest = "";
	#next = 0;
	#waiting = Buffer.alloc(0);
	readonly #decoder = new TextDecoder();
	readonly #calls = new Map<string, PlacedCall>();
	#socket: Socket | undefined;

	private constructor() {
		this.closed = new Promise((resolve) => {
			this.#close = resolve;
		});
	}

	/** @throws {Error} of the system when nothing listens there. */
	static async connect(port: number, address = "127.0.0.1"): Promise<XmlClient> {
		const client = new XmlClient();
		client.#socket = await Bun.connect({
			hostname: address,
			port,
			socket: {
				data: (_socket, bytes) => client.#onData(client.#decoder.decode(bytes, { stream: true })),
				drain: () => client.#flush(),
				close: () => client.#onClose(),
				error: () => client.#onClose(),
			},
		});
		return client;
	}

	/** Asks for a call, laid out as in the manual. */
	place(request: PlaceRequest): PlacedCall {
		const ref = request.ref ?? `ref-${++this.#next}`;
		const call = new PlacedCall(ref);
		this.#calls.set(ref, call);
		const anchor = request.anchor === undefined ? "" : `   <AnchorCall>${request.anchor}</AnchorCall>\n`;
		this.write(
			`<ClickToCall>\n <Request>\n   <Initiator>${escapeText(request.initiator)}</Initiator>\n` +
				`   <Destination>${escapeText(request.destination)}</Destination>\n${anchor}` +
				`   <Ref>${escapeText(ref)}</Ref>\n${request.extra ?? ""} </Request>\n${END}\n`,
		);
		return call;
	}

	/** Asks for the state of one call. @returns the whole answer. */
	async status(id: string): Promise<string> {
		const answer = new PlacedCall(`status-${++this.#next}`);
		this.#calls.set(answer.ref, answer);
		this.write(`<ClickToCall><Status><Id>${id}</Id><Ref>${answer.ref}</Ref></Status>${END}\n`);
		while (answer.results.length === 0) await answer.told();
		return answer.results[0]?.raw ?? "";
	}

	/** Asks to hang up a call. @returns the answer. */
	async hangUp(id: string): Promise<XmlResult | undefined> {
		const answer = new PlacedCall(`hangup-${++this.#next}`);
		this.#calls.set(answer.ref, answer);
		this.write(`<ClickToCall><Hangup><Id>${id}</Id><Ref>${answer.ref}</Ref></Hangup>${END}\n`);
		while (answer.results.length === 0) await answer.told();
		return answer.results[0];
	}

	/** Asks for the results of a call from now on. */
	resume(id: string): PlacedCall {
		const call = new PlacedCall(`resume-${++this.#next}`);
		this.#calls.set(call.ref, call);
		this.write(`<ClickToCall><Resume><Id>${id}</Id><Ref>${call.ref}</Ref></Resume>${END}\n`);
		return call;
	}

	/** Sends any bytes. */
	write(text: string): void {
		this.#waiting = Buffer.concat([this.#waiting, Buffer.from(text)]);
		this.#flush();
	}

	/** Closes the connection. */
	stop(): void {
		this.#socket?.end();
	}

	#flush(): void {
		const written = Math.max(0, this.#socket?.write(this.#waiting) ?? 0);
		this.#waiting = this.#waiting.subarray(written);
	}

	#onData(text: string): void {
		this.received += text;
		this.#rest += text;
		for (;;) {
			const end = this.#rest.indexOf(END);
			if (end < 0) return;
			const raw = this.#rest.slice(0, end + END.length);
			this.#rest = this.#rest.slice(end + END.length);
			this.#calls.get(unescapeText(/<Ref>(.*?)<\/Ref>/s.exec(raw)?.[1] ?? ""))?.add(readResult(raw));
		}
	}

	#onClose(): void {
		for (const call of this.#calls.values()) call.fail(new Error("the XML connection was closed"));
		this.#close();
	}
}

function readResult(raw: string): XmlResult {
	const [, code = "0", leg = "", text = ""] =
		/<Result Code="(\d+)"(?: Leg="(\w+)")?>(.*?)<\/Result>/s.exec(raw) ?? [];
	return { code: Number(code), leg, text: unescapeText(text), raw };
}

function nameOf({ code, leg }: XmlResult): string {
	return leg === "" ? String(code) : `${code} ${leg}`;
}

function escapeText(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function unescapeText(text: string): string {
	return text
		.replaceAll("&lt;", "<")
		.replaceAll("&gt;", ">")
		.replaceAll("&quot;", '"')
		.replaceAll("&amp;", "&");
}
