import { expect, test } from "bun:test";
import fc from "fast-check";
import { JsonOctets } from "../../../src/state/json-octets.ts";

function written(add: (octets: JsonOctets) => void): string {
	const octets = new JsonOctets(1);
	add(octets);
	return octets.octets.toString("utf8", 0, octets.end);
}

test("any value of plain data becomes what JSON.stringify makes of it", () => {
	const values = fc.anything({
		withNullPrototype: false,
		withObjectString: true,
		maxDepth: 4,
		key: fc.string({ unit: "binary" }),
	});
	fc.assert(
		fc.property(
			fc.object({ values: [values, fc.string({ unit: "binary" }), fc.constant('a\r\n"\\é\ud800')] }),
			(value) => {
				expect(written((octets) => octets.json(value))).toBe(JSON.stringify(value));
			},
		),
	);
});

test.each([
	[{ absent: undefined, there: null, list: [undefined, null, 1] }],
	[[]],
	[{}],
	[{ a: {}, b: [], c: [[]] }],
	[[Number.NaN, Number.POSITIVE_INFINITY, -0, 1e21, 5e-324, -1.5]],
	[{ "é\n": "\u2028 😀 \u0000", "": "" }],
	[true],
])("%j", (value) => {
	expect(written((octets) => octets.json(value))).toBe(JSON.stringify(value));
});

test("texts are added as they are, as UTF-8, after what is there", () => {
	expect(
		written((octets) => {
			octets.text("+é ");
			octets.json({ a: "b".repeat(5000) });
			octets.text("\n");
		}),
	).toBe(`+é {"a":"${"b".repeat(5000)}"}\n`);
});

test("its memory is used again", () => {
	const octets = new JsonOctets(64);
	octets.json(["one"]);
	const { octets: memory } = octets;
	octets.clear();
	octets.json(["two"]);
	expect(octets.octets).toBe(memory);
	expect(octets.octets.toString("utf8", 0, octets.end)).toBe('["two"]');
});
