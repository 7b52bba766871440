import { textWidth } from "#runtime";
import type { Paint, Tone } from "./terminal.ts";
import { clean } from "./terminal.ts";

/** One cell of a table. */
export interface Cell {
	readonly text: string;
	readonly tone?: Tone;
}

/** Longer texts are cut: SIP addresses may have hundreds of characters. */
const WIDEST = 40;
const GAP = "  ";

/** Lines of a table with a heading; columns are as wide as they have to be. */
export function tableLines(
	heading: readonly string[],
	rows: readonly (readonly Cell[])[],
	paint: Paint,
): string[] {
	const cells = [heading.map((text): Cell => ({ text, tone: "heading" })), ...rows].map((row) =>
		row.map(({ text, tone }) => ({ text: cut(clean(text)), tone })),
	);
	const widths = heading.map((_, column) =>
		Math.max(...cells.map((row) => textWidth(row[column]?.text ?? ""))),
	);
	return cells.map((row) =>
		row
			.map(({ text, tone }, column) => {
				const isLast = column === row.length - 1;
				const space = isLast ? "" : " ".repeat((widths[column] ?? 0) - textWidth(text));
				return (tone ? paint(tone, text) : text) + space;
			})
			.join(GAP)
			.trimEnd(),
	);
}

function cut(text: string): string {
	const characters = [...text];
	return characters.length > WIDEST ? `${characters.slice(0, WIDEST - 1).join("")}…` : text;
}
