/** The LIKE pattern, with `\` as its escape, for texts that contain the given one. */
export function containsPattern(text: string): string {
	return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}
