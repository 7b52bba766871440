import { LOG_LEVELS, type LogLevel } from "../log/logger.ts";
import { TONE_COUNTRIES } from "../media/tone-table.ts";
import { COUNTRIES } from "../numbers/countries.ts";

/** How a setting's value is read and written. */
export interface ValueType<T> {
	/** The expected value, completing "expected …". */
	readonly expected: string;
	/** @returns undefined when the text is not such a value */
	parse(text: string): T | undefined;
	/** The text that `parse` would read as this value. */
	format(value: T): string;
	/** What stands for the value in help: `--UDPTCPPort=PORT`. */
	readonly placeholder: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse.
const CONTROL = /[\0-\x1f\x7f]/;

/** Any text in one line; `required` refuses the empty one. */
export function text(options: {
	placeholder: string;
	expected?: string;
	required?: boolean;
}): ValueType<string> {
	const { placeholder, required = false } = options;
	return {
		placeholder,
		expected: options.expected ?? (required ? "text that is not empty" : "text"),
		parse: (value) => (CONTROL.test(value) || (required && value === "") ? undefined : value),
		format: (value) => value,
	};
}

/** A whole number from `min` to `max`; `zero` says what 0 means, when that is something of its own. */
export function integer(
	min: number,
	max: number,
	options: { placeholder?: string; zero?: string } = {},
): ValueType<number> {
	const zero = options.zero === undefined ? "" : `; 0 = ${options.zero}`;
	return {
		placeholder: options.placeholder ?? "NUMBER",
		expected: `a whole number from ${min} to ${max}${zero}`,
		parse: (value) => {
			if (!/^\d{1,15}$/.test(value)) return undefined;
			const number = Number(value);
			return number >= min && number <= max ? number : undefined;
		},
		format: String,
	};
}

/** A port; `zeroIsOff` admits 0 for "off". */
export function port(options: { zeroIsOff: boolean }): ValueType<number> {
	return options.zeroIsOff
		? integer(0, 65535, { placeholder: "PORT", zero: "off" })
		: integer(1, 65535, { placeholder: "PORT" });
}

/** A length of time in whole seconds. */
export function seconds(min: number, max: number, options: { zero?: string } = {}): ValueType<number> {
	const type = integer(min, max, { ...options, placeholder: "SECONDS" });
	return { ...type, expected: type.expected.replace("a whole number", "seconds") };
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
	...["1", "true", "on", "enable"].map((word) => [word, true] as const),
	...["0", "false", "off", "disable"].map((word) => [word, false] as const),
]);

/** On or off, in the C++ server's words. */
export const BOOLEAN: ValueType<boolean> = {
	placeholder: "1|0",
	expected: "1, true, on or enable, or 0, false, off or disable",
	parse: (value) => BOOLEANS.get(value.toLowerCase()),
	format: (value) => (value ? "1" : "0"),
};

/** A length of time in whole seconds, or 0 for none at all. */
export function secondsOrOff(min: number, max: number): ValueType<number> {
	const type = seconds(min, max);
	return {
		...type,
		expected: `${type.expected}; 0 = off`,
		parse: (value) => (value === "0" ? 0 : type.parse(value)),
	};
}

/** One of some words, written in any case. */
export function oneOf<const Word extends string>(
	placeholder: string,
	words: readonly Word[],
): ValueType<Word> {
	return {
		placeholder,
		expected: `one of ${words.join(", ")}`,
		parse: (value) => words.find((word) => word === value.toLowerCase()),
		format: (value) => value,
	};
}

/** A country's two letters, in capitals; empty for none. */
export const COUNTRY: ValueType<string> = {
	placeholder: "COUNTRY",
	expected: "the two letters of a country, such as DE, or nothing",
	parse: (value) => ["", ...COUNTRIES].find((country) => country === value.toUpperCase()),
	format: (value) => value,
};

/** The countries whose tones there are, after the word for none. */
export const RINGBACK = oneOf("COUNTRY", ["off", ...TONE_COUNTRIES]);

/** How the initiator's own phone is asked to pick up by itself. */
export const AUTO_ANSWER = oneOf("HOW", ["off", "call-info", "alert-info", "both"]);

/** The caller that destinations see. */
export const CALLER_IDENTITY = oneOf("WHO", ["initiator", "server"]);

/** How much is logged. */
export const LOG_LEVEL: ValueType<LogLevel> = {
	placeholder: "LEVEL",
	expected: `one of ${LOG_LEVELS.join(", ")}`,
	parse: (value) => LOG_LEVELS.find((level) => level === value.toUpperCase()),
	format: (value) => value,
};

/** The token of a program; long enough not to be guessed (characters of RFC 6750 section 2.1). */
export const API_TOKEN: ValueType<string> = {
	placeholder: "TOKEN",
	expected: "16 characters or more of A-Z a-z 0-9 - . _ ~ + / =",
	parse: (value) => (/^[A-Za-z0-9._~+/-]{16,}=*$/.test(value) ? value : undefined),
	format: (value) => value,
};
