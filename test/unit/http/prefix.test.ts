import { describe, expect, test } from "bun:test";
import { Hono } from "hono";
import { addPrefix, withoutPrefix } from "../../../src/http/prefix.ts";
import type { WebEnv } from "../../../src/web/web.ts";

const app = new Hono<WebEnv>();
app.use(addPrefix("/ctc"));
app.get("/page", (c) =>
	c.html(
		'<a href="/calls">href=&quot;/calls&quot;</a><form action="/"></form><a href="#top"></a><a href="//x"></a>',
	),
);
app.get("/live", (c) =>
	c.body(`data: ${JSON.stringify({ parts: { a: '<a href="/calls/1">' } })}\n\n`, 200, {
		"Content-Type": "text/event-stream",
	}),
);
app.get("/api/v1/events", (c) =>
	c.body(`data: ${JSON.stringify({ address: ' href="/x"' })}\n\n`, 200, {
		"Content-Type": "text/event-stream",
	}),
);
app.get("/away", (c) => c.redirect("/calls/1", 303));
app.get("/far", (c) => c.redirect("https://example.com/", 303));
const text = async (path: string) => (await app.request(path)).text();

describe("the prefix", () => {
	test("stands in every link of a page, and nowhere else", async () => {
		expect(await text("/page")).toBe(
			'<a href="/ctc/calls">href=&quot;/calls&quot;</a><form action="/ctc/"></form><a href="#top"></a><a href="//x"></a>',
		);
	});

	test("stands in the live parts of pages, not in events for programs", async () => {
		expect(await text("/live")).toContain('href=\\"/ctc/calls/1\\"');
		expect(await text("/api/v1/events")).toContain(' href=\\"/x\\"');
	});

	test("stands in redirections to ourselves", async () => {
		expect((await app.request("/away")).headers.get("Location")).toBe("/ctc/calls/1");
		expect((await app.request("/far")).headers.get("Location")).toBe("https://example.com/");
	});

	test.each([
		["/ctc/calls?a=b", "/calls?a=b"],
		["/ctc/", "/"],
		["/ctc", "/"],
		["/calls", "/calls"],
		["/ctcx/calls", "/ctcx/calls"],
	])("is taken off a path: %s", (path, expected) => {
		expect(withoutPrefix(new Request(`http://box${path}`), "/ctc").url).toBe(`http://box${expected}`);
	});
});
