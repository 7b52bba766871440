import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "../../../src/media/g711.ts";
import { FRAME, RATE, ToneSounds } from "../../../src/media/tone-sound.ts";
import { TONE_COUNTRIES, type ToneName, toneOf } from "../../../src/media/tone-table.ts";
import { PROJECT } from "../../support/sources.ts";
import { amplitude, cadence, cut, type Recording, sampleOf } from "../../support/tone-meter.ts";

const NAMES: readonly ToneName[] = ["ringback", "busy", "congestion", "special-information", "wait"];

/** What a phone hears of encoded sound. */
function heard(sound: Uint8Array, payloadType: 0 | 8): Recording {
	return { rate: RATE, samples: Int16Array.from(sound, (byte) => sampleOf(byte, payloadType)) };
}

test("the special tones of G.711 are those of its tables", () => {
	const samples = Int16Array.of(0, 1, -1, 32_767, -32_768, 1000, -1000, 4096, 255);
	expect([...encode(samples, 0)]).toEqual([0xff, 0xff, 0x7f, 0x80, 0x00, 0xce, 0x4e, 0xaf, 0xe7]);
	expect([...encode(samples, 8)]).toEqual([0xd5, 0xd5, 0x55, 0xaa, 0x2a, 0xfa, 0x7a, 0x85, 0xda]);
});

test.each([0, 8] as const)("every sample comes back from payload type %d to within half a step", (type) => {
	const samples = Int16Array.from({ length: 65_271 }, (_, index) => index - 32_635);
	const bytes = encode(samples, type);
	const worst = samples.reduce((most, sample, index) => {
		// Each law has 16 steps from one power of two to the next; PCMU counts from 132 on.
		const size = Math.max(type === 0 ? Math.abs(sample) + 132 : Math.abs(sample), 128);
		const step =
			type === 0
				? 2 ** (Math.floor(Math.log2(size)) - 4)
				: Math.max(16, 2 ** (Math.floor(Math.log2(size)) - 4));
		return Math.max(most, Math.abs(sampleOf(bytes[index] ?? 0, type) - sample) / step);
	}, 0);
	expect(worst).toBeLessThanOrEqual(0.5);
});

describe.each(TONE_COUNTRIES)("as a phone hears them, the tones of %s", (country) => {
	const sounds = new ToneSounds(country);

	test.each(NAMES)("have the frequencies and cadence of its table: %s", (name) => {
		const { steps } = toneOf(country, name);
		for (const payloadType of [0, 8] as const) {
			const sound = sounds.get(name, payloadType);
			expect(sound.length % FRAME).toBe(0);
			const recording = heard(sound, payloadType);
			let at = 0;
			for (const { frequencies, length } of steps) {
				// The edges swell.
				const part = cut(recording, at + RATE / 100, length - 20);
				for (const frequency of frequencies) {
					const least = name === "wait" ? 500 : 2000;
					expect(amplitude(part, frequency)).toBeGreaterThan(least);
				}
				// Far enough from each of them for a part of this length.
				const width = 3000 / length;
				for (const other of [250, 620, 700, 1150, 1600, 2200]) {
					if (frequencies.every((frequency) => Math.abs(frequency - other) > width + 60))
						expect(amplitude(part, other)).toBeLessThan(700);
				}
				at += Math.round((length * RATE) / 1000);
			}
			const cycle = steps.reduce((sum, { length }) => sum + length, 0);
			expect(sound.length % ((cycle * RATE) / 1000)).toBe(0);
			const parts = cadence(cut(recording, 0, cycle));
			expect(parts.map(({ sounds: loud }) => loud)).toEqual(
				merged(steps).map(({ frequencies }) => frequencies.length > 0),
			);
			for (const [index, { length }] of merged(steps).entries())
				expect(Math.abs((parts[index]?.length ?? 0) - length)).toBeLessThanOrEqual(20);
		}
	});
});

/** Sounds that follow one another without a pause are one part of a cadence. */
function merged(steps: ReturnType<typeof toneOf>["steps"]): ReturnType<typeof toneOf>["steps"] {
	const parts: { frequencies: readonly number[]; length: number }[] = [];
	for (const step of steps) {
		const last = parts.at(-1);
		if (last && last.frequencies.length > 0 && step.frequencies.length > 0) last.length += step.length;
		else parts.push({ ...step });
	}
	return parts;
}

test.each([
	["us", "ringback", [[440, 480]], [2000, 4000]],
	["us", "busy", [[480, 620]], [500, 500]],
	["gb", "ringback", [[400, 450]], [400, 200, 400, 2000]],
	["gb", "congestion", [[400]], [400, 350, 225, 525]],
	["de", "busy", [[425]], [480, 480]],
	["fr", "ringback", [[440]], [1500, 3500]],
	["jp", "ringback", [[384, 400, 416]], [1000, 2000]],
	["be", "congestion", [[425]], [167, 167]],
	["be", "special-information", [[900], [1380], [1860]], [330, 330, 330, 1000]],
	["fr", "special-information", [[950], [1400], [1800]], [300, 30, 300, 30, 300, 1000]],
] as const)("%s: the %s tone is the one of ITU-T E.180", (country, name, frequencies, lengths) => {
	const { steps } = toneOf(country, name);
	expect(steps.map(({ length }) => length)).toEqual([...lengths]);
	const sounds = steps.filter((step) => step.frequencies.length > 0).map((step) => [...step.frequencies]);
	expect([...new Set(sounds.map(String))]).toEqual(frequencies.map(String));
});

test("tones are not too loud, and are computed once", () => {
	expect(TONE_COUNTRIES).toHaveLength(25);
	for (const country of TONE_COUNTRIES) {
		const sounds = new ToneSounds(country);
		for (const name of NAMES) {
			const sound = sounds.get(name, 8);
			expect(Math.max(...heard(sound, 8).samples.map(Math.abs))).toBeLessThan(16_000);
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

test("docs/tones.md has the steps of every tone", () => {
	const page = readFileSync(join(PROJECT, "docs/tones.md"), "utf8");
	const rows = page
		.split("\n")
		.filter((line) => /^\| [a-z]{2} \|/.test(line))
		.map((line) => line.slice(2, -2).split(" | "));
	const columns = ["ringback", "busy", "congestion", "special-information"] as const;
	const steps = (country: (typeof TONE_COUNTRIES)[number], name: ToneName): string =>
		toneOf(country, name)
			.steps.map(({ frequencies, length }) => `${frequencies.join("+") || "–"} ${length}`)
			.join(", ");
	expect(rows).toEqual(
		TONE_COUNTRIES.map((country) => [country, ...columns.map((name) => steps(country, name))]),
	);
});
