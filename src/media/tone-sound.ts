import { encode, type PayloadType } from "./g711.ts";
import { type Tone, type ToneCountry, type ToneName, toneOf } from "./tone-table.ts";

/** Samples a second. */
export const RATE = 8000;

/** Samples in a packet: 20 ms (RFC 3551 section 4.2). */
export const FRAME = 160;

/** Level of a sine that reaches from the lowest to the highest sample, in dBm0 (ITU-T G.711). */
const FULL_SCALE = 3.14;

/** Samples in which a tone swells and fades, so that it does not click. */
const RAMP = 40;

/** The tones of one country, encoded: each is computed once, when it is first wanted. */
export class ToneSounds {
	readonly #country: ToneCountry;
	readonly #known = new Map<string, Uint8Array>();

	constructor(country: ToneCountry) {
		this.#country = country;
	}

	/** A tone's bytes, to be repeated without a gap: whole packets. */
	get(name: ToneName, payloadType: PayloadType): Uint8Array {
		const key = `${name} ${payloadType}`;
		let sound = this.#known.get(key);
		if (!sound) {
			sound = encode(toneSamples(toneOf(this.#country, name)), payloadType);
			this.#known.set(key, sound);
		}
		return sound;
	}
}

/** A tone's samples, repeated until they fill whole packets. */
export function toneSamples({ steps, level }: Tone): Int16Array {
	const peak = 32_767 * 10 ** ((level - FULL_SCALE) / 20);
	const once: number[] = [];
	for (const { frequencies, length } of steps) {
		const count = Math.round((length * RATE) / 1000);
		for (let index = 0; index < count; index += 1) {
			const swell = Math.min(1, (index + 1) / RAMP, (count - index) / RAMP);
			let sum = 0;
			for (const frequency of frequencies) sum += Math.sin((2 * Math.PI * frequency * index) / RATE);
			once.push(Math.round(peak * swell * sum));
		}
	}
	let repeats = 1;
	while ((once.length * repeats) % FRAME !== 0) repeats += 1;
	const samples = new Int16Array(once.length * repeats);
	for (let repeat = 0; repeat < repeats; repeat += 1) samples.set(once, repeat * once.length);
	return samples;
}
