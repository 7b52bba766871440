import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readSearch } from "../../../../src/http/history-page/query.ts";
import { linkOf, textsOf } from "../../../support/page-text.ts";
import { HistoryBench, NOON } from "../../history/support.ts";
import { challenges, PASSWORD } from "../support.ts";
import { pagesOf } from "./support.ts";

let bench: HistoryBench;
let ask: ReturnType<typeof pagesOf>["ask"];

const HOSTILE = `"><script>alert(1)</script>'&`;
const DAY = 86_400_000;

/** 120 calls a second apart three days ago, then one of each kind. */
beforeAll(async () => {
	bench = new HistoryBench();
	bench.now = NOON - 3 * DAY;
	await bench.make(120, (index) => ({ initiator: `many-${index}`, anchor: index % 2 === 0 }));
	bench.now = NOON;
	bench.place({ initiator: "alice" }, "talked").connect().after(65_000).enter("ended", undefined, "operator");
	bench.place({ initiator: "alice", anchor: false }, "declined").after(1000).fail(603, "Destination");
	bench.place({ initiator: HOSTILE, destination: HOSTILE, origin: { via: "xml", peer: HOSTILE } }, "hostile");
	bench.refuse({ initiator: "nowhere" }, 400, "No translation rule for <nowhere>");
	await bench.history.flush();
	ask = pagesOf(bench.history).ask;
});

afterAll(() => bench.remove());

const page = async (path: string): Promise<string> => (await ask(path)).text();
const rows = async (path: string): Promise<string[]> =>
	textsOf(textsWithin(await page(path), "records"), "tr").slice(1);

/** The table of a class. */
function textsWithin(html: string, name: string): string {
	return new RegExp(`<table class="${name}">.*?</table>`, "s").exec(html)?.[0] ?? "";
}

