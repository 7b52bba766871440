/** Number of letters to change, insert or delete to turn one word into the other (Levenshtein). */
export function editDistance(from: string, to: string): number {
	let row = Array.from({ length: to.length + 1 }, (_, i) => i);
	for (let i = 1; i <= from.length; i++) {
		const next = [i];
		for (let j = 1; j <= to.length; j++) {
			const change = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
			next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
		}
		row = next;
	}
	return row[to.length] ?? 0;
}

/** The longest name that is looked at; a longer one is not a misspelling. */
const MAX_NAME = 40;

/**
 * The known name that was likely meant, or undefined when none is near: up to a third of the letters may
 * differ, upper and lower case apart.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
	if (name.length > MAX_NAME) return undefined;
	const wanted = name.toLowerCase();
	let nearest: string | undefined;
	let least = Math.max(2, Math.floor(wanted.length / 3)) + 1;
	for (const candidate of known) {
		const distance = editDistance(wanted, candidate.toLowerCase());
		if (distance < least) {
			least = distance;
			nearest = candidate;
		}
	}
	return nearest;
}
