import { LimitedLog } from "../log/limited-log.ts";
import type { Logger } from "../log/logger.ts";
import { randomNumber } from "../random.ts";
import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import type { PayloadType } from "./g711.ts";
import { type PortPair, PortPairs } from "./port-pairs.ts";
import { RtpStream } from "./rtp-stream.ts";
import { PERIOD, Ticker, type Ticking } from "./ticker.ts";
import { FRAME, ToneSounds } from "./tone-sound.ts";
import type { ToneCountry, ToneName } from "./tone-table.ts";

/** Milliseconds between two lines about ports that are missing. */
const SCARCITY_LOG = 10_000;

/** Packets between two reports: 5 s on average, from half to one and a half of that (RFC 3550 section 6.2). */
const REPORT_EVERY = 250;

export interface MediaOptions {
	/** Whose tones are played. */
	readonly country: ToneCountry;
	/** The ports that they are sent from. */
	readonly ports: { readonly first: number; readonly last: number };
	/** Our only address; empty for all. */
	readonly bind: string;
	/** How long a port may play in all, in milliseconds, whatever its call does. */
	readonly longest: number;
	readonly clock: Clock;
	readonly wall: WallClock;
	readonly log: Logger;
}

/** Where a tone is sent to, and how it is coded. */
export interface MediaTarget {
	/** IP address. */
	readonly address: string;
	readonly port: number;
	/** Port of its RTCP: by default the one after `port`; 0 for none. */
	readonly rtcpPort?: number;
	readonly payloadType: PayloadType;
}

/** Numbers of what is sent. */
export interface MediaFigures {
	/** Ports for RTP that calls hold now. */
	readonly ports: number;
	/** How many tones are playing now. */
	readonly playing: number;
	/** RTP packets sent so far. */
	readonly packets: number;
	/** Packets that could not be sent. */
	readonly unsent: number;
}

/** Sends tones over RTP; it receives nothing. */
export class Media {
	readonly #options: MediaOptions;
	readonly #pairs: PortPairs;
	readonly #sounds: ToneSounds;
	readonly #ticker: Ticker;
	readonly #open = new Set<MediaPort>();
	readonly #counts = { packets: 0, unsent: 0 };
	readonly #scarcity: LimitedLog;

	private constructor(options: MediaOptions, pairs: PortPairs) {
		this.#options = options;
		this.#pairs = pairs;
		this.#sounds = new ToneSounds(options.country);
		this.#ticker = new Ticker(options.clock);
		this.#scarcity = new LimitedLog(options.log, options.clock, SCARCITY_LOG);
	}

	/** Opens the first ports. */
	static async start(options: MediaOptions): Promise<Media> {
		const { bind, ports, log } = options;
		const pairs = await PortPairs.open({ bind, ...ports, log });
		return new Media(options, pairs);
	}

	get figures(): MediaFigures {
		return { ports: this.#open.size, playing: this.#ticker.size, ...this.#counts };
	}

	/** A port to send tones from; undefined when none is free. */
	open(): MediaPort | undefined {
		const pair = this.#pairs.take();
		if (!pair) {
			const { first, last } = this.#options.ports;
			this.#scarcity.warning(
				() => `no port of RtpPorts = ${first}-${last} is free: a call goes on without tones`,
			);
			return undefined;
		}
		const port = new MediaPort(pair, {
			sounds: this.#sounds,
			ticker: this.#ticker,
			counts: this.#counts,
			clock: this.#options.clock,
			wall: this.#options.wall,
			longest: this.#options.longest,
			released: () => {
				this.#open.delete(port);
				this.#pairs.give(pair);
			},
		});
		this.#open.add(port);
		return port;
	}

	/** Stops all tones and closes all ports. */
	close(): void {
		for (const port of this.#open) port.release();
		this.#pairs.close();
	}
}

interface PortParts {
	readonly sounds: ToneSounds;
	readonly ticker: Ticker;
	readonly counts: { packets: number; unsent: number };
	readonly clock: Clock;
	readonly wall: WallClock;
	readonly longest: number;
	released(): void;
}

/** A port of ours that one phone hears tones from. */
export class MediaPort implements Ticking {
	readonly #pair: PortPair;
	readonly #parts: PortParts;
	readonly #stream = new RtpStream();
	#target: MediaTarget | undefined;
	#sound: Uint8Array | undefined;
	#offset = 0;
	#stoppedAt: number | undefined;
	/** Packets that may still be sent. */
	#left: number;
	#reportAt = nextReport(0);
	#released = false;

	constructor(pair: PortPair, parts: PortParts) {
		this.#pair = pair;
		this.#parts = parts;
		this.#left = parts.longest / PERIOD;
	}

	/** Its number; that of its RTCP is the next one. */
	get port(): number {
		return this.#pair.port;
	}

	/** Plays a tone from its beginning, instead of the one that is playing, until `stop`. */
	play(tone: ToneName, to: MediaTarget): void {
		if (this.#released) return;
		const { sounds, ticker, clock } = this.#parts;
		this.#target = to;
		this.#sound = sounds.get(tone, to.payloadType);
		this.#offset = 0;
		if (this.#stoppedAt !== undefined)
			this.#stream.skip(Math.round((clock.now() - this.#stoppedAt) / PERIOD));
		this.#stoppedAt = undefined;
		ticker.add(this);
	}

	/** Nothing is sent from now on, until the next `play`. */
	stop(): void {
		if (!this.#sound) return;
		this.#sound = undefined;
		this.#stoppedAt = this.#parts.clock.now();
		this.#parts.ticker.delete(this);
	}

	/** Stops, tells the phone that nothing follows, and closes the port; harmless if that is done. */
	release(): void {
		if (this.#released) return;
		this.stop();
		this.#released = true;
		// A source that has sent nothing says nothing (RFC 3550 section 6.3.7).
		if (this.#target && this.#stream.packets > 0) this.#report(this.#target, true);
		this.#parts.released();
	}

	tick(missed: number): void {
		const sound = this.#sound;
		const target = this.#target;
		if (!sound || !target) return;
		this.#left -= missed + 1;
		if (this.#left < 0) return this.stop();
		if (missed > 0) {
			this.#stream.skip(missed);
			this.#offset = (this.#offset + missed * FRAME) % sound.length;
		}
		if (this.#stream.packets >= this.#reportAt) {
			this.#reportAt = nextReport(this.#reportAt);
			this.#report(target, false);
		}
		const packet = this.#stream.next(sound, this.#offset, target.payloadType);
		this.#offset = (this.#offset + FRAME) % sound.length;
		if (this.#send(this.#pair.rtp, packet, target.port, target.address)) this.#parts.counts.packets += 1;
		else this.#parts.counts.unsent += 1;
	}

	#report({ address, port, rtcpPort = port + 1 }: MediaTarget, over: boolean): void {
		if (rtcpPort === 0 || rtcpPort > 65_535) return;
		this.#send(this.#pair.rtcp, this.#stream.report(this.#parts.wall.now(), over), rtcpPort, address);
	}

	/** A packet that cannot be sent is lost, as it might be on its way. */
	#send(socket: PortPair["rtp"], packet: Uint8Array, port: number, address: string): boolean {
		try {
			return socket.send(packet, port, address);
		} catch {
			return false;
		}
	}
}

/** @returns before which packet the next report is sent, after the one before this packet. */
function nextReport(packet: number): number {
	return packet + REPORT_EVERY / 2 + (randomNumber() % REPORT_EVERY);
}
