import { describe, expect, test } from "bun:test";
import { connectionBudget } from "../../../src/net/descriptor-limit.ts";

const TABLE = (soft: string): string =>
	"Limit                     Soft Limit           Hard Limit           Units     \n" +
	`Max processes             15000                15000                processes \n` +
	`Max open files            ${soft.padEnd(20)} 524288               files     \n`;

/** How many connections a budget lets in. */
function roomOf(text: string): number {
	const budget = connectionBudget(text);
	while (budget.taken < 1_000_000 && budget.take());
	return budget.taken;
}

describe("connectionBudget", () => {
	test.each([
		["524288", 393_216],
		["1024", 768],
		["256", 192],
		["128", 64],
		["32", 1],
	])("of %s descriptors leaves enough for all else: %i connections", (soft, room) => {
		expect(roomOf(TABLE(soft))).toBe(room);
	});

	test.each(["", TABLE("unlimited")])("is no limit where the system states none", (text) => {
		expect(roomOf(text)).toBe(1_000_000);
	});

	test("is known for this process on Linux", () => {
		expect(connectionBudget().take()).toBe(true);
	});
});
