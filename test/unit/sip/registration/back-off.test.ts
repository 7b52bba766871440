import { expect, test } from "bun:test";
import { backOff } from "../../../../src/sip/registration/back-off.ts";

test.each([
	[1, 30_000, 60_000],
	[2, 60_000, 120_000],
	[5, 480_000, 960_000],
	[6, 900_000, 1_800_000],
	[60, 900_000, 1_800_000],
	[5000, 900_000, 1_800_000],
])("after %i failures it waits from %i to %i ms", (failures, shortest, longest) => {
	for (let turn = 0; turn < 100; turn += 1) {
		const delay = backOff(failures);
		expect(delay).toBeGreaterThanOrEqual(shortest);
		expect(delay).toBeLessThanOrEqual(longest);
	}
});
