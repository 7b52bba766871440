/** V8 is told by the command line of the script that starts Deno: it is not started anew for options. */
export function engineOptions(): Readonly<Record<string, string>> {
	return {};
}

/** No variable of the environment turns a program that Deno has compiled into another one. */
export const TRICKS: readonly string[] = [];

/** Whether this is the compiled program. */
export function isExecutable(): boolean {
	return Deno.build.standalone;
}

/** Collects garbage, if V8 was started with --expose-gc. */
export function collectGarbage(): void {
	globalThis.gc?.();
}

/** The same: V8 drops compiled code by itself. */
export function shrinkMemory(): void {
	globalThis.gc?.();
}

/** Deno cannot use a file as memory. */
export function mapFile(): undefined {
	return undefined;
}

/** Takes no column: marks that belong to the character before, and what only joins or turns. */
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u;
/** Takes two columns, by the East Asian width of Unicode. */
const WIDE =
	/^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** How many columns a text takes on a terminal. */
export function textWidth(text: string): number {
	let width = 0;
	for (const { segment } of new Intl.Segmenter().segment(text))
		width += ZERO.test(segment) ? 0 : WIDE.test(segment) ? 2 : 1;
	return width;
}

/** FNV-1a over the text's UTF-16 units, twice from different starts, in 52 bits. */
export function hashText(text: string): number {
	let low = 0x811c9dc5;
	let high = 0x9747b28c;
	for (let at = 0; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		low = Math.imul(low ^ unit, 0x01000193);
		high = Math.imul(high ^ unit, 0x01000193) + at;
	}
	return (high & 0xfffff) * 2 ** 32 + (low >>> 0);
}