describe("/history", () => {
	test("has a row for each call: when, who, way, result, who hung up, duration, who asked", async () => {
		const [row] = await rows("/history?text=alice&result=2");
		expect(row).toBe(
			"23 Nov 2026, 12:00:00 alice sip:alice@pbx.example.com 200 sip:200@pbx.example.com server in the call " +
				"connected an operator hung up 1:05 admin at 192.0.2.7 (HTTP) Call again : alice to 200",
		);
		expect(linkOf(await page("/history?text=alice&result=2"), "23 Nov 2026, 12:00:00")).toBe(
			"/history/talked",
		);
	});

	test("finds calls by a name of the contacts too, also for a file", async () => {
		const { ask } = pagesOf(bench.history, undefined, {
			nameOf: (address) => (address === "alice" ? "Zoë Weiß" : undefined),
			search: (text) => (text === "weiss" ? [{ name: "Zoë Weiß", number: "alice" }] : []),
		});
		const found = async (path: string): Promise<string> => (await ask(path)).text();
		expect(textsOf(textsWithin(await found("/history?text=weiss"), "records"), "tr").slice(1)).toHaveLength(
			2,
		);
		expect((await found("/history.csv?text=weiss")).trim().split("\r\n")).toHaveLength(3);
		expect(JSON.parse(await found("/api/v1/history?text=weiss")).calls).toHaveLength(2);
		expect(textsWithin(await found("/history?text=nobody"), "records")).toBe("");
	});

	test.each([
		["/history?text=ALI", 2],
		["/history?text=alice&way=refer", 1],
		["/history?result=6", 1],
		["/history?result=4&from=2026-11-23", 1],
		["/history?to=2026-11-19", 0],
		["/history?from=2026-11-23&to=2026-11-23", 4],
		["/history?text=many-11", 11],
		["/history?text=&result=&way=&from=&to=", 50],
	])("%p shows %i calls", async (path, count) => {
		expect(await rows(path)).toHaveLength(count);
	});

	test("has older and newest pages that keep the search, and every call on one of them", async () => {
		const first = "/history?text=many&way=anchor";
		let path: string | undefined = first;
		const seen: string[] = [];
		const newest: (string | undefined)[] = [];
		while (path !== undefined) {
			const html = await page(path);
			seen.push(...textsOf(textsWithin(html, "records"), "tr").slice(1));
			newest.push(linkOf(html, "Newest"));
			path = linkOf(html, "Older");
		}
		expect(new Set(seen).size).toBe(60);
		expect(newest).toEqual([undefined, first]);
	});

	test("leads back by the same pages, one by one", async () => {
		const first = "/history?text=many";
		const way: string[] = [first];
		for (let path = linkOf(await page(first), "Older"); path; path = linkOf(await page(path), "Older"))
			way.push(path);
		const back: string[] = [];
		for (let path = way.at(-1); path; path = linkOf(await page(path), "Newer")) back.unshift(path);
		expect(way).toHaveLength(3);
		expect(back).toEqual(way);
	});

	test("a row calls again the same way, and its addresses are links that ask", async () => {
		const html = await page("/history?text=alice&result=2");
		expect(html).toContain('<a href="/call?to=alice">alice</a>');
		const fields = [...html.matchAll(/<input type="hidden" name="(\w+)" value="(\w+)"/g)].map(
			([, name, value]) => [name, value],
		);
		expect(fields).toEqual([
			["initiator", "alice"],
			["destination", "200"],
			["anchor", "true"],
		]);
		const details = await page("/history/declined");
		expect(textsOf(details, "button").slice(0, 2)).toEqual([
			"Call again : alice to 200",
			"Call back : 200 to alice",
		]);
		expect(details).not.toContain('name="anchor"');
	});

	test("offers the same search as CSV", async () => {
		expect(linkOf(await page("/history?text=a%26b&result=4"), "Download as CSV")).toBe(
			"/history.csv?text=a%26b&result=4&separator=comma",
		);
	});

	test("offers the separator first that the browser's spreadsheet expects, and the other one", async () => {
		const firstFor = async (language: string) => {
			const html = await (await ask("/history", { headers: { "Accept-Language": language } })).text();
			return /href="(\/history\.csv[^"]*)"/.exec(html)?.[1];
		};
		for (const language of ["de", "fr-FR,fr;q=0.9", "es", "de-AT"])
			expect(await firstFor(language)).toBe("/history.csv?separator=semicolon");
		for (const language of ["en-US,de;q=0.5", "de-CH", "*", "x;y", ""])
			expect(await firstFor(language)).toBe("/history.csv?separator=comma");
		expect(linkOf(await page("/history"), "with semicolons")).toBe("/history.csv?separator=semicolon");
	});

	test("shows what strangers have typed as text, wherever it is", async () => {
		for (const path of [
			"/history",
			"/history/hostile",
			"/calls/hostile",
			`/history?text=${encodeURIComponent(HOSTILE)}`,
			`/history?from=${encodeURIComponent(HOSTILE)}`,
			`/history?result=${encodeURIComponent(HOSTILE)}`,
		]) {
			const html = await page(path);
			expect(html).not.toContain("<script>");
			expect(html).not.toContain('">&lt;script');
		}
		expect(await page(`/history?text=${encodeURIComponent(HOSTILE)}`)).toContain(
			'value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;"',
		);
	});

	test.each([
		["result", "1"],
		["way", "both"],
		["from", "2026-02-30"],
		["from", "0026-02-03"],
		["to", "tomorrow"],
		["text", "x".repeat(201)],
		["days", "31"],
		["separator", ","],
	])("names the field %p when it cannot be used, and says what it should be", async (field, value) => {
		const response = await ask(`/history?${new URLSearchParams({ [field]: value })}`);
		const html = await response.text();
		expect(response.status).toBe(400);
		expect(textsOf(html, "li").find((item) => item.includes(field))).toContain(": expected ");
		if (field !== "days" && field !== "separator")
			expect(html).toMatch(new RegExp(`name="${field}"[^>]* aria-invalid="true"`));
	});

	test("wants the last day not before the first", async () => {
		const response = await ask("/history?from=2026-11-23&to=2026-11-22");
		expect(response.status).toBe(400);
		expect(await response.text()).toContain("expected a day not before the first one");
	});

	test("names a cursor that is none", async () => {
		const response = await ask("/history?cursor=%2F");
		expect(response.status).toBe(400);
		expect(await response.text()).toContain("cursor: expected");
	});

	test("takes any query without failing", async () => {
		const text = fc.string({ unit: "binary", maxLength: 12 });
		const names = fc.constantFrom("text", "result", "way", "from", "to", "cursor", "days");
		const query = fc.array(fc.tuple(names, fc.oneof(text, fc.constantFrom("2", "2026-11-23", "anchor"))));
		await fc.assert(
			fc.asyncProperty(query, async (fields) => {
				const response = await ask(`/history?${new URLSearchParams(fields)}`);
				expect([200, 400]).toContain(response.status);
			}),
			{ numRuns: 50 },
		);
	});

	test("needs the password when there is one", async () => {
		const { ask } = pagesOf(bench.history, PASSWORD);
		for (const path of ["/history", "/history.csv", "/history/talked"]) {
			const response = await ask(path);
			expect(response.status).toBe(401);
			expect(challenges(response).map(({ algorithm }) => algorithm)).toEqual(["SHA-256", "MD5"]);
			expect(await response.text()).not.toContain("alice");
		}
	});
});

