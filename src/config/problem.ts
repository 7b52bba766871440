/** Where a setting was written. */
export interface SettingPlace {
	/** Path of the file, or `command line`. */
	readonly file: string;
	/** Line in the file, or number of the command-line argument, from 1. */
	readonly line: number;
}

/** The `file` of what was set on the command line. */
export const COMMAND_LINE = "command line";

/** Something wrong with the settings: an `error` keeps the server from starting, a `warning` does not. */
export interface ConfigProblem {
	readonly severity: "error" | "warning";
	/** Path of the file, or `command line`; absent when the problem is with what was set together. */
	readonly file?: string;
	/** Line in the file, or number of the command-line argument, from 1. */
	readonly line?: number;
	/** Name of the setting, or the option of the command line. */
	readonly setting?: string;
	/** As it was written; absent for a secret or an unknown setting. */
	readonly value?: string;
	/** The expected value. */
	readonly expected?: string;
	/** All of the above in one line. */
	readonly message: string;
}

/** Longest piece of a value that is repeated in a message. */
const MAX_SHOWN = 80;

/** Makes a problem; its message is put together from the parts. */
export function problem(
	severity: ConfigProblem["severity"],
	parts: Omit<ConfigProblem, "severity" | "message">,
	text?: string,
): ConfigProblem {
	const { file, line, setting, value, expected } = parts;
	const pieces = [
		file === COMMAND_LINE || line === undefined ? file : `${file}:${line}`,
		value === undefined ? setting : `${setting} = ${shown(value)}`,
		text ?? (expected === undefined ? undefined : `expected ${expected}`),
	];
	return { severity, ...parts, message: pieces.filter((piece) => piece !== undefined).join(": ") };
}

function shown(value: string): string {
	const short = value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value;
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to replace.
	return short.replace(/[\0-\x1f\x7f-\x9f]/g, "?");
}
