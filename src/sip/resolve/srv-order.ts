import type { SrvRecord } from "./service-source.ts";

/** RFC 2782 asks for "a very small chance of being selected" for servers of weight 0. */
const ZERO_WEIGHT = 0.01;

/**
 * The servers of a service in the order in which one request tries them: by priority, and in random order
 * within a priority, so that each comes first as often as its weight says (RFC 2782).
 *
 * @param random returns a number from 0 to below 1.
 */
export function orderServers(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
	const left = [...records].sort((a, b) => a.priority - b.priority);
	const ordered: SrvRecord[] = [];
	while (left.length > 0) ordered.push(...left.splice(draw(left, random), 1));
	return ordered;
}

/** Draws one of the leading records of the same priority. @returns its index. */
function draw(records: readonly SrvRecord[], random: () => number): number {
	const end = records.findIndex(({ priority }) => priority !== records[0]?.priority);
	const group = end < 0 ? records : records.slice(0, end);
	if (group.length === 1) return 0;
	let rest = random() * group.reduce((sum, record) => sum + weightOf(record), 0);
	const drawn = group.findIndex((record) => {
		rest -= weightOf(record);
		return rest < 0;
	});
	return Math.max(drawn, 0);
}

function weightOf({ weight }: SrvRecord): number {
	return weight > 0 ? weight : ZERO_WEIGHT;
}
