import { expect, test } from "bun:test";
import type { BrowserContext, Page } from "playwright-core";
import { BrowserBench, newPage } from "../support/browser.ts";
import { DemoServer } from "../support/demo-server.ts";

const PASSWORD = "open sesame";
const TOKEN_TEXT = "open-barley-16ch";
const TOKEN = { Authorization: `Bearer ${TOKEN_TEXT}` };
/** More than the connections that a browser holds to one server. */
const MANY = 8;

const bench = new BrowserBench();

async function open(context: BrowserContext, address: string): Promise<Page> {
	const page = await newPage(context);
	await page.goto(address);
	return page;
}

/** Does what a browser does with a page whose tab is left; without a window there are no tabs to leave. */
async function leave(page: Page, hidden: boolean): Promise<void> {
	await page.evaluate(
		`Object.defineProperty(document, "hidden", { value: ${hidden}, configurable: true });
		document.dispatchEvent(new Event("visibilitychange"))`,
	);
}

test("pages that are left open say that the server is gone, and go on when it is back", async () => {
	const server = await DemoServer.start([
		"--HttpAuth=1",
		`--HttpAuthPwd=${PASSWORD}`,
		`--HttpApiToken=${TOKEN_TEXT}`,
	]);
	const context = await bench.browser.newContext({
		httpCredentials: { username: "admin", password: PASSWORD },
	});
	const place = async (): Promise<string> => {
		const response = await fetch(server.url("/api/v1/calls"), {
			method: "POST",
			headers: { ...TOKEN, "Content-Type": "application/json" },
			body: JSON.stringify({ initiator: "alice", destination: "nobody", anchor: true }),
		});
		return ((await response.json()) as { id: string }).id;
	};
	try {
		const list = await open(context, server.url("/"));
		const id = await place();
		const call = await open(context, server.url(`/calls/${id}`));
		await call.getByRole("button", { name: "Hang up" }).waitFor();
		// The call is in the history about a second later.
		while ((await fetch(server.url(`/api/v1/history/${id}`), { headers: TOKEN })).status !== 200)
			await Bun.sleep(50);
		await list.getByLabel("To", { exact: true }).fill("typed before");
		await server.crash();
		for (const page of [list, call]) await page.locator("#connection").getByText("is lost").waitFor();
		await server.again();
		await list.locator("#in-progress").getByText("No calls in progress.").waitFor();
		await list.locator("#connection:empty").waitFor({ state: "attached" });
		expect(await list.getByLabel("To", { exact: true }).inputValue()).toBe("typed before");
		await list.locator("#recent").getByText("interrupted: the server went down").waitFor();
		await call.getByText("interrupted: the server went down").waitFor();
		expect(await call.getByRole("button", { name: "Hang up" }).count()).toBe(0);
		await list.locator(`#in-progress [data-key="${await place()}"]`).waitFor();
	} finally {
		await context.close();
		await server.stop();
	}
});

test("hidden pages hold no connection, so that many can be open", async () => {
	const context = await bench.browser.newContext();
	const id = await bench.demo.place({ initiator: "alice", destination: "nobody", anchor: true });
	const first = await open(context, bench.demo.url("/"));
	for (let count = 0; count < MANY; count += 1) await leave(await open(context, bench.demo.url("/")), true);
	await leave(first, true);
	await fetch(bench.demo.url(`/api/v1/calls/${id}`), { method: "DELETE" });
	await first.locator(`#in-progress [data-key="${id}"]`).waitFor();
	await leave(first, false);
	await first.locator(`#recent [data-key="${id}"]`).waitFor();
	await context.close();
});
