import type { SrvRecord } from "./service-source.ts";

/**
 * The servers of a service in the order in which one request tries them: by priority, and at random among
 * those of the same priority, so that each comes first as often as its weight says (RFC 2782).
 *
 * @param random a number from 0 to below 1.
 */
export function orderServers(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
	// A server of weight 0 is drawn only by a 0, which the first ones get.
	const left = [...records].sort((a, b) => a.priority - b.priority || a.weight - b.weight);
	const ordered: SrvRecord[] = [];
	while (left.length > 0) ordered.push(...left.splice(draw(left, random), 1));
	return ordered;
}

/** Draws one of the leading records of the same priority. @returns its index. */
function draw(records: readonly SrvRecord[], random: () => number): number {
	const priority = records[0]?.priority;
	const end = records.findIndex((record) => record.priority !== priority);
	const group = end < 0 ? records : records.slice(0, end);
	if (group.length === 1) return 0;
	const total = group.reduce((sum, { weight }) => sum + weight, 0);
	const drawn = Math.floor(random() * (total + 1));
	let sum = 0;
	return group.findIndex(({ weight }) => {
		sum += weight;
		return sum >= drawn;
	});
}
