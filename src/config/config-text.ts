import { isUtf8 } from "node:buffer";
import { type ConfigProblem, problem } from "./problem.ts";

/** The text of a config file, and the problems with its octets. */
export interface ConfigText {
	readonly text: string;
	readonly problems: readonly ConfigProblem[];
}

const LINE_FEED = 10;

/** Byte order marks and their encodings, the longer ones first. */
const MARKS: readonly (readonly [mark: readonly number[], encoding: string])[] = [
	[[0xff, 0xfe, 0, 0], "UTF-32"],
	[[0, 0, 0xfe, 0xff], "UTF-32"],
	[[0xff, 0xfe], "utf-16le"],
	[[0xfe, 0xff], "utf-16be"],
];

const UTF_8 = "UTF-8 text";

/** Characters of UTF-8, where each octet is one of the string. */
const CHARACTERS = /[\0-\x7f]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g;

/**
 * Reads the octets of a config file, which must be UTF-8: anything that is misread may be a
 * password. A mark at its beginning is left out. Each problem has its line, and the setting, but never a value.
 *
 * @param file for the problems.
 */
export function decodeConfig(bytes: Uint8Array, file: string): ConfigText {
	const encoding = wideEncoding(bytes);
	if (encoding !== undefined) return { text: "", problems: [wideProblem(bytes, file, encoding)] };
	const problems: ConfigProblem[] = [];
	const lines = linesOf(bytes).map((line, index) => decodeLine(line, { file, line: index + 1 }, problems));
	return { text: lines.join("\n"), problems };
}

/** An encoding of more than an octet a character; by its mark, or by the NULs that it makes of ASCII. */
function wideEncoding(bytes: Uint8Array): string | undefined {
	const marked = MARKS.find(([mark]) => mark.every((octet, index) => bytes[index] === octet));
	if (marked) return marked[1];
	const nul = [...bytes.subarray(0, 4)].map((octet) => octet === 0).join(" ");
	if (nul === "true false true false") return "utf-16be";
	return nul === "false true false true" ? "utf-16le" : undefined;
}

function wideProblem(bytes: Uint8Array, file: string, encoding: string): ConfigProblem {
	const expected = `${UTF_8}, but the file is in ${encoding.slice(0, 6).toUpperCase()}: save it as UTF-8`;
	if (encoding !== "utf-16le" && encoding !== "utf-16be")
		return problem("error", { file, line: 1, expected });
	const lines = new TextDecoder(encoding).decode(bytes).split("\n");
	const line = lines.findIndex((text) => settingIn(text) !== undefined);
	const setting = settingIn(lines[line] ?? "");
	return problem("error", { file, line: Math.max(line, 0) + 1, ...(setting && { setting }), expected });
}

function linesOf(bytes: Uint8Array): Uint8Array[] {
	const lines: Uint8Array[] = [];
	let start = 0;
	for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
		lines.push(bytes.subarray(start, end));
		start = end + 1;
	}
	lines.push(bytes.subarray(start));
	return lines;
}

/** @returns the text of the line; also for a broken line, to find its other problems. */
function decodeLine(
	bytes: Uint8Array,
	place: { readonly file: string; readonly line: number },
	problems: ConfigProblem[],
): string {
	// A mark is left out at the start of the file only: anywhere else it is a character.
	const text = new TextDecoder("utf-8", { ignoreBOM: place.line > 1 }).decode(bytes);
	const broken = firstBroken(bytes);
	const comment = text.trim().startsWith("#");
	const setting = settingIn(text);
	const parts = { ...place, ...(setting !== undefined && { setting }) };
	if (bytes.includes(0)) {
		problems.push(problem("error", { ...parts, expected: "text, but the line has a NUL byte" }));
	} else if (broken !== undefined) {
		const octet = broken.toString(16).toUpperCase();
		const hint = `the byte ${octet} (hexadecimal) in the line is not; was the file saved as Latin-1 or Windows-1252?`;
		problems.push(problem(comment ? "warning" : "error", { ...parts, expected: `${UTF_8}: ${hint}` }));
	}
	return text;
}

/** The first octet that is not part of a UTF-8 character; undefined when there is none. */
function firstBroken(bytes: Uint8Array): number | undefined {
	if (isUtf8(bytes)) return undefined;
	const [rest] = Buffer.from(bytes).toString("latin1").replace(CHARACTERS, "");
	return rest?.charCodeAt(0) ?? bytes.find((octet) => octet > 0x7f);
}

/** The name on a line if it looks like one: it may also be a password. */
function settingIn(line: string): string | undefined {
	return /^\s*([A-Za-z][\w.-]{0,39})\s*=/.exec(line)?.[1];
}