describe("/history/ID", () => {
	test("tells the steps of the call in words", async () => {
		const html = await page("/history/talked");
		expect(textsOf(html, "h1")).toEqual(["alice to 200"]);
		expect(textsOf(html, "tr").slice(1)).toEqual([
			"23 Nov 2026, 12:00:00 0.0 s placed by admin at 192.0.2.7 (HTTP)",
			"23 Nov 2026, 12:00:00 0.0 s the initiator is called",
			"23 Nov 2026, 12:00:00 0.0 s the request is accepted (100)",
			"23 Nov 2026, 12:00:00 0.0 s the initiator's phone rings (180)",
			"23 Nov 2026, 12:00:00 0.0 s the initiator has answered (200)",
			"23 Nov 2026, 12:00:00 0.0 s the destination is called",
			"23 Nov 2026, 12:00:00 0.0 s the destination's phone rings (180)",
			"23 Nov 2026, 12:00:00 0.0 s the two phones are joined",
			"23 Nov 2026, 12:00:00 0.0 s the two phones are connected",
			"23 Nov 2026, 12:00:00 0.0 s the destination has answered (200)",
			"23 Nov 2026, 12:01:05 1:05 the call is over",
		]);
		expect(textsOf(html, "dd")).toContain("connected , an operator hung up");
		expect(textsOf(await page("/history/declined"), "tr").at(-2)).toBe(
			"23 Nov 2026, 12:01:06 1.0 s the destination: declined (603)",
		);
	});

	test("leads to the live view while the call goes on", async () => {
		expect(linkOf(await page("/history/talked"), "Watch the call")).toBeUndefined();
		expect(linkOf(await page("/history/hostile"), "Watch the call")).toBe("/calls/hostile");
	});

	test("is 404 for a call that is not known", async () => {
		const response = await ask("/history/%3Cscript%3E");
		expect(response.status).toBe(404);
		expect(await response.text()).toContain("No call with this ID");
	});
});

describe("/history.csv", () => {
	test("is a file of all calls that match, on however many pages", async () => {
		const response = await ask("/history.csv?text=many");
		expect(response.headers.get("Content-Type")).toStartWith("text/csv; charset=utf-8");
		expect(response.headers.get("Content-Disposition")).toBe(
			'attachment; filename="clicktocall-history.csv"',
		);
		expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
		expect((await response.text()).trimEnd().split("\r\n")).toHaveLength(121);
	});

	test("has the separator that is asked for", async () => {
		const text = await (await ask("/history.csv?text=hostile&separator=semicolon")).text();
		expect(text).toStartWith("id;started;answered;");
		expect((await ask("/history.csv?separator=tab")).status).toBe(400);
	});

	test("begins with the mark that tells spreadsheets that it is in UTF-8", async () => {
		const bytes = new Uint8Array(await (await ask("/history.csv?text=many")).arrayBuffer());
		expect([...bytes.slice(0, 5)]).toEqual([0xef, 0xbb, 0xbf, 0x69, 0x64]);
	});

	test("has a problem with the same queries as the page", async () => {
		expect((await ask("/history.csv?from=x")).status).toBe(400);
	});
});

describe("a history that is not there", () => {
	test.each(["/history", "/history.csv", "/history/x"])("is said by %p with 503", async (path) => {
		const none = await pagesOf(undefined).ask(path);
		expect(none.status).toBe(503);
		expect(await none.text()).toContain("No history is kept: HistoryFile is empty.");

		const closed = new HistoryBench();
		await closed.history.close();
		const unreadable = await pagesOf(closed.history).ask(path);
		expect(unreadable.status).toBe(503);
		expect(await unreadable.text()).toContain("The history cannot be read right now. The log says why.");
		await closed.remove();
	});
});

test("a query has a chart only when it asks for all calls", () => {
	const chartOf = (query: string) => {
		const search = readSearch(new URLSearchParams(query));
		return search.ok ? search.chart : search.problems;
	};
	expect(chartOf("")).toBe(30);
	expect(chartOf("days=90&text=")).toBe(90);
	expect(chartOf("text=a")).toBeUndefined();
	expect(chartOf("cursor=1")).toBeUndefined();
});
