import { expect, test } from "bun:test";
import fc from "fast-check";
import { Registry } from "../../src/registry.ts";

test("it holds what was set and not deleted, in order, however many come and go", () => {
	const key = fc.constantFrom(
		...Array.from({ length: 120 }, (_, number) => `name ${number}`),
		"__proto__",
		"toString",
	);
	const step = fc.record({ key, deletes: fc.boolean() });
	fc.assert(
		fc.property(fc.array(step, { size: "max", maxLength: 400 }), (steps) => {
			const registry = new Registry<number>();
			const expected = new Map<string, number>();
			for (const [value, { key, deletes }] of steps.entries()) {
				if (deletes) expect(registry.delete(key)).toBe(expected.delete(key));
				else {
					registry.set(key, value);
					expected.set(key, value);
				}
				expect(registry.get(key)).toBe(expected.get(key));
			}
			expect(registry.size).toBe(expected.size);
			expect(registry.keys()).toEqual([...expected.keys()]);
			expect(registry.values()).toEqual([...expected.values()]);
		}),
		{ numRuns: 50 },
	);
});

test("what was cleared is gone, and more can be set", () => {
	const registry = new Registry<number>();
	for (let round = 0; round < 2; round++) {
		for (let number = 0; number < 100; number++) registry.set(`key ${number}`, number);
		expect([registry.size, registry.get("key 99"), registry.has("key 100")]).toEqual([100, 99, false]);
		registry.clear();
		expect([registry.size, registry.values(), registry.has("key 99")]).toEqual([0, [], false]);
	}
});
