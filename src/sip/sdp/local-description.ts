import { isIPv6 } from "node:net";
import { randomNumber } from "../../random.ts";
import { formatSdp, mediaType, parseSdp, refusedMedia, type SessionDescription } from "./description.ts";

/** An offer made from the other phone's description, and which of its sections stands in which slot. */
export interface SlottedOffer {
	readonly sdp: string;
	/** For each media section of `sdp` the index of the section it came from; -1 for a disabled one. */
	readonly order: readonly number[];
	/** Goes back to what was described before, because the offer was refused; the version goes on. */
	withdraw(): void;
}

/**
 * What we describe in one dialog. The media is the other phone's; the origin line is ours alone:
 * one session id for the dialog, its version up by one at each change (RFC 3264 section 8). Media
 * sections keep their number and order for the life of the dialog (RFC 3264 section 8).
 */
export class LocalDescription {
	readonly #sessionId = randomNumber();
	#version = randomNumber();
	#content = "";
	#slots: readonly string[] = [];
	readonly #address: string;

	/** @param address our own IP address, for the origin line. */
	constructor(address: string) {
		this.#address = address;
	}

	/**
	 * The offer that rings the initiator before there is any media to talk about: one inactive audio
	 * stream, so that no phone sends to the placeholder port.
	 */
	placeholder(): string {
		return this.#write({
			session: ["v=0", "o=", "s=-", `c=${this.#addressLine}`, "t=0 0"],
			media: [["m=audio 8000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=inactive"]],
		});
	}

	/** Turns the other phone's description into an offer in this dialog. */
	offer(other: SessionDescription): SlottedOffer {
		const before = { content: this.#content, slots: this.#slots };
		const free = new Set(other.media.keys());
		const order: number[] = [];
		const media: (readonly string[])[] = [];
		for (const slot of this.#slots) {
			const index = [...free].find((i) => mediaType(other.media[i] ?? []) === slot) ?? -1;
			free.delete(index);
			order.push(index);
			media.push(other.media[index] ?? refusedMedia([`m=${slot} 0 RTP/AVP 0`]));
		}
		for (const index of free) {
			order.push(index);
			media.push(other.media[index] ?? []);
		}
		const sdp = this.#write({ session: other.session, media });
		const offered = this.#content;
		const withdraw = (): void => {
			if (this.#content !== offered || before.content === "" || before.content === offered) return;
			this.#content = before.content;
			this.#slots = before.slots;
		};
		return { sdp, order, withdraw };
	}

	/** Turns the other phone's answer, section for section, into our answer in this dialog. */
	answer(other: SessionDescription): string {
		return this.#write(other);
	}

	/** Answers an offer by refusing every stream in it, for a dialog that is about to end. */
	refuse(offer: string): string | undefined {
		const description = parseSdp(offer);
		if (!description) return undefined;
		return this.#write({
			session: ["v=0", "o=", "s=-", `c=${this.#addressLine}`, "t=0 0"],
			media: description.media.map(refusedMedia),
		});
	}

	/**
	 * Answers an offer when there is no other phone to pass it to yet: audio is agreed to but
	 * inactive, every other stream refused.
	 *
	 * @returns undefined when the offer cannot be read.
	 */
	inactive(offer: string): string | undefined {
		const description = parseSdp(offer);
		if (!description) return undefined;
		return this.#write({
			session: ["v=0", "o=", "s=-", `c=${this.#addressLine}`, "t=0 0"],
			media: description.media.map((section) =>
				mediaType(section) === "audio" ? inactiveMedia(section) : refusedMedia(section),
			),
		});
	}

	/**
	 * Answers an offer with what is described already, so that the session stays as it was; refuses
	 * every stream where that does not fit the offer.
	 *
	 * @returns undefined when the offer cannot be read.
	 */
	unchanged(offer: string): string | undefined {
		const kinds = parseSdp(offer)?.media.map(mediaType);
		const fits = kinds?.length === this.#slots.length && kinds.every((kind, i) => kind === this.#slots[i]);
		return fits && this.current ? this.current : this.refuse(offer);
	}

	/** What was last described, for a refresh that changes nothing; empty before the first one. */
	get current(): string {
		return this.#content && this.#withOrigin(this.#content);
	}

	/** The end of the lines that name our address. */
	get #addressLine(): string {
		return `IN ${isIPv6(this.#address) ? "IP6" : "IP4"} ${this.#address}`;
	}

	#write(description: SessionDescription): string {
		const session = description.session.map((line) => (line.startsWith("o=") ? "o=" : line));
		const content = formatSdp({ session, media: description.media });
		if (content !== this.#content) {
			this.#content = content;
			this.#version += 1;
			this.#slots = description.media.map(mediaType);
		}
		return this.#withOrigin(content);
	}

	#withOrigin(content: string): string {
		const origin = `o=clicktocall ${this.#sessionId} ${this.#version} ${this.#addressLine}`;
		return content.replace("\r\no=\r\n", () => `\r\n${origin}\r\n`);
	}
}

/** The formats of a section, with a placeholder port and no direction in which media flows. */
function inactiveMedia(section: readonly string[]): readonly string[] {
	const [media = "", ...attributes] = section;
	const formats = attributes.filter((line) => /^a=(rtpmap|fmtp):/.test(line));
	return [media.replace(/^(m=\S+) [^ ]+/, "$1 8000"), ...formats, "a=inactive"];
}

/**
 * Puts the sections of an answer back into the order of the description that its offer was made
 * from; a stream that the answer does not speak of is refused.
 *
 * @param order as {@link LocalDescription.offer} gave it.
 */
export function restoreOrder(
	answer: SessionDescription,
	order: readonly number[],
	offered: SessionDescription,
): SessionDescription {
	const media = offered.media.map((section, index) => {
		const slot = order.indexOf(index);
		return (slot >= 0 ? answer.media[slot] : undefined) ?? refusedMedia(section);
	});
	return { session: answer.session, media };
}
