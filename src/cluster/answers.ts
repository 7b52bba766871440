/** Pairs of a flat list or, as the protocol's version 3 has them, of an object; undefined when it is neither. */
export function pairsOf(answer: unknown): [string, string][] | undefined {
	if (typeof answer !== "object" || answer === null) return undefined;
	if (!Array.isArray(answer)) return Object.entries(answer).map(([name, value]) => [name, String(value)]);
	const pairs: [string, string][] = [];
	for (let at = 0; at + 1 < answer.length; at += 2) pairs.push([String(answer[at]), String(answer[at + 1])]);
	return pairs;
}

/** The entries of a stream in the answer to XREAD. */
export function entriesOf(answer: unknown, stream: string): unknown[][] {
	if (typeof answer !== "object" || answer === null) return [];
	const entries: unknown = Object.entries(answer).find(([name]) => name === stream)?.[1];
	return Array.isArray(entries) ? entries.filter((entry) => Array.isArray(entry)) : [];
}

/** The fields of an entry of a stream. */
export function fieldsOf(entry: unknown): Record<string, string> {
	const list: unknown = Array.isArray(entry) ? entry[1] : undefined;
	return Object.fromEntries(pairsOf(list) ?? []);
}
