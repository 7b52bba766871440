import { expect, spyOn, test } from "bun:test";
import { engineOptions, shrinkMemory } from "../../../../src/runtime/bun/process.ts";

const MIB = 2 ** 20;

test.each([
	["a board with 512 MB", 512 * MIB, "1.19"],
	["a board with 512 MB, some of it for the screen", 430 * MIB, "1.19"],
	["a board with 1 GB, some of it for the screen", 920 * MIB, "1.25"],
	["a server", 65_536 * MIB, "1.25"],
])("%s has a heap that may grow accordingly", (_, memory, factor) => {
	expect(engineOptions(memory)).toMatchObject({ BUN_JSC_smallHeapGrowthFactor: factor });
});

test.each([
	[512 * MIB, 1],
	[920 * MIB, 0],
])("with %d bytes of memory, compiled code is dropped %d times in a quiet time", (memory, times) => {
	const shrink = spyOn(Bun, "shrink").mockImplementation(() => {});
	try {
		shrinkMemory(memory);
		expect(shrink).toHaveBeenCalledTimes(times);
	} finally {
		shrink.mockRestore();
	}
});
