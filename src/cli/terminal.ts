/** What a text means, for people who read it on a terminal. */
export type Tone = "heading" | "good" | "bad" | "busy" | "quiet";

const CODES: Readonly<Record<Tone, number>> = { heading: 1, good: 32, bad: 31, busy: 33, quiet: 2 };

/** Gives a text the colour of its tone, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string;

export interface OutputKind {
	readonly isTerminal: boolean;
	readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Colours are for terminals only, and never used when NO_COLOR is set (https://no-color.org). */
export function paintFor({ isTerminal, environment }: OutputKind): Paint {
	const coloured = isTerminal && !environment.NO_COLOR && environment.TERM !== "dumb";
	if (!coloured) return (_tone, text) => text;
	return (tone, text) => (text === "" ? text : `\u001b[${CODES[tone]}m${text}\u001b[0m`);
}

/** The paint of the standard output. */
export function paintHere(): Paint {
	return paintFor({ isTerminal: process.stdout.isTTY === true, environment: process.env });
}

/** Everything that a terminal may obey: control characters, and those that change the direction of writing. */
const CONTROLS = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Foreign text on one line, without anything that a terminal would obey. */
export function clean(text: string): string {
	return text.replace(CONTROLS, "\ufffd");
}
