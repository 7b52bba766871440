import { expect, test } from "bun:test";
import { rebased } from "../../../../src/http/box/rows.ts";
import type { ShownRow } from "../../../../src/http/box/settings-types.ts";

const row = (name: string, from?: number): ShownRow => ({
	values: { HttpUser: [name], HttpUserPhone: ["1"] },
	from,
});
const list = (...names: string[]): ShownRow[] => names.map((name, from) => row(name, from));
const told = (rows: readonly ShownRow[]) => rows.map(({ values, from }) => [values.HttpUser?.[0], from]);

test("what was typed stays, what was not touched is as it is now, and what has come is there", () => {
	const base = list("anna", "bert", "carl");
	const typed = [row("anna", 0), row("BERT", 1), row("carl", 2), row("dora")];
	expect(told(rebased(typed, base, base))).toEqual([
		["anna", 0],
		["BERT", 1],
		["carl", 2],
		["dora", undefined],
	]);
	// Somebody has removed anna and added emil.
	expect(told(rebased(typed, base, list("emil", "bert", "carl")))).toEqual([
		["BERT", 1],
		["carl", 2],
		["dora", undefined],
		["emil", 0],
	]);
	// Somebody has removed bert, whom this one has changed.
	expect(told(rebased(typed, base, list("anna", "carl")))).toEqual([
		["anna", 0],
		["BERT", undefined],
		["carl", 1],
		["dora", undefined],
	]);
	// This one has removed carl.
	expect(told(rebased([row("anna", 0), row("bert", 1)], base, list("anna", "bert", "carl", "emil")))).toEqual(
		[
			["anna", 0],
			["bert", 1],
			["emil", 3],
		],
	);
});
