/** A session description split into its session part and its media sections (RFC 8866 section 5). */
export interface SessionDescription {
	/** Lines before the first `m=`, without line ends. */
	readonly session: readonly string[];
	/** Media sections in order; the first line of each is its `m=` line. */
	readonly media: readonly (readonly string[])[];
}

/** Longest description accepted, in characters; real ones have 200 to 4,000. */
const MAX_LENGTH = 32_768;

/**
 * Splits a description into its parts. It does not check the media, which is up to the phones.
 *
 * @returns undefined if it is not a description: no `v=0` or `o=`, a line that is not `x=…`, or too long.
 */
export function parseSdp(text: string): SessionDescription | undefined {
	if (text.length > MAX_LENGTH) return undefined;
	const session: string[] = [];
	const media: string[][] = [];
	let section = session;
	let lineFeed = -1;
	let carriageReturn = -1;
	let end = 0;
	for (let at = 0; at < text.length; at = end + 1) {
		if (lineFeed < at) lineFeed = placeOf("\n", text, at);
		if (carriageReturn < at) carriageReturn = placeOf("\r", text, at);
		end = Math.min(lineFeed, carriageReturn);
		if (end === at) continue;
		const line = text.substring(at, end);
		if (line[1] !== "=") return undefined;
		if (line[0] === "m") {
			section = [];
			media.push(section);
		}
		section.push(line);
	}
	// Some phones end the line with a space.
	if (session[0]?.trimEnd() === "v=0") session[0] = "v=0";
	if (session[0] !== "v=0" || !session.some((line) => line.startsWith("o="))) return undefined;
	return { session, media };
}

/** Where the next such character is; the length of the text if there is none. */
function placeOf(character: string, text: string, from: number): number {
	const at = text.indexOf(character, from);
	return at < 0 ? text.length : at;
}

/**
 * Writes a description with CRLF line ends.
 *
 * @param origin stands in for its `o=` line.
 */
export function formatSdp({ session, media }: SessionDescription, origin?: string): string {
	const lines = session.concat(...media);
	for (let at = 0; origin !== undefined && at < session.length; at++)
		if (lines[at]?.startsWith("o=")) lines[at] = origin;
	return `${lines.join("\r\n")}\r\n`;
}

/** The media types phones use (RFC 8866 section 8.2.2). */
const MEDIA_TYPES = ["audio", "video", "application", "text", "image", "message"];

/** The media type of a section: `audio`, `video`, … */
export function mediaType(section: readonly string[]): string {
	const [line = ""] = section;
	// A constant, since a substring would keep the whole description in memory.
	for (const type of MEDIA_TYPES) if (line.startsWith(type, 2) && line[type.length + 2] === " ") return type;
	return /^m=(\S+)/.exec(line)?.[1] ?? "";
}

/** The transport protocol of a section: `RTP/AVP`, `RTP/SAVP`, … */
export function mediaProtocol(section: readonly string[]): string {
	return (section[0] ?? "").split(" ", 3)[2] ?? "";
}

/** Whether the stream of a section is refused or ended: port zero (RFC 3264 section 6). */
export function isRefused(section: readonly string[]): boolean {
	return /^m=\S+ 0[ /]/.test(section[0] ?? "");
}

/** A section that refuses the stream described by another (RFC 3264 section 6: port zero). */
export function refusedMedia(section: readonly string[]): readonly string[] {
	return [(section[0] ?? "m=audio 0 RTP/AVP 0").replace(/^(m=\S+) \S+/, "$1 0")];
}
