import { describe, expect, test } from "bun:test";
import { encode } from "../../../src/media/g711.ts";
import { FRAME, RATE, ToneSounds, toneSamples } from "../../../src/media/tone-sound.ts";
import { TONE_COUNTRIES, type ToneName, toneOf } from "../../../src/media/tone-table.ts";

/** The power of one frequency in some samples (Goertzel), as the amplitude of its sine. */
function amplitude(samples: Int16Array, frequency: number): number {
	const turn = 2 * Math.cos((2 * Math.PI * frequency) / RATE);
	let [last, before] = [0, 0];
	for (const sample of samples) [last, before] = [sample + turn * last - before, last];
	return (2 * Math.sqrt(last * last + before * before - turn * last * before)) / samples.length;
}

const NAMES: readonly ToneName[] = ["ringback", "busy", "congestion", "special-information", "wait"];

test("the special tones of G.711 are those of its tables", () => {
	const samples = Int16Array.of(0, 1, -1, 32_767, -32_768, 1000, -1000, 4096, 255);
	expect([...encode(samples, 0)]).toEqual([0xff, 0xff, 0x7f, 0x80, 0x00, 0xce, 0x4e, 0xaf, 0xe7]);
	expect([...encode(samples, 8)]).toEqual([0xd5, 0xd5, 0x55, 0xaa, 0x2a, 0xfa, 0x7a, 0x85, 0xda]);
});

describe.each([
	["us", [440, 480], 2000, 6000],
	["de", [425], 1000, 5000],
	["gb", [400, 450], 400, 3000],
	["jp", [384, 400, 416], 1000, 3000],
] as const)("the ringback of %s", (country, frequencies, on, period) => {
	const samples = toneSamples(toneOf(country, "ringback"));

	test("has its frequencies and no others", () => {
		const sound = samples.subarray(400, (on * RATE) / 1000 - 400);
		for (const frequency of frequencies) expect(amplitude(sound, frequency)).toBeGreaterThan(2500);
		for (const other of [300, 350, 520, 620]) expect(amplitude(sound, other)).toBeLessThan(500);
	});

	test("has its cadence", () => {
		expect(samples).toHaveLength((period * RATE) / 1000);
		expect(
			samples.subarray((on * RATE) / 1000, ((on + 150) * RATE) / 1000).every((sample) => sample === 0),
		).toBe(true);
		expect(samples.subarray(-1600).every((sample) => sample === 0)).toBe(true);
	});
});

test("all tones of all countries fill whole packets, are not too loud and are computed once", () => {
	expect(TONE_COUNTRIES).toHaveLength(25);
	for (const country of TONE_COUNTRIES) {
		const sounds = new ToneSounds(country);
		for (const name of NAMES) {
			const samples = toneSamples(toneOf(country, name));
			expect(samples.length % FRAME).toBe(0);
			expect(Math.max(...samples.map(Math.abs))).toBeLessThan(16_000);
			const steps = toneOf(country, name).steps.reduce((sum, { length }) => sum + length, 0);
			expect(samples.length % ((steps * RATE) / 1000)).toBe(0);
			const sound = sounds.get(name, 8);
			expect(sound).toHaveLength(samples.length);
			expect(sounds.get(name, 8)).toBe(sound);
			expect(sounds.get(name, 0)).not.toBe(sound);
		}
	}
});

test("the waiting tone leaves no silence of two seconds", () => {
	for (const { frequencies, length } of toneOf("us", "wait").steps) {
		if (frequencies.length === 0) expect(length).toBeLessThan(2000);
	}
});
