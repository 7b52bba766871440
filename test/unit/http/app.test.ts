import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import fc from "fast-check";
import type { CallPlacer } from "../../../src/call/types.ts";
import { CALL_PATH, PASSWORD, setUp } from "./support.ts";

const query = (parameters: Record<string, string>): string =>
	`/clicktocall.html?${new URLSearchParams(parameters)}`;

describe("/index.html", () => {
	test("is open although calls need a password, and holds the form", async () => {
		const { ask } = setUp({ password: PASSWORD });
		const response = await ask("/index.html");
		const page = await response.text();
		expect(response.status).toBe(200);
		expect(response.headers.get("Content-Type")).toBe("text/html; charset=UTF-8");
		expect(page).toStartWith("<!DOCTYPE html><html");
		expect(page).toContain('<form action="/clicktocall.html" method="get">');
		for (const name of ["initiator", "destination", "anchor"]) expect(page).toContain(`name="${name}"`);
	});
});

describe("any other path", () => {
	test.each([
		"/",
		"/favicon.ico",
		"/index.htm",
		"/clicktocall.html/x",
		"//elsewhere.example/",
		"/CLICKTOCALL.HTML",
	])("%p redirects to /index.html on the same host", async (path) => {
		const { app } = setUp();
		const response = await app.request(`http://box.example${path}`, undefined, { peer: "192.0.2.7" });
		expect(response.status).toBe(302);
		expect(response.headers.get("Location")).toBe("/index.html");
	});

	test("takes no other methods", async () => {
		const { ask } = setUp();
		for (const path of ["/", "/index.html"]) {
			const response = await ask(path, { method: "POST" });
			expect(response.status).toBe(405);
			expect(response.headers.get("Allow")).toBe("GET, HEAD");
		}
	});
});

describe("/clicktocall.html", () => {
	test.each([
		["", false, "unanchored"],
		["&anchor=false", false, "unanchored"],
		["&anchor=true", true, "anchored"],
		["&anchor=TRUE", true, "anchored"],
	])("with %p places a call and says so in the manual's words", async (suffix, anchor, way) => {
		const { ask, placer } = setUp();
		const response = await ask(CALL_PATH + suffix);
		expect(response.status).toBe(200);
		expect(await response.text()).toContain(
			`<p>Initiating ClickToCall from sip:alice@example.com(alice) to sip:bob@gw.example.com(bob) (${way})...</p>`,
		);
		expect(placer.requests).toEqual([
			{ initiator: "alice", destination: "bob", anchor, origin: { via: "http", peer: "192.0.2.7" } },
		]);
	});

	test("decodes what is typed", async () => {
		const { ask, placer } = setUp();
		await ask("/clicktocall.html?initiator=%2B49+30&destination=sip:j%C3%B6rg%40example.com%20");
		expect(placer.requests).toMatchObject([{ initiator: "+49 30", destination: "sip:jörg@example.com" }]);
	});

	test("escapes what it echoes", async () => {
		const texts = fc.string({ unit: fc.constantFrom("<", ">", "&", '"', "'", "a", "script") });
		await fc.assert(
			fc.asyncProperty(texts, async (typed) => {
				const { ask } = setUp();
				const page = await (await ask(query({ initiator: `x${typed}`, destination: "bob" }))).text();
				const shown = /<p>(.*)\.\.\.<\/p>/.exec(page)?.[1] ?? "";
				expect(shown).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot|#39);)/);
				expect(
					shown
						.replaceAll("&lt;", "<")
						.replaceAll("&gt;", ">")
						.replaceAll("&quot;", '"')
						.replaceAll("&#39;", "'")
						.replaceAll("&amp;", "&"),
				).toContain(`(x${typed})`);
			}),
		);
	});

	test.each([
		["?destination=bob", ["initiator"], "is missing"],
		["?initiator=a", ["destination"], "is missing"],
		["", ["initiator", "destination"], "is missing"],
		["?initiator=&destination=bob", ["initiator"], "is empty"],
		["?initiator=+&destination=bob", ["initiator"], "is empty"],
		["?initiator=a&destination=b&destination=c", ["destination"], "is given more than once"],
		["?initiator=a&destination=b&anchor=maybe", ["anchor"], "is neither true nor false"],
		["?initiator=a&destination=b&anchor=", ["anchor"], "is neither true nor false"],
		["?initiator=a&destination=b&anchor=true&anchor=true", ["anchor"], "is given more than once"],
		["?initiator=%FF&destination=b", ["initiator"], "is not in UTF-8"],
		["?initiator=+4930123&destination=b", ["initiator"], "begins with a space"],
		["?Initiator=a&destination=b", ["initiator"], "is missing"],
	])("%p: 400 that names what is wrong, and no call", async (suffix, names, problem) => {
		const { ask, placer } = setUp();
		const response = await ask(`/clicktocall.html${suffix}`);
		const page = await response.text();
		expect(response.status).toBe(400);
		expect([...page.matchAll(/<code>(.*?)<\/code>/g)].map(([, name]) => name)).toEqual(names);
		expect(page).toContain(problem);
		expect(page).toContain("Expected: ");
		expect(placer.requests).toEqual([]);
	});

	test.each([
		[400, 400],
		[503, 503],
		[486, 500],
	])("a call refused with %i is HTTP %i, with code and text, escaped", async (code, status) => {
		const { ask, placer } = setUp();
		placer.refusal = { code, text: "No rule for <b>", final: true };
		const response = await ask(CALL_PATH);
		expect(response.status).toBe(status);
		expect(await response.text()).toContain(`${code} No rule for &lt;b&gt;`);
	});

	test("the address that cannot be called is named", async () => {
		const { ask, placer } = setUp();
		const refused = [
			{ name: "destination", address: "+49 <x>", reason: "no translation rule matches it" },
		] as const;
		placer.refusal = { code: 400, text: "No rule", final: true, refused };
		expect(await (await ask(CALL_PATH)).text()).toContain(
			"The destination +49 &lt;x&gt; cannot be called: no translation rule matches it.",
		);
	});

	test.each(["HEAD", "POST", "PUT", "DELETE", "OPTIONS"])("%s places no call", async (method) => {
		const { ask, placer } = setUp();
		const response = await ask(CALL_PATH, { method });
		expect(response.status).toBe(405);
		expect(response.headers.get("Allow")).toBe("GET");
		expect(placer.requests).toEqual([]);
	});

	test("a placer that fails is a 500 without details, and a log line", async () => {
		const placer: CallPlacer = {
			place: () => {
				throw new Error("secret detail");
			},
		};
		const { ask, log } = setUp({ placer });
		const response = await ask(CALL_PATH);
		expect(response.status).toBe(500);
		expect(await response.text()).not.toContain("secret detail");
		expect(log.lines.join()).toContain("secret detail");
	});
});

