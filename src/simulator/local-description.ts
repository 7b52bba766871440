import type { Description, Direction, MediaLine } from "./sdp.ts";
import { cryptoValue, newKey, PCMU, type Speech, takenTag } from "./speech.ts";

/** One of our m-lines: the stream we speak in, or a refused one that only keeps its place. */
interface Slot {
	readonly kind: string;
	readonly protocol: string;
	readonly formats: readonly string[];
	readonly ours: boolean;
	/** Format of telephone-event, if it is used. */
	readonly events?: string;
	/** Tag of the crypto attribute, if the stream is secure. */
	readonly cryptoTag?: string;
}

/** What the phone says about its media: what it speaks, and telephone-event, in one audio stream (RFC 3264). */
export class LocalDescription {
	/** Port on which it claims to receive RTP. */
	readonly port: number;
	readonly #address: string;
	readonly #id: string;
	#version = 0;
	#content = "";
	#slots: readonly Slot[];
	readonly #speech: Speech;
	readonly #key: string;
	#wish: Direction = "sendrecv";

	/**
	 * @param address written into o= and c=.
	 * @param port even, 1024 to 65534.
	 * @param id session id of the o= line, decimal digits.
	 */
	constructor(address: string, port: number, id: string, speech: Speech = PCMU) {
		this.#address = address;
		this.#speech = speech;
		this.#key = speech.secure ? newKey() : "";
		const formats = [speech.format, "101"];
		const protocol = speech.secure ? "RTP/SAVP" : "RTP/AVP";
		const secure = speech.secure ? { cryptoTag: "1" } : {};
		this.#slots = [{ kind: "audio", protocol, formats, ours: true, events: "101", ...secure }];
		this.port = port;
		this.#id = id;
	}

	/** What the phone would like: `sendonly` while it holds the other side. */
	get wish(): Direction {
		return this.#wish;
	}

	set wish(direction: Direction) {
		this.#wish = direction;
	}

	/** An offer with every m-line ever agreed, in its place (RFC 3264 section 8). */
	offer(): string {
		return this.#write(this.#slots, this.#wish);
	}

	/**
	 * An answer: the first audio stream in which it can speak, the others refused by port 0.
	 * @returns undefined if there is no such stream.
	 */
	answer(offer: Description): string | undefined {
		let direction: Direction | undefined;
		const slots = offer.media.map((line): Slot => {
			const taken = direction === undefined ? take(line, this.#speech) : undefined;
			if (taken === undefined) {
				return { kind: line.kind, protocol: line.protocol, formats: line.formats, ours: false };
			}
			direction = answerDirection(line.direction, this.#wish);
			return taken;
		});
		if (direction === undefined) return undefined;
		this.#slots = slots;
		return this.#write(slots, direction);
	}

	#write(slots: readonly Slot[], direction: Direction): string {
		const family = this.#address.includes(":") ? "IP6" : "IP4";
		let content = `s=-\r\nc=IN ${family} ${this.#address}\r\nt=0 0\r\n`;
		for (const slot of slots) {
			const port = slot.ours ? this.port : 0;
			content += `m=${slot.kind} ${port} ${slot.protocol} ${slot.formats.join(" ")}\r\n`;
			if (!slot.ours) continue;
			content += `a=rtpmap:${slot.formats[0]} ${this.#speech.encoding}\r\n`;
			if (slot.events !== undefined) {
				content += `a=rtpmap:${slot.events} telephone-event/8000\r\na=fmtp:${slot.events} 0-15\r\n`;
			}
			if (slot.cryptoTag !== undefined) content += `a=crypto:${cryptoValue(slot.cryptoTag, this.#key)}\r\n`;
			content += `a=${direction}\r\n`;
		}
		// The version goes up by one if anything else has changed, and only then (RFC 3264 section 8).
		if (content !== this.#content) this.#version++;
		this.#content = content;
		return `v=0\r\no=phone${this.port} ${this.#id} ${this.#version} IN ${family} ${this.#address}\r\n${content}`;
	}
}

function take(line: MediaLine, { format: own, encoding: name, secure }: Speech): Slot | undefined {
	if (line.kind !== "audio" || line.port === 0) return undefined;
	if (!line.protocol.startsWith(secure ? "RTP/SAVP" : "RTP/AVP")) return undefined;
	const cryptoTag = secure ? takenTag(line.cryptos) : undefined;
	const speech = line.formats.find((format) => {
		const encoding = line.encodings.get(format);
		return encoding === undefined ? format === own : encoding.startsWith(name.toLowerCase());
	});
	if (speech === undefined || (secure && cryptoTag === undefined)) return undefined;
	const events = line.formats.find((format) =>
		line.encodings.get(format)?.startsWith("telephone-event/8000"),
	);
	const keyed = cryptoTag === undefined ? {} : { cryptoTag };
	const base = { kind: "audio", protocol: line.protocol, ours: true, ...keyed };
	return events === undefined
		? { ...base, formats: [speech] }
		: { ...base, formats: [speech, events], events };
}

/** The direction of an answer: no more than the offer allows and we want (RFC 3264 section 6.1). */
export function answerDirection(offered: Direction, wish: Direction): Direction {
	const send =
		(offered === "sendrecv" || offered === "recvonly") && (wish === "sendrecv" || wish === "sendonly");
	const receive =
		(offered === "sendrecv" || offered === "sendonly") && (wish === "sendrecv" || wish === "recvonly");
	if (send) return receive ? "sendrecv" : "sendonly";
	return receive ? "recvonly" : "inactive";
}
