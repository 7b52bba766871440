import { openUdp } from "#runtime";
import { errorCode } from "../error-code.ts";
import type { Logger } from "../log/logger.ts";
import { randomNumber } from "../random.ts";
import type { UdpSocket } from "../runtime/udp.ts";

/** How many pairs are open before anybody needs them, for calls that come at once: an INVITE waits for no socket. */
const READY = 20;

/** An even port for RTP, and the next one for RTCP. */
export interface PortPair {
	readonly port: number;
	readonly rtp: UdpSocket;
	readonly rtcp: UdpSocket;
}

export interface PortPairsOptions {
	/** Address to open them on; empty for all. */
	readonly bind: string;
	readonly first: number;
	readonly last: number;
	readonly log: Logger;
}

/** The ports of a range, in pairs; some are kept open for the next calls. */
export class PortPairs {
	readonly #options: PortPairsOptions;
	readonly #numbers: number[] = [];
	readonly #ready: PortPair[] = [];
	/** Those that are open, ready or taken. */
	readonly #held = new Set<number>();
	#next: number;
	#host: string;
	#filling: Promise<void> | undefined;
	#closed = false;

	private constructor(options: PortPairsOptions) {
		this.#options = options;
		this.#host = options.bind === "" ? "::" : options.bind;
		const { first, last } = options;
		for (let port = first + (first % 2); port < last; port += 2) this.#numbers.push(port);
		// Another program, or another of these servers, may use the same range.
		this.#next = randomNumber() % this.#numbers.length;
	}

	/** Opens the first ones; none at all if they are all taken. */
	static async open(options: PortPairsOptions): Promise<PortPairs> {
		const pairs = new PortPairs(options);
		await pairs.#fill();
		return pairs;
	}

	/** A pair that nobody else uses; undefined when none is ready. */
	take(): PortPair | undefined {
		const pair = this.#ready.shift();
		void this.#fill();
		return pair;
	}

	/** Closes a pair that was taken. */
	give(pair: PortPair): void {
		closePair(pair);
		this.#held.delete(pair.port);
		void this.#fill();
	}

	/** Closes those that are ready. */
	close(): void {
		this.#closed = true;
		for (const pair of this.#ready.splice(0)) closePair(pair);
	}

	#fill(): Promise<void> {
		this.#filling ??= this.#openSome().finally(() => {
			this.#filling = undefined;
		});
		return this.#filling;
	}

	async #openSome(): Promise<void> {
		const wanted = Math.min(READY, this.#numbers.length);
		for (
			let tries = this.#numbers.length;
			tries > 0 && this.#ready.length < wanted && !this.#closed;
			tries -= 1
		) {
			const port = this.#numbers[this.#next] ?? 0;
			this.#next = (this.#next + 1) % this.#numbers.length;
			if (this.#held.has(port)) continue;
			const pair = await this.#openPair(port);
			if (!pair) continue;
			this.#held.add(port);
			if (this.#closed) closePair(pair);
			else this.#ready.push(pair);
		}
	}

	async #openPair(port: number): Promise<PortPair | undefined> {
		try {
			const rtp = await this.#bind(port);
			try {
				return { port, rtp, rtcp: await this.#bind(port + 1) };
			} catch (error) {
				rtp.close();
				throw error;
			}
		} catch (error) {
			this.#options.log.debug(() => `RTP port ${port}: ${error}`);
			return undefined;
		}
	}

	async #bind(port: number): Promise<UdpSocket> {
		// What comes is thrown away; without the second one an ICMP error would end the process.
		const socket = { data: () => {}, error: () => {} };
		try {
			return await openUdp({ hostname: this.#host, port, socket });
		} catch (error) {
			if (this.#host !== "::" || !NO_IPV6.has(errorCode(error))) throw error;
			this.#host = "0.0.0.0";
			return await openUdp({ hostname: this.#host, port, socket });
		}
	}
}

function closePair({ rtp, rtcp }: PortPair): void {
	rtp.close();
	rtcp.close();
}

const NO_IPV6: ReadonlySet<string> = new Set(["EAFNOSUPPORT", "EADDRNOTAVAIL"]);
