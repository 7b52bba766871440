import { connectTcp } from "#runtime";
import type { TcpSocket } from "../../runtime/tcp.ts";
import type { Clock } from "../../time/clock.ts";
import { systemClock } from "../../time/system-clock.ts";
import { escapeXml } from "../../xml/response.ts";
import { type Answer, readAnswer, readStatus, type ServerStatus } from "./answer.ts";
import type { Place } from "./place.ts";
import { RemoteError, reasonOf } from "./remote-error.ts";

/** How long a server may take for an answer that needs no phone, in milliseconds. */
const PATIENCE = 10_000;

const END = /<\/ClickToCall>|^\s*<Response>.*?<\/Response>/s;

/** A call to place. */
export interface CallToPlace {
	readonly initiator: string;
	readonly destination: string;
	readonly anchor: boolean;
}

interface Asked {
	onAnswer(answer: Answer): void;
	onLost(error: RemoteError): void;
}

/** A connection with the XML socket of a server. */
export class XmlConnection {
	readonly #place: Place;
	readonly #clock: Clock;
	readonly #decoder = new TextDecoder();
	/** Requests without a final answer, by `<Ref>`; oldest first. */
	readonly #asked = new Map<string, Asked>();
	#socket: TcpSocket | undefined;
	#unsent: Uint8Array = new Uint8Array(0);
	#received = "";
	#lost: RemoteError | undefined;
	#refs = 0;

	private constructor(place: Place, clock: Clock) {
		this.#place = place;
		this.#clock = clock;
	}

	/** @throws {RemoteError} when no server answers there. */
	static async open(place: Place, clock: Clock = systemClock): Promise<XmlConnection> {
		const connection = new XmlConnection(place, clock);
		try {
			connection.#socket = await connectTcp<undefined>({
				hostname: place.host,
				port: place.port,
				socket: {
					data: (_socket, chunk) => connection.#take(chunk),
					drain: () => connection.#send(),
					close: () => connection.#lose("the server closed the connection"),
					error: (_socket, error) => connection.#lose(reasonOf(error)),
				},
			});
		} catch (error) {
			throw new RemoteError(`no server answers at ${place.text}: ${reasonOf(error)}`);
		}
		return connection;
	}

	/**
	 * Places a call and wants to know its id.
	 *
	 * @param onAnswer is called with each result, up to the final one.
	 * @returns the final result. @throws {RemoteError} when the connection is lost before.
	 */
	place(
		{ initiator, destination, anchor }: CallToPlace,
		onAnswer: (answer: Answer) => void,
	): Promise<Answer> {
		const fields = [
			`<Initiator>${escapeXml(initiator)}</Initiator>`,
			`<Destination>${escapeXml(destination)}</Destination>`,
			`<AnchorCall>${anchor}</AnchorCall>`,
			"<WantId>true</WantId>",
		];
		return this.#ask("Request", fields, (answer) => {
			onAnswer(answer);
			return isFinal(answer);
		});
	}

	/** Ends a call. @returns the server's text; undefined when the ID is unknown. @throws {RemoteError} */
	async hangUp(id: string): Promise<string | undefined> {
		const answer = await this.#order("Hangup", [`<Id>${escapeXml(id)}</Id>`]);
		if (answer.code === 404) return undefined;
		if (answer.code === 200) return answer.text;
		throw this.#refused(answer);
	}

	/** One call; undefined when the ID is unknown (by now). @throws {RemoteError} */
	async statusOf(id: string): Promise<ServerStatus | undefined> {
		const answer = await this.#order("Status", [`<Id>${escapeXml(id)}</Id>`]);
		if (answer.code === 404) return undefined;
		if (answer.code !== 200) throw this.#refused(answer);
		return readStatus(answer.response);
	}

	/** The server, and all calls in progress. @throws {RemoteError} */
	async status(): Promise<ServerStatus> {
		const pages: ServerStatus[] = [];
		for (let next: string | undefined; ; ) {
			const answer = await this.#order(
				"Status",
				next === undefined ? [] : [`<After>${escapeXml(next)}</After>`],
			);
			if (answer.code !== 200) throw this.#refused(answer);
			const page = readStatus(answer.response);
			pages.push(page);
			next = page.next;
			if (next === undefined) {
				const { next: _, ...last } = page;
				return { ...last, calls: pages.flatMap(({ calls }) => calls) };
			}
		}
	}

	close(): void {
		this.#socket?.end();
	}

	async #order(name: "Hangup" | "Status", fields: readonly string[]): Promise<Answer> {
		const stopTimer = this.#clock.after(PATIENCE, () => this.#lose("no answer"));
		try {
			return await this.#ask(name, fields, () => true);
		} finally {
			stopTimer();
		}
	}

	/** @param isLast tells whether an answer is the last one to this request. */
	#ask(element: string, fields: readonly string[], isLast: (answer: Answer) => boolean): Promise<Answer> {
		const { promise, resolve, reject } = Promise.withResolvers<Answer>();
		if (this.#lost) {
			reject(this.#lost);
			return promise;
		}
		this.#refs += 1;
		const ref = String(this.#refs);
		this.#asked.set(ref, {
			onLost: reject,
			onAnswer: (answer) => {
				if (!isLast(answer)) return;
				this.#asked.delete(ref);
				resolve(answer);
			},
		});
		const inside = [...fields, `<Ref>${ref}</Ref>`].map((field) => `  ${field}\n`).join("");
		const request = `<ClickToCall>\n <${element}>\n${inside} </${element}>\n</ClickToCall>\n`;
		this.#unsent = Buffer.concat([this.#unsent, Buffer.from(request)]);
		this.#send();
		return promise;
	}

	#send(): void {
		if (this.#unsent.length === 0) return;
		const written = Math.max(0, this.#socket?.write(this.#unsent) ?? 0);
		this.#unsent = this.#unsent.subarray(written);
	}

	#take(chunk: Uint8Array): void {
		this.#received += this.#decoder.decode(chunk, { stream: true });
		for (;;) {
			const found = END.exec(this.#received);
			if (!found) return;
			const end = found.index + found[0].length;
			const text = this.#received.slice(0, end);
			this.#received = this.#received.slice(end);
			this.#answer(text.trim());
		}
	}

	#answer(text: string): void {
		try {
			const answer = readAnswer(text);
			// An answer that does not repeat the request means that the server does not support it.
			const ref = answer.ref === "" ? this.#asked.keys().next().value : answer.ref;
			this.#asked.get(ref ?? "")?.onAnswer(answer);
		} catch (error) {
			if (!(error instanceof RemoteError)) throw error;
			this.#lose(error.message);
		}
	}

	#lose(reason: string): void {
		this.#lost ??= new RemoteError(`${this.#place.text}: ${reason}`);
		for (const { onLost } of this.#asked.values()) onLost(this.#lost);
		this.#asked.clear();
		this.#socket?.end();
	}

	#refused({ code, text }: Answer): RemoteError {
		return new RemoteError(`${this.#place.text}: the server does not support this: ${code} ${text}`);
	}
}

/** A final result of a call: the destination's answer, or any failure. */
export function isFinal({ code, leg }: Pick<Answer, "code" | "leg">): boolean {
	return code >= 300 || (code >= 200 && leg === "Destination");
}
