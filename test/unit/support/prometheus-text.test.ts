import { describe, expect, test } from "bun:test";
import { Scrape } from "../../support/prometheus-text.ts";

const COUNTER = "# HELP a_total Things\n# TYPE a_total counter\n";
const HISTOGRAM = "# HELP h_seconds Time\n# TYPE h_seconds histogram\n";

describe("a scrape", () => {
	test("is read by name and labels", () => {
		const scrape = new Scrape(`${COUNTER}a_total{x="1",y="a\\"b\\\\"} 2\na_total{x="2",y=""} 3e1\n`);
		expect(scrape.names).toEqual(["a_total"]);
		expect(scrape.value("a_total", { y: 'a\\"b\\\\' })).toBe(2);
		expect(scrape.sum("a_total")).toBe(32);
		expect(scrape.by("x", "a_total")).toEqual({ 1: 2, 2: 30 });
		expect(() => scrape.value("a_total")).toThrow("2 samples");
	});

	test.each([
		["a last line that does not end", `${COUNTER}a_total 1`],
		["a sample without type and help", "a_total 1\n"],
		["a bad value", `${COUNTER}a_total one\n`],
		["a bad label", `${COUNTER}a_total{x=1} 1\n`],
		["a raw quotation mark", `${COUNTER}a_total{x="a"b"} 1\n`],
		["the same sample twice", `${COUNTER}a_total{x="1",y="2"} 1\na_total{y="2",x="1"} 1\n`],
		["a counter that does not end in _total", "# HELP a Things\n# TYPE a counter\na 1\n"],
		["a gauge that ends in _total", "# HELP a_total Things\n# TYPE a_total gauge\na_total 1\n"],
		["a negative counter", `${COUNTER}a_total -1\n`],
		["no help", "# TYPE a gauge\na 1\n"],
		["no base unit", "# HELP a_milliseconds Time\n# TYPE a_milliseconds gauge\na_milliseconds 1\n"],
		[
			"lines that stand apart",
			`${COUNTER}a_total 1\n# HELP b Things\n# TYPE b gauge\nb 1\na_total{x="1"} 1\n`,
		],
		["buckets that are not cumulative", `${HISTOGRAM}${bucket("1", 2)}${bucket("+Inf", 1)}${ends(1)}`],
		[
			"bounds that do not ascend",
			`${HISTOGRAM}${bucket("2", 0)}${bucket("1", 0)}${bucket("+Inf", 0)}${ends(0)}`,
		],
		["no bucket for all", `${HISTOGRAM}${bucket("1", 1)}${ends(1)}`],
		["a count of its own", `${HISTOGRAM}${bucket("+Inf", 1)}${ends(2)}`],
	])("with %s is refused", (_fault, text) => {
		expect(() => new Scrape(text)).toThrow();
	});

	test("with a good histogram is not", () => {
		const text = `${HISTOGRAM}${bucket("1", 1)}${bucket("+Inf", 2)}${ends(2)}`;
		expect(new Scrape(text).value("h_seconds_bucket", { le: "1" })).toBe(1);
	});
});

function bucket(bound: string, count: number): string {
	return `h_seconds_bucket{le="${bound}"} ${count}\n`;
}

function ends(count: number): string {
	return `h_seconds_sum 1\nh_seconds_count ${count}\n`;
}
