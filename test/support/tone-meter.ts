import { readFileSync } from "node:fs";

/** Sound as one hears it: samples of 16 bits, one channel. */
export interface Recording {
	/** Samples a second. */
	readonly rate: number;
	readonly samples: Int16Array;
}

/** A part of a recording in which there is sound, or silence. */
export interface Part {
	readonly sounds: boolean;
	/** Where it begins, in samples. */
	readonly from: number;
	/** In milliseconds, to the next 10. */
	readonly length: number;
}

/** Samples quieter than this, in root mean square, are silence: no codec is quite silent. */
const SILENCE = 60;

/** How finely a cadence is measured, in milliseconds. */
const WINDOW = 10;

/** The sample that a byte of PCMU (0) or PCMA (8) stands for (ITU-T G.711), in 16 bits. */
export function sampleOf(byte: number, payloadType: 0 | 8): number {
	if (payloadType === 0) {
		const value = ~byte & 0xff;
		const size = ((((value & 0x0f) << 3) + 132) << ((value >> 4) & 7)) - 132;
		return value & 0x80 ? -size : size;
	}
	const value = byte ^ 0x55;
	const segment = (value >> 4) & 7;
	const step = ((value & 0x0f) << 4) + 8;
	const size = segment === 0 ? step : (step + 256) << (segment - 1);
	return value & 0x80 ? size : -size;
}

/** What was heard in RTP packets, in their order. */
export function recordingOf(packets: readonly Buffer[]): Recording {
	const samples = packets.flatMap((packet) => {
		const payloadType = ((packet[1] ?? 0) & 0x7f) === 8 ? 8 : 0;
		return [...packet.subarray(12)].map((byte) => sampleOf(byte, payloadType));
	});
	return { rate: 8000, samples: Int16Array.from(samples) };
}

/** Reads a WAV file of 16-bit samples, which its writer may not have finished. @throws {Error} if it is no such file. */
export function readWav(path: string): Recording {
	const file = readFileSync(path);
	if (file.toString("latin1", 0, 4) !== "RIFF" || file.toString("latin1", 8, 12) !== "WAVE")
		throw new Error(`${path} is no WAV file`);
	let channels = 1;
	let rate = 0;
	for (let at = 12; at + 8 <= file.length; ) {
		const name = file.toString("latin1", at, at + 4);
		const begin = at + 8;
		if (name === "data") {
			const count = Math.floor((file.length - begin) / 2 / channels);
			const samples = Int16Array.from({ length: count }, (_, index) =>
				file.readInt16LE(begin + index * channels * 2),
			);
			return { rate, samples };
		}
		if (name === "fmt ") {
			if (file.readUInt16LE(begin + 14) !== 16) throw new Error(`${path} has no samples of 16 bits`);
			channels = file.readUInt16LE(begin + 2);
			rate = file.readUInt32LE(begin + 4);
		}
		const size = file.readUInt32LE(at + 4);
		at = begin + size + (size % 2);
	}
	throw new Error(`${path} has no sound in it`);
}

/** The amplitude of one frequency, in Hz, as that of its sine (Goertzel). */
export function amplitude({ rate, samples }: Recording, frequency: number): number {
	const turn = 2 * Math.cos((2 * Math.PI * frequency) / rate);
	let [last, before] = [0, 0];
	for (const sample of samples) [last, before] = [sample + turn * last - before, last];
	return (2 * Math.sqrt(last * last + before * before - turn * last * before)) / samples.length;
}

/** A part of a recording. @param from in samples. @param length in milliseconds. */
export function cut({ rate, samples }: Recording, from: number, length: number): Recording {
	return { rate, samples: samples.subarray(from, from + Math.round((length * rate) / 1000)) };
}

/** Sound and silence in turns. */
export function cadence({ rate, samples }: Recording): Part[] {
	const window = (rate * WINDOW) / 1000;
	const parts: { sounds: boolean; from: number; length: number }[] = [];
	for (let from = 0; from + window <= samples.length; from += window) {
		const power = samples.subarray(from, from + window).reduce((sum, sample) => sum + sample ** 2, 0);
		const sounds = Math.sqrt(power / window) > SILENCE;
		const part = parts.at(-1);
		if (part?.sounds === sounds) part.length += WINDOW;
		else parts.push({ sounds, from, length: WINDOW });
	}
	return parts;
}
