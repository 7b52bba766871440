import { keysOf } from "../one-of.ts";

/** The tones there are. */
export type ToneName = "ringback" | "busy" | "congestion" | "special-information" | "wait";

/** One part of a tone's cadence: frequencies that sound together, none for silence, and for how long. */
export interface ToneStep {
	/** In Hz. */
	readonly frequencies: readonly number[];
	/** In milliseconds. */
	readonly length: number;
}

/** A tone, to be repeated. */
export interface Tone {
	readonly steps: readonly ToneStep[];
	/** Level of each frequency, in dBm0. */
	readonly level: number;
}

/**
 * Ringback, busy and congestion of each country (ITU-T E.180 Supplement 2), as `frequencies/milliseconds` in order;
 * frequencies that sound together are joined by +, and 0 is silence.
 */
const COUNTRY_TONES = {
	at: ["420/1000 0/5000", "420/400 0/400", "420/200 0/200"],
	au: ["400+425+450/400 0/200 400+425+450/400 0/2000", "425/375 0/375", "425/375 0/375"],
	be: ["425/1000 0/3000", "425/500 0/500", "425/167 0/167"],
	br: ["425/1000 0/4000", "425/250 0/250", "425/250 0/250 425/750 0/250"],
	ca: ["440+480/2000 0/4000", "480+620/500 0/500", "480+620/250 0/250"],
	ch: ["425/1000 0/4000", "425/500 0/500", "425/200 0/200"],
	cn: ["450/1000 0/4000", "450/350 0/350", "450/700 0/700"],
	de: ["425/1000 0/4000", "425/480 0/480", "425/240 0/240"],
	dk: ["425/1000 0/4000", "425/500 0/500", "425/200 0/200"],
	es: ["425/1500 0/3000", "425/200 0/200", "425/200 0/200 425/200 0/200 425/200 0/600"],
	fi: ["425/1000 0/4000", "425/300 0/300", "425/200 0/200"],
	fr: ["440/1500 0/3500", "440/500 0/500", "440/250 0/250"],
	gb: ["400+450/400 0/200 400+450/400 0/2000", "400/375 0/375", "400/400 0/350 400/225 0/525"],
	ie: ["400+450/400 0/200 400+450/400 0/2000", "425/500 0/500", "425/250 0/250"],
	in: ["375+400+425/400 0/200 375+400+425/400 0/2000", "400/750 0/750", "400/250 0/250"],
	it: ["425/1000 0/4000", "425/500 0/500", "425/200 0/200"],
	jp: ["384+400+416/1000 0/2000", "400/500 0/500", "400/500 0/500"],
	nl: ["425/1000 0/4000", "425/500 0/500", "425/250 0/250"],
	no: ["425/1000 0/4000", "425/500 0/500", "425/200 0/200"],
	nz: ["400+450/400 0/200 400+450/400 0/2000", "400/500 0/500", "400/250 0/250"],
	pl: ["425/1000 0/4000", "425/500 0/500", "425/500 0/500"],
	pt: ["425/1000 0/5000", "425/500 0/500", "425/200 0/200"],
	ru: ["425/800 0/3200", "425/400 0/400", "425/200 0/200"],
	se: ["425/1000 0/5000", "425/250 0/250", "425/250 0/750"],
	us: ["440+480/2000 0/4000", "480+620/500 0/500", "480+620/250 0/250"],
} as const satisfies Readonly<Record<string, readonly [ringback: string, busy: string, congestion: string]>>;

/** The countries whose tones there are, in two small letters. */
export const TONE_COUNTRIES = keysOf(COUNTRY_TONES);

export type ToneCountry = keyof typeof COUNTRY_TONES;

/** Three rising tones (ITU-T E.180 section 10). */
const SPECIAL_INFORMATION = "950/330 1400/330 1800/330 0/1000";

/** The countries that have other ones. */
const OWN_INFORMATION: { readonly [country in ToneCountry]?: string } = {
	be: "900/330 1380/330 1860/330 0/1000",
	fr: "950/300 0/30 1400/300 0/30 1800/300 0/1000",
};

/** A blip that says no more than that the line is alive. */
const WAIT = "425/100 0/1800";

const LEVEL = -13;

/** Levels of frequencies that sound together: as loud as one alone. */
const LEVELS = [LEVEL, LEVEL, LEVEL - 3, LEVEL - 5] as const;

/** A tone of a country. */
export function toneOf(country: ToneCountry, name: ToneName): Tone {
	const [ringback, busy, congestion] = COUNTRY_TONES[country];
	switch (name) {
		case "ringback":
			return read(ringback);
		case "busy":
			return read(busy);
		case "congestion":
			return read(congestion);
		case "special-information":
			return read(OWN_INFORMATION[country] ?? SPECIAL_INFORMATION);
		case "wait":
			return { ...read(WAIT), level: LEVEL - 15 };
	}
}

function read(text: string): Tone {
	const steps = text.split(" ").map((step): ToneStep => {
		const [sound = "", length = ""] = step.split("/");
		return { frequencies: sound === "0" ? [] : sound.split("+").map(Number), length: Number(length) };
	});
	const together = Math.max(...steps.map(({ frequencies }) => frequencies.length));
	return { steps, level: LEVELS[together] ?? LEVEL };
}
