/** A line `Name = value` of a configuration, set or commented out. */
export interface ConfigLine {
	/** In small letters. */
	readonly name: string;
	readonly commented: boolean;
	readonly value: string;
}

/** What a file may begin with. */
const MARK = "\xef\xbb\xbf";
/** Spaces of a line as octets; a no-break space has two. */
const SPACES = String.raw`(?:[ \t\r\f\v]|\xc2\xa0)*`;
const LINE = new RegExp(
	`^(${SPACES})(#?)(${SPACES})([A-Za-z][\\w.-]*)(${SPACES}=${SPACES})(.*?)(${SPACES})$`,
	"s",
);

/**
 * A configuration whose lines are changed. They are octets, one character each: what is not changed stays what it was,
 * in any encoding.
 */
export function editLines(config: Buffer, edit: (lines: readonly string[]) => readonly string[]): Buffer {
	const octets = config.toString("latin1");
	const mark = octets.startsWith(MARK) ? MARK : "";
	const lines = edit(octets.slice(mark.length).split("\n"));
	return Buffer.from(mark + lines.join("\n"), "latin1");
}

/** The lines of a configuration, as octets. */
export function linesIn(config: Buffer): string[] {
	const octets = config.toString("latin1");
	return octets.slice(octets.startsWith(MARK) ? MARK.length : 0).split("\n");
}

/** @returns undefined for a line of another kind, such as a comment in words. */
export function readLine(line: string): ConfigLine | undefined {
	const [, , hash, , name, , value = ""] = LINE.exec(line) ?? [];
	if (name === undefined) return undefined;
	return {
		name: name.toLowerCase(),
		commented: hash === "#",
		value: Buffer.from(value, "latin1").toString().trim(),
	};
}

/** The line with another value, otherwise written as it was. */
export function withLineValue(line: string, value: string): string {
	const [, indent = "", , , name = "", equals = " = ", before = "", end = ""] = LINE.exec(line) ?? [];
	const octets = toOctets(value);
	const bare = equals.replace(/=.*$/, "=");
	if (octets === "") return `${indent}${name}${bare}${end}`;
	return `${indent}${name}${before === "" ? `${bare} ` : equals}${octets}${end}`;
}

/** A line of its own. @param lines those that it comes to: it ends as they do. */
export function freshLine(lines: readonly string[], name: string, value: string): string {
	const octets = toOctets(value);
	return `${name} =${octets === "" ? "" : ` ${octets}`}${lines[0]?.endsWith("\r") ? "\r" : ""}`;
}

/**
 * The lines of a file that is changed. Where some are taken out between two blank ones, one of these is enough.
 *
 * @param pieces what each line of the file has become; nothing for one that is taken out.
 */
export function joined(pieces: readonly (readonly string[])[]): string[] {
	const lines: string[] = [];
	for (const [index, piece] of pieces.entries()) {
		const afterGap = pieces[index - 1]?.length === 0 && lines.at(-1)?.trim() === "";
		// The last one is the end of the line before.
		const isSpare = afterGap && index < pieces.length - 1 && piece.length === 1 && piece[0]?.trim() === "";
		if (!isSpare) lines.push(...piece);
	}
	return lines;
}

/** Whether it sets something, or tries to. */
export function isSetting(line: string): boolean {
	return /^\s*[^\s#]/.test(line);
}

/** Whether it is a comment. */
export function isComment(line: string): boolean {
	return /^\s*#/.test(line);
}

/** Text as the octets of a file. */
export function toOctets(text: string): string {
	return Buffer.from(text.trim()).toString("latin1");
}
