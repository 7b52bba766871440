import { expect, test } from "bun:test";
import { compareVersions } from "../../../src/update/version-order.ts";

test.each([
	["1.0.0", "1.0.1"],
	["1.9.0", "1.10.0"],
	["1.0.0~rc1", "1.0.0"],
	["1.0.0-rc1", "1.0.0-rc2"],
	["1.0", "1.0.1"],
])("%s is older than %s", (older, newer) => {
	expect(compareVersions(older, newer)).toBeLessThan(0);
	expect(compareVersions(newer, older)).toBeGreaterThan(0);
});

test("the same version is neither", () => {
	expect(compareVersions("1.2.3", "1.2.3")).toBe(0);
	expect(compareVersions("1.2", "1.2.0")).toBe(0);
});
