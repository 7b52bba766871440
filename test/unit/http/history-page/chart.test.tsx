/** @jsxImportSource hono/jsx */
import { expect, test } from "bun:test";
import type { DayCount } from "../../../../src/history/types.ts";
import { Charts, chartSummary } from "../../../../src/http/history-page/chart.tsx";
import { ENGLISH } from "../../../../src/words/english.ts";
import { textsOf } from "../../../support/page-text.ts";

function day(index: number, calls: number, answered: number, refused = 0): DayCount {
	const name = new Date(Date.UTC(2026, 10, 1 + index)).toISOString().slice(0, 10);
	return { day: name, calls, answered, refused, ...(calls > 0 && { answerRate: answered / calls }) };
}

const draw = (days: readonly DayCount[]): string => String(<Charts days={days} />);

test("each chart has a title, a description and, for both, a table of all days", () => {
	const html = draw([day(0, 10, 5), day(1, 0, 0), day(2, 3, 3, 4)]);
	for (const id of ["calls-chart", "rate-chart"]) {
		expect(html).toContain(`role="img" aria-labelledby="${id}-title" aria-describedby="${id}-text"`);
		expect(html).toMatch(
			new RegExp(`<title id="${id}-title">[^<]+</title><desc id="${id}-text">[^<]+</desc>`),
		);
	}
	expect(textsOf(html, "tr").slice(1)).toEqual([
		"3 Nov 2026 3 3 100% 4",
		"2 Nov 2026 0 0 – 0",
		"1 Nov 2026 10 5 50% 0",
	]);
});

test("bars are as high as the calls, the answered ones below the others, on a scale that is whole in its middle", () => {
	const html = draw([day(0, 20, 5), day(1, 0, 0)]);
	const heights = [
		...html.matchAll(/<rect class="(\w+)" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/g),
	];
	// The scale goes to 20, 154 units high above 174.
	expect(heights.map(([, kind, y, height]) => [kind, Number(y), Number(height)])).toEqual([
		["others", 20, 115.5],
		["answered", 135.5, 38.5],
	]);
	expect(textsOf(html, "text").slice(0, 2)).toEqual(["20", "10"]);
});

test("the line of the rate has a gap where there were no calls", () => {
	const html = draw([
		day(0, 1, 1),
		day(1, 2, 1),
		day(2, 0, 0),
		day(3, 4, 1),
		day(4, 0, 0),
		day(5, 1, 0),
		day(6, 1, 1),
	]);
	expect(
		[...html.matchAll(/<polyline[^>]*points="([^"]*)"/g)].map(([, points = ""]) => points.split(" ").length),
	).toEqual([2, 2]);
	expect([...html.matchAll(/<circle/g)]).toHaveLength(5);
});

test.each([1, 30, 90])("of %i days today is named, and no more than six are", (count) => {
	const html = draw(Array.from({ length: count }, (_, index) => day(index, 1, 1)));
	const named = textsOf(html, "text").filter((text) => /^\d\d\/\d\d$/.test(text));
	expect(named.length).toBeLessThanOrEqual(12);
	expect(named.at(-1)).toBe(
		day(count - 1, 0, 0)
			.day.slice(5)
			.split("-")
			.reverse()
			.join("/"),
	);
	expect(html).not.toContain("NaN");
});

test("a sentence says how it was", () => {
	expect(chartSummary(ENGLISH, [day(0, 1, 1), day(1, 3, 1, 1)])).toBe(
		"4 calls, 2 answered (50%); 1 request refused",
	);
	expect(chartSummary(ENGLISH, [day(0, 0, 0)])).toBe("0 calls, 0 answered");
});
