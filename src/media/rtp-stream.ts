import { randomToken } from "../random.ts";
import type { PayloadType } from "./g711.ts";
import { FRAME } from "./tone-sound.ts";

const HEADER = 12;
const VERSION = 0x80;
const MARKER = 0x80;

/** Packet types of RTCP (RFC 3550 section 12.1). */
const SENDER_REPORT = 200;
const DESCRIPTION = 202;
const GOODBYE = 203;

/** Seconds from 1900, where NTP begins, to 1970. */
const NTP_EPOCH = 2_208_988_800;

/** The packets of one source of sound (RFC 3550): what they say of themselves is random at first. */
export class RtpStream {
	readonly #packet = Buffer.alloc(HEADER + FRAME);
	readonly #ssrc = random32();
	readonly #name = randomToken(8);
	#sequence = random32() & 0xffff;
	#timestamp = random32();
	#marked = true;
	#packets = 0;

	/** How many packets were made. */
	get packets(): number {
		return this.#packets;
	}

	/** Time in which nothing was sent, in packets: the next one is marked (RFC 3551 section 4.1). */
	skip(frames: number): void {
		this.#timestamp = (this.#timestamp + frames * FRAME) >>> 0;
		this.#marked = true;
	}

	/** The next packet; valid until the next call. @param offset of its sound, in bytes. */
	next(sound: Uint8Array, offset: number, payloadType: PayloadType): Uint8Array {
		const packet = this.#packet;
		packet[0] = VERSION;
		packet[1] = payloadType | (this.#marked ? MARKER : 0);
		packet.writeUInt16BE(this.#sequence, 2);
		packet.writeUInt32BE(this.#timestamp, 4);
		packet.writeUInt32BE(this.#ssrc, 8);
		packet.set(sound.subarray(offset, offset + FRAME), HEADER);
		this.#marked = false;
		this.#sequence = (this.#sequence + 1) & 0xffff;
		this.#timestamp = (this.#timestamp + FRAME) >>> 0;
		this.#packets += 1;
		return packet;
	}

	/**
	 * The RTCP packet that says what was sent so far (RFC 3550 section 6.1): a sender report, the name of this source, and
	 * a BYE if it is over.
	 *
	 * @param now milliseconds since 1970.
	 */
	report(now: number, over: boolean): Uint8Array {
		const name = Buffer.from(this.#name);
		// Its items end with a zero, and the packet at a multiple of four bytes.
		const described = 8 + 4 * Math.ceil((2 + name.length + 1) / 4);
		const packet = Buffer.alloc(28 + described + (over ? 8 : 0));
		const begin = (at: number, count: number, type: number, length: number): void => {
			packet[at] = VERSION | count;
			packet[at + 1] = type;
			packet.writeUInt16BE(length / 4 - 1, at + 2);
			packet.writeUInt32BE(this.#ssrc, at + 4);
		};
		begin(0, 0, SENDER_REPORT, 28);
		packet.writeUInt32BE(Math.floor(now / 1000) + NTP_EPOCH, 8);
		packet.writeUInt32BE(Math.floor(((now % 1000) / 1000) * 2 ** 32), 12);
		packet.writeUInt32BE(this.#timestamp, 16);
		packet.writeUInt32BE(this.#packets, 20);
		packet.writeUInt32BE((this.#packets * FRAME) >>> 0, 24);
		begin(28, 1, DESCRIPTION, described);
		packet[36] = 1;
		packet[37] = name.length;
		packet.set(name, 38);
		if (over) begin(28 + described, 1, GOODBYE, 8);
		return packet;
	}
}

function random32(): number {
	return Number.parseInt(randomToken(4), 16);
}
