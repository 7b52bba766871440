import { expect, test } from "bun:test";
import { readMetrics } from "../../../../scripts/benchmark/server-figures.ts";

test("figures of one name are added up over their labels", () => {
	const figures = readMetrics(
		'# HELP a b\n# TYPE a counter\na{role="x"} 2\na{role="y",code="2xx"} 3.5\nb_total 7 \nc 1e+3\n# EOF\n',
	);
	expect([...figures]).toEqual([
		["a", 5.5],
		["c", 1000],
	]);
});