describe("who may place a call from a browser", () => {
	const navigation = { "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" };

	test.each<[string, Record<string, string>]>([
		["a program", {}],
		["a program that takes anything", { Accept: "*/*" }],
		["an old browser", { Accept: "text/html,application/xhtml+xml,image/webp,*/*;q=0.8" }],
		["our own form", { ...navigation, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-User": "?1" }],
		[
			"our own script",
			{ "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty" },
		],
		["the address bar", { ...navigation, "Sec-Fetch-Site": "none", "Sec-Fetch-User": "?1" }],
		["a link that was clicked", { ...navigation, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-User": "?1" }],
		["a link of a sibling host", { ...navigation, "Sec-Fetch-Site": "same-site", "Sec-Fetch-User": "?1" }],
		["a script of our own host", { Origin: "http://box.example:5090", Host: "box.example:5090" }],
	])("%s", async (_, headers) => {
		const { ask, placer } = setUp({ hosts: ["box.example"] });
		expect((await ask(CALL_PATH, { headers })).status).toBe(200);
		expect(placer.requests).toHaveLength(1);
	});

	test.each<[string, Record<string, string>]>([
		["a redirect or script of another site", { ...navigation, "Sec-Fetch-Site": "cross-site" }],
		["a page of a sibling host", { ...navigation, "Sec-Fetch-Site": "same-site" }],
		[
			"a fetch of another site",
			{ "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "empty" },
		],
		[
			"an activated fetch of another site",
			{
				"Sec-Fetch-Site": "cross-site",
				"Sec-Fetch-Mode": "cors",
				"Sec-Fetch-Dest": "empty",
				"Sec-Fetch-User": "?1",
			},
		],
		["an image", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image" }],
		["an image of our own page", { "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "image" }],
		[
			"a clicked frame",
			{
				"Sec-Fetch-Site": "cross-site",
				"Sec-Fetch-Mode": "navigate",
				"Sec-Fetch-Dest": "iframe",
				"Sec-Fetch-User": "?1",
			},
		],
		["a prefetch", { ...navigation, "Sec-Fetch-Site": "none", "Sec-Purpose": "prefetch;prerender" }],
		["an old browser's prefetch", { "X-Moz": "prefetch" }],
		["an unknown site value", { ...navigation, "Sec-Fetch-Site": "news" }],
		["an old browser's image", { Accept: "image/avif,image/webp,*/*;q=0.8" }],
		["a foreign origin", { Origin: "http://evil.example", Host: "box.example:5090" }],
		["an origin that hides", { Origin: "null", Host: "box.example:5090" }],
	])("not %s", async (_, headers) => {
		const { ask, placer } = setUp({ password: PASSWORD });
		const response = await ask(CALL_PATH, { headers });
		expect(response.status).toBe(403);
		expect(response.headers.has("WWW-Authenticate")).toBe(false);
		expect(placer.requests).toEqual([]);
	});
});

describe("every answer", () => {
	test.each(["/index.html", "/", CALL_PATH, "/clicktocall.html"])(
		"of %p has the security headers",
		async (path) => {
			const { ask } = setUp();
			const { headers } = await ask(path);
			expect(headers.get("Content-Security-Policy")).toContain("default-src 'none'");
			expect(headers.get("Content-Security-Policy")).toContain("frame-ancestors 'none'");
			expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
			expect(headers.get("Referrer-Policy")).toBe("no-referrer");
			expect(headers.get("Cache-Control")).toBe("no-store");
		},
	);

	test("that something cannot be done now says when to try again", async () => {
		const { ask, placer } = setUp();
		placer.refusal = { code: 503, text: "Too many calls: MaxCalls is 200", final: true };
		const response = await ask(CALL_PATH);
		expect(response.status).toBe(503);
		expect(response.headers.get("Retry-After")).toBe("5");
		placer.refusal = undefined;
		expect((await ask(CALL_PATH)).headers.has("Retry-After")).toBe(false);
	});

	test("also the one to an error and the one that asks for the password", async () => {
		const { ask } = setUp({
			password: PASSWORD,
			placer: {
				place: () => {
					throw new Error("no");
				},
			},
		});
		expect((await ask(CALL_PATH)).headers.get("Cache-Control")).toBe("no-store");
	});

	test("allows its own style sheet by hash, and no script", async () => {
		const { ask } = setUp();
		const response = await ask("/index.html");
		const page = await response.text();
		const style = /<style>([\s\S]*)<\/style>/.exec(page)?.[1] ?? "";
		const hash = createHash("sha256").update(style).digest("base64");
		expect(response.headers.get("Content-Security-Policy")).toContain(`style-src 'sha256-${hash}';`);
		expect(page).not.toContain("<script");
	});
});
