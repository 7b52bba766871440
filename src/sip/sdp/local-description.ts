import { randomNumber } from "../../random.ts";
import {
	formatSdp,
	isRefused,
	mediaProtocol,
	mediaType,
	parseSdp,
	refusedMedia,
	type SessionDescription,
} from "./description.ts";
import { inactiveMedia } from "./inactive-media.ts";
import type { LocalDescriptionRecord } from "./local-description-record.ts";
import { type SoundPlace, soundAnswer, soundOffer } from "./sound.ts";

/** Codecs that phones use, most common first (RFC 3551 section 6, RFC 7587, RFC 4733). */
const PLACEHOLDER_MEDIA: readonly string[] = [
	"m=audio 8000 RTP/AVP 0 8 9 96 101",
	"a=rtpmap:0 PCMU/8000",
	"a=rtpmap:8 PCMA/8000",
	"a=rtpmap:9 G722/8000",
	"a=rtpmap:96 opus/48000/2",
	"a=rtpmap:101 telephone-event/8000",
	"a=inactive",
];

const PLACEHOLDER_SLOTS = ["audio"];

/** An offer made from the other phone's description, with the order of its sections. */
export interface SlottedOffer {
	readonly sdp: string;
	/** For each media section of `sdp` the index of the section it came from; -1 for a disabled one. */
	readonly order: readonly number[];
	/** Returns to the previous description, because the offer was refused; the version keeps rising. */
	withdraw(): void;
}

/**
 * Our side of a session in one dialog. The media is the other phone's; the origin line is our own. The session
 * ID stays the same for the dialog, and its version rises by one whenever the text changes, so that a version
 * never stands for two texts, including those of refused offers. Media sections keep their number and order for
 * the life of the dialog (RFC 3264 section 8).
 */
export class LocalDescription {
	readonly #sessionId: number;
	#version: number;
	/** The last text sent, accepted or not. */
	#written = "";
	/** The current description, which a refused offer does not change. */
	#content = "";
	#slots: readonly string[] = [];
	readonly #address: string;

	/** @param address our own IP address, for the origin line. */
	constructor(address: string, sessionId = randomNumber(), version = randomNumber()) {
		this.#address = address;
		this.#sessionId = sessionId;
		this.#version = version;
	}

	/** Continues from a record. */
	static restore(record: LocalDescriptionRecord): LocalDescription {
		const { address, sessionId, sessionVersion, content, written, slots } = record;
		const restored = new LocalDescription(address, sessionId, sessionVersion);
		restored.#content = content;
		restored.#written = written ?? content;
		restored.#slots = slots;
		return restored;
	}

	/** Its state, for another process. */
	record(): LocalDescriptionRecord {
		return {
			version: 1,
			sessionId: this.#sessionId,
			sessionVersion: this.#version,
			address: this.#address,
			content: this.#content,
			written: this.#written === this.#content ? undefined : this.#written,
			slots: this.#slots,
		};
	}

	/** A copy for another dialog of the same INVITE: both have been sent the same so far. */
	fork(): LocalDescription {
		return LocalDescription.restore(this.record());
	}

	/**
	 * The offer in the initiator's INVITE, before there is another phone: one inactive audio stream, so that no
	 * phone sends to the placeholder port.
	 */
	placeholder(): string {
		return this.#restart(placeholderAt(this.#address), PLACEHOLDER_SLOTS);
	}

	/** Our IP address, as sent to the phone. */
	get address(): string {
		return this.#address;
	}

	/** The offer of sound from a port of ours, until there is another phone to talk to. */
	sound(place: SoundPlace): SlottedOffer {
		return this.offer({ session: sessionAt(place.address), media: [soundOffer(place)] });
	}

	/** Whether sound from this port is what is described. */
	sounds({ port }: SoundPlace): boolean {
		return this.#content.includes(`\r\nm=audio ${port} RTP/AVP `);
	}

	/** Turns the other phone's description into an offer in this dialog. */
	offer(other: SessionDescription): SlottedOffer {
		const content = this.#content;
		const slots = this.#slots;
		const order = orderOf(other.media, slots);
		const media: (readonly string[])[] = [];
		for (const [at, index] of order.entries())
			media.push(other.media[index] ?? refusedMedia([`m=${slots[at]} 0 RTP/AVP 0`]));
		const sdp = this.#write({ session: other.session, media });
		const offered = this.#content;
		const withdraw = (): void => {
			if (this.#content !== offered || content === "" || content === offered) return;
			this.#content = content;
			this.#slots = slots;
		};
		return { sdp, order, withdraw };
	}

	/** Turns the other phone's answer, section by section, into our answer in this dialog. */
	answer(other: SessionDescription): string {
		return this.#write(other);
	}

	/** Answers an offer by refusing every stream, for a dialog that is about to end. */
	refuse(offer: string): string | undefined {
		const description = parseSdp(offer);
		if (!description) return undefined;
		return this.#write({ session: sessionAt(this.#address), media: description.media.map(refusedMedia) });
	}

	/**
	 * Answers an offer while there is no other phone to pass it to: accepts audio as inactive and refuses every
	 * other stream.
	 *
	 * @returns undefined if the offer cannot be read.
	 */
	inactive(offer: string): string | undefined {
		const description = parseSdp(offer);
		if (!description) return undefined;
		return this.#write({
			session: sessionAt(this.#address),
			media: description.media.map(idle(description)),
		});
	}

