import { describe, expect, test } from "bun:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { accessibilityFaults, BrowserBench, newPage } from "../support/browser.ts";
import { DemoServer } from "../support/demo-server.ts";

const bench = new BrowserBench();

/** Opens a page in a fresh browser profile; what the page's console complains about is a failure. */
async function inPage(
	use: (page: Page) => Promise<void>,
	options: BrowserContextOptions = {},
): Promise<void> {
	const context = await bench.browser.newContext(options);
	const page = await newPage(context);
	const complaints: string[] = [];
	page.on("console", (message) => {
		if (message.type() === "error") complaints.push(message.text());
	});
	page.on("pageerror", (error) => complaints.push(String(error)));
	try {
		await use(page);
	} finally {
		await context.close();
	}
	expect(complaints).toEqual([]);
}

async function fill(page: Page, from: string, to: string): Promise<void> {
	await page.getByLabel("From").fill(from);
	await page.getByLabel("To", { exact: true }).fill(to);
}

/** Waits until the tab says so. */
async function tab(page: Page, text: RegExp): Promise<void> {
	while (!text.test(await page.title())) await Bun.sleep(20);
}

describe("the page", () => {
	test("places a call, shows it ring and connect, and hangs it up", () =>
		inPage(async (page) => {
			await page.goto(bench.demo.url("/"));
			await fill(page, "alice", "bob");
			await page.getByLabel("Let me follow the call and hang it up here").check();
			await page.getByRole("button", { name: "Call", exact: true }).click();
			await page.waitForURL(/\/calls\/[0-9a-f]+$/);
			for (const sentence of ["alice rings, bob comes next.", "bob rings.", "bob has answered."])
				await page.locator("#announcement").getByText(sentence).waitFor();
			await page.getByRole("button", { name: "Hang up" }).click();
			await page.getByText("an operator hung up").waitFor();
			expect(await page.getByRole("button", { name: "Hang up" }).count()).toBe(0);
		}));

	test("shows the calls of others as they go, and hangs one up from the list", () =>
		inPage(async (page) => {
			await page.goto(bench.demo.url("/"));
			const id = await bench.demo.place({ initiator: "alice", destination: "nobody", anchor: true });
			const row = page.locator(`[data-key="${id}"]`);
			await row.getByText("comes next").waitFor();
			await row.getByText("has answered").waitFor();
			await row.getByText("rings").waitFor();
			await row.getByRole("button", { name: "Hang up" }).click();
			await page.locator("#recent").getByText("hung up before an answer (destination)").first().waitFor();
			expect(await page.locator(`#in-progress [data-key="${id}"]`).count()).toBe(0);
		}));

	test("remembers who calls, and keeps the focus while the list changes", () =>
		inPage(async (page) => {
			await page.goto(bench.demo.url("/"));
			await fill(page, "alice", "busy");
			await page.getByLabel("To", { exact: true }).press("Enter");
			await page.waitForURL(/\/calls\//);
			await page.goto(bench.demo.url("/"));
			expect(await page.getByLabel("From").inputValue()).toBe("alice");
			const id = await bench.demo.place({ initiator: "alice", destination: "nobody", anchor: true });
			const button = page.locator(`[data-key="${id}"] button`);
			await button.focus();
			await page.locator(`[data-key="${id}"]`).getByText("rings").waitFor();
			await page.locator(`[data-key="${id}"]`).getByText("has answered").waitFor();
			expect(await page.evaluate("document.activeElement.closest('[data-key]').dataset.key")).toBe(id);
			await page.keyboard.press("Enter");
			await page.locator(`#recent [data-key="${id}"]`).waitFor();
		}));

	test("says why a call was not placed, and keeps what was typed", async () => {
		const context = await bench.browser.newContext();
		const page = await context.newPage();
		await page.goto(bench.demo.url("/"));
		await fill(page, "alice", "no such person");
		await page.getByRole("button", { name: "Call", exact: true }).click();
		await page.getByRole("alert").getByText("No call was placed").waitFor();
		expect(await page.getByLabel("To", { exact: true }).inputValue()).toBe("no such person");
		await context.close();
	});

	test.each([360, 1280])("a very long address leaves room for the rest, %i pixels wide", (width) =>
		inPage(
			async (page) => {
				const destination = `sip:${"x".repeat(480)}@example.com`;
				await page.request.post(bench.demo.url("/api/v1/calls"), {
					data: { initiator: "alice", destination },
				});
				await page.goto(bench.demo.url("/"));
				const cell = page.locator("#recent td", { hasText: destination }).first();
				// Calls that were refused come from the history, about a second later.
				while ((await cell.count()) === 0) await page.reload();
				expect((await cell.boundingBox())?.width).toBeGreaterThan(80);
				expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
			},
			{ viewport: { width, height: 800 } },
		),
	);

	test("works without script", () =>
		inPage(
			async (page) => {
				await page.goto(bench.demo.url("/"));
				await fill(page, "alice", "nobody");
				await page.getByRole("button", { name: "Call", exact: true }).click();
				await page.waitForURL(/\/calls\//);
				// The page comes again by itself.
				await page.getByText("rings").first().waitFor();
				await page.getByRole("button", { name: "Hang up" }).click();
				await page.getByText("an operator hung up").waitFor();
			},
			{ javaScriptEnabled: false },
		));

	test("asks before a link of another program calls", () =>
		inPage(async (page) => {
			await page.goto(bench.demo.url("/call?to=busy"));
			await page.getByLabel("From").fill("alice");
			await page.getByRole("button", { name: "Call busy" }).click();
			await page.waitForURL(/\/calls\//);
			await page.locator(".state").getByText("busy (destination)").waitFor();
		}));

	test("counts how long the phones talk, in a tab that says so, and calls again with one press", () =>
		inPage(
			async (page) => {
				await page.goto(bench.demo.url("/"));
				const id = await bench.demo.place({ initiator: "alice", destination: "bob", anchor: true });
				await tab(page, /^\(\d+\) Calls/);
				const row = page.locator(`#in-progress [data-key="${id}"]`);
				await row
					.locator(".timer")
					.getByText(/^0:0[1-9]$/)
					.waitFor();
				const started = await row.locator("time").evaluate((time) => [time.dateTime, time.textContent]);
				expect(started[1]).toBe(new Date(started[0]).toLocaleTimeString("en-GB", { timeZone: "Asia/Tokyo" }));
				await row.getByRole("button", { name: "Hang up" }).click();
				await page.locator(`#recent [data-key="${id}"]`).getByRole("button", { name: "Call again" }).click();
				await page.waitForURL(/\/calls\/[0-9a-f]+$/);
				expect(page.url()).not.toContain(id);
				await tab(page, /^connected: alice to bob/);
				await page.getByRole("button", { name: "Hang up" }).click();
				await page.getByRole("button", { name: "Call again" }).waitFor();
			},
			{ timezoneId: "Asia/Tokyo" },
		));

	test("calls again without script", () =>
		inPage(
			async (page) => {
				await page.goto(bench.demo.url("/call?to=busy&from=alice"));
				await page.getByRole("button", { name: "Call busy" }).click();
				await page.getByText("busy (destination)").first().waitFor();
				const first = page.url();
				await page.getByRole("button", { name: "Call again" }).click();
				await page.waitForURL((url) => url.href !== first);
			},
			{ javaScriptEnabled: false },
		));

	test("keeps what was typed when the server does not answer, and says that nobody was called", async () => {
		const context = await bench.browser.newContext();
		const page = await newPage(context);
		await page.goto(bench.demo.url("/"));
		await fill(page, "alice", "busy");
		await page.getByLabel("To", { exact: true }).focus();
		await context.setOffline(true);
		await page.keyboard.press("Enter");
		await page.locator("#unsent").getByText("no call was placed").waitFor();
		expect(await page.getByLabel("To", { exact: true }).inputValue()).toBe("busy");
		await context.setOffline(false);
		await page.getByRole("button", { name: "Call", exact: true }).click();
		await page.waitForURL(/\/calls\//);
		await context.close();
	});

	test("is in the language of the browser, or in one that is chosen and kept, without script too", () =>
		inPage(
			async (page) => {
				await page.goto(bench.demo.url("/history?text=alice"));
				await page.getByRole("heading", { name: "Verlauf" }).waitFor();
				expect(await page.locator("html").getAttribute("lang")).toBe("de");
				await page.getByRole("button", { name: "Français" }).click();
				await page.getByRole("heading", { name: "Historique" }).waitFor();
				expect(page.url()).toBe(bench.demo.url("/history?text=alice"));
				await page.getByRole("link", { name: "Appels", exact: true }).click();
				await page.getByRole("button", { name: "Appeler", exact: true }).waitFor();
			},
			{ locale: "de-AT", javaScriptEnabled: false },
		));

	test("starts where there is something to type", () =>
		inPage(async (page) => {
			const focused = () => page.evaluate("document.activeElement.id");
			await page.goto(bench.demo.url("/"));
			expect(await focused()).toBe("initiator");
			await page.evaluate("localStorage.setItem('clicktocall-initiator', 'alice')");
			await page.reload();
			expect(await focused()).toBe("destination");
			await page.goto(bench.demo.url("/call?to=bob"));
			expect(await page.evaluate("document.activeElement.textContent")).toBe("Call bob");
		}));

	test("the manual's confirmation leads to the live view of its call", () =>
		inPage(async (page) => {
			await page.goto(bench.demo.url("/clicktocall.html?initiator=alice&destination=busy"));
			await page.getByRole("link", { name: "Watch the call" }).click();
			await page.waitForURL(/\/calls\//);
		}));
});

test("tel: links of another site's page become links to the question", async () => {
	const snippet = `<script src="${bench.demo.url("/tel-links.js")}" data-from="201" defer></script>`;
	const links = [
		"tel:%zz",
		"tel:+49%20301",
		"TEL:+1-(201).555;ext=7",
		"tel:*21%23",
		"tel:///+49(0)30 301",
		"tel:1-800-FLOWERS",
		"mailto:a@b",
	];
	const crm = Bun.serve({
		port: 0,
		hostname: "127.0.0.1",
		fetch: ({ url }) =>
			new Response(
				url.endsWith("/") ? links.map((link) => `<a href="${link}">x</a>`).join("") + snippet : "",
				{
					headers: { "Content-Type": "text/html" },
				},
			),
	});
	try {
		await inPage(async (page) => {
			await page.goto(`http://127.0.0.1:${crm.port}/`);
			await page
				.locator(`a[href^="${bench.demo.url("/call")}"]`)
				.first()
				.waitFor();
			const addresses = await page.evaluate("[...document.links].map((link) => link.getAttribute('href'))");
			// One that cannot be read is left as it is, and so are those after it read all the same.
			const call = (to: string) => bench.demo.url(`/call?to=${to}&from=201`);
			expect(addresses).toEqual([
				"tel:%zz",
				call("%2B49301"),
				call("%2B1201555"),
				call("*21%23"),
				call("%2B4930301"),
				call("1-800-FLOWERS"),
				"mailto:a@b",
			]);
		});
	} finally {
		await crm.stop(true);
	}
});

test("tel: links are seen wherever they are, and whenever they become one", async () => {
	const html = `<a id="late" href="/x" target="frame">x</a><div id="host"></div><p id="empty"></p>
		<script>
			const shadow = (element) => element.attachShadow({ mode: "open" });
			shadow(document.querySelector("#host")).innerHTML = '<a href="tel:030/301">x</a><b></b>';
			const change = () => {
				document.querySelector("#late").href = "tel:+49 (0)30 302";
				document.querySelector("#host").shadowRoot.querySelector("b").innerHTML = '<a href="tel:303">x</a>';
				shadow(document.querySelector("#empty")).innerHTML = '<i><a href="tel:304">x</a></i>';
			};
			const links = () => [document, ...["host", "empty"].map((id) => document.getElementById(id).shadowRoot)]
				.flatMap((root) => [...(root?.querySelectorAll("a") ?? [])].map((link) => link.href));
		</script>
		<script src="${bench.demo.url("/tel-links.js")}" defer></script>`;
	const site = Bun.serve({
		port: 0,
		hostname: "127.0.0.1",
		fetch: () => new Response(html, { headers: { "Content-Type": "text/html" } }),
	});
	try {
		await inPage(async (page) => {
			await page.goto(`http://127.0.0.1:${site.port}/`);
			const call = (to: string) => bench.demo.url(`/call?to=${to}`);
			expect(await page.evaluate("links()")).toEqual([`http://127.0.0.1:${site.port}/x`, call("030301")]);
			await page.evaluate("change()");
			expect(await page.evaluate("links()")).toEqual(["%2B4930302", "030301", "303", "304"].map(call));
			const late = "document.querySelector('#late')";
			expect(await page.evaluate(`${late}.target`)).toBe("_blank");
			await page.evaluate(`${late}.href = "/y"`);
			expect(await page.evaluate(`${late}.target`)).toBe("frame");
		});
	} finally {
		await site.stop(true);
	}
});

test("on localhost a button makes the page the one that opens tel: links", () =>
	inPage(async (page) => {
		await page.addInitScript(
			"navigator.registerProtocolHandler = (...what) => { document.documentElement.dataset.handler = what; }",
		);
		await page.goto(bench.demo.url("/"));
		await page.getByRole("button", { name: "Open telephone links here" }).click();
		expect(await page.evaluate("document.documentElement.dataset.handler")).toBe(
			`tel,${bench.demo.url("/call?to=%s")}`,
		);
	}));

test("the history is searched, and downloaded", () =>
	inPage(async (page) => {
		await bench.demo.place({ initiator: "carol", destination: "busy", anchor: true });
		await page.goto(bench.demo.url("/history"));
		// A call is in the history about a second after it has changed.
		while ((await page.getByText("carol").count()) === 0) await page.reload();
		await page.getByLabel("Part of a number or name").fill("carol");
		await page.getByRole("button", { name: "Search" }).click();
		await page.waitForURL(/text=carol/);
		const [download] = await Promise.all([
			page.waitForEvent("download"),
			page.getByRole("link", { name: "Download as CSV" }).click(),
		]);
		expect(download.suggestedFilename()).toBe("clicktocall-history.csv");
	}));

test("with HttpAuth nothing is shown without the password, and all with it", async () => {
	const closed = await DemoServer.start(["--HttpAuth=1", "--HttpAuthPwd=open sesame"]);
	try {
		for (const path of [
			"/",
			"/live",
			"/call?to=bob",
			"/history",
			"/history.csv",
			"/admin",
			"/api/v1/calls",
			"/metrics",
		])
			expect([path, (await fetch(closed.url(path))).status]).toEqual([path, 401]);
		await inPage(
			async (page) => {
				await page.goto(closed.url("/"));
				await fill(page, "alice", "busy");
				await page.getByRole("button", { name: "Call", exact: true }).click();
				await page.waitForURL(/\/calls\//);
				await page.locator(".state").getByText("busy (destination)").waitFor();
			},
			{ httpCredentials: { username: "admin", password: "open sesame" } },
		);
	} finally {
		await closed.stop();
	}
});

describe("accessibility", () => {
	test.each([
		["light", "en"],
		["dark", "de"],
		["light", "fr"],
		["light", "es"],
	] as const)("axe-core finds nothing wrong with any page, %s, %s", async (colorScheme, locale) => {
		const id = await bench.demo.place({ initiator: "alice", destination: "nobody", anchor: true });
		await inPage(
			async (page) => {
				for (const path of [
					"/",
					`/calls/${id}`,
					"/call?to=bob",
					"/history",
					"/admin?address=alice",
					"/index.html",
				]) {
					await page.goto(bench.demo.url(path));
					await page.locator("h1").waitFor();
					expect([path, await accessibilityFaults(page)]).toEqual([path, []]);
				}
			},
			{ colorScheme, locale },
		);
		await fetch(bench.demo.url(`/api/v1/calls/${id}`), { method: "DELETE" });
	});
});