	/**
	 * Answers an offer with sound from a port of ours, if its first audio stream can take that, and as
	 * {@link inactive} where it cannot.
	 *
	 * @returns undefined if the offer cannot be read.
	 */
	soundAnswer(offer: string, place: SoundPlace): string | undefined {
		const description = parseSdp(offer);
		if (!description) return undefined;
		const answer = idle(description);
		const first = description.media.find((section) => mediaType(section) === "audio");
		const sound = first && soundAnswer(first, description.session, place);
		return this.#write({
			session: sessionAt(place.address),
			media: description.media.map((section) => (section === first && sound) || answer(section)),
		});
	}

	/**
	 * Answers an offer with the current description, so that the session stays the same; refuses streams the
	 * description does not have.
	 *
	 * @returns undefined if the offer cannot be read.
	 */
	unchanged(offer: string): string | undefined {
		const description = parseSdp(offer);
		const known = parseSdp(this.#content);
		if (!description || !known) return this.refuse(offer);
		const media = description.media.map((section, index) => {
			const own = known.media[index] ?? [];
			const fits = mediaType(own) === mediaType(section) && mediaProtocol(own) === mediaProtocol(section);
			return fits && !isRefused(section) ? own : refusedMedia(section);
		});
		return this.#write({ session: known.session, media });
	}

	/** The current description, as {@link restate} writes it; empty before the first one. */
	get current(): string {
		return this.#content && this.#withOrigin(this.#content, this.#nextVersion(this.#content));
	}

	/** Writes the current description for a refresh that changes nothing; empty before the first one. */
	restate(): string {
		return this.#content && this.#stamp(this.#content);
	}

	#write(description: SessionDescription): string {
		const content = formatSdp(description, "o=");
		if (content === this.#content) return this.#stamp(content);
		return this.#restart(content, description.media.map(mediaType));
	}

	#restart(content: string, slots: readonly string[]): string {
		this.#content = content;
		this.#slots = slots;
		return this.#stamp(content);
	}

	#stamp(content: string): string {
		this.#version = this.#nextVersion(content);
		this.#written = content;
		return this.#withOrigin(content, this.#version);
	}

	#nextVersion(content: string): number {
		return content === this.#written ? this.#version : this.#version + 1;
	}

	#withOrigin(content: string, version: number): string {
		const start = content.indexOf(NO_ORIGIN);
		if (start < 0) return content;
		const place = addressLine(this.#address);
		return `${content.slice(0, start)}\r\no=clicktocall ${this.#sessionId} ${version} ${place}${content.slice(start + 4)}`;
	}
}

/** The session part of a description not made from another phone's. */
function sessionAt(address: string): readonly string[] {
	return ["v=0", "o=", "s=-", `c=${addressLine(address)}`, "t=0 0"];
}

/** The last placeholder that was written, without its origin: nearly all calls have the same. */
let placeholder = { address: "", content: "" };

function placeholderAt(address: string): string {
	if (placeholder.address !== address) {
		const content = formatSdp({ session: sessionAt(address), media: [PLACEHOLDER_MEDIA] }, "o=");
		placeholder = { address, content };
	}
	return placeholder.content;
}

/** The origin line of a description that is yet to get one, with the ends of lines around it. */
const NO_ORIGIN = "\r\no=\r\n";

/** For each section of an offer the index of the section it is made from; -1 for a slot that has none. */
function orderOf(media: SessionDescription["media"], slots: readonly string[]): number[] {
	const order: number[] = [];
	for (const slot of slots) order.push(firstFree(media, slot, order));
	for (let index = 0; index < media.length; index++) if (!order.includes(index)) order.push(index);
	return order;
}

/** The first section of a type that is not taken yet; -1 for none. */
function firstFree(media: SessionDescription["media"], type: string, taken: readonly number[]): number {
	for (const [index, section] of media.entries())
		if (mediaType(section) === type && !taken.includes(index)) return index;
	return -1;
}

/** The end of the lines with our address. */
function addressLine(address: string): string {
	return `IN ${address.includes(":") ? "IP6" : "IP4"} ${address}`;
}

/** How each section of an offer is answered while there is no other phone. */
function idle({ session }: SessionDescription): (section: readonly string[]) => readonly string[] {
	return (section) =>
		mediaType(section) === "audio" && !isRefused(section)
			? inactiveMedia(section, session)
			: refusedMedia(section);
}

/**
 * Restores the sections of an answer to the order of the description its offer was made from; a stream missing
 * from the answer is refused.
 *
 * @param order as returned by {@link LocalDescription.offer}.
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
