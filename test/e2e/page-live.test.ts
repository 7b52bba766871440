import { expect, test } from "bun:test";
import type { BrowserContext, Page } from "playwright-core";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { BrowserBench, newPage } from "../support/browser.ts";
import { DemoServer } from "../support/demo-server.ts";
import { ServerProcess } from "../support/server-process.ts";

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

/** The server's events, as a program reads them that comes back after the last one it has got. */
async function events(server: ServerProcess, after?: string) {
	const response = await fetch(`http://localhost:${server.httpPort}/api/v1/events`, {
		headers: after === undefined ? {} : { "Last-Event-ID": after },
	});
	const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
	let text = "";
	const got: { id: string; number: number; kind: string; data: string }[] = [];
	/** Waits until an event fits. */
	const until = async (fits: (event: (typeof got)[number]) => boolean): Promise<void> => {
		while (!got.some(fits)) {
			const { value, done } = (await reader?.read()) ?? { done: true };
			if (done) throw new Error(`the stream ended after ${JSON.stringify(got)}`);
			text += value;
			const blocks = text.split("\n\n");
			text = blocks.pop() ?? "";
			for (const block of blocks) {
				const field = (name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? "";
				if (field("id") === "") continue;
				const id = field("id");
				got.push({ id, number: Number(id.split(".")[1]), kind: field("event"), data: field("data") });
			}
		}
	};
	return { got, until, stop: () => reader?.cancel() };
}

test("calls outlive a kill on an open page and in the stream of events: none is missing, none is there twice", async () => {
	const server = await ServerProcess.start({ settings: { KeepCalls: 1, LogLevel: "INFO" } });
	const phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
	const context = await bench.browser.newContext();
	const place = async (): Promise<string> => {
		const response = await fetch(`http://localhost:${server.httpPort}/api/v1/calls`, {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify({
				initiator: phone.uri("answer"),
				destination: phone.uri("answer"),
				anchor: true,
			}),
		});
		return ((await response.json()) as { id: string }).id;
	};
	try {
		const page = await open(context, `http://localhost:${server.httpPort}/`);
		const before = await events(server);
		const ids = [await place(), await place()];
		for (const id of ids)
			await before.until(
				({ kind, data }) => kind === "state" && data.includes(id) && data.includes('"connected"'),
			);
		const listed = (where: string): Promise<(string | null)[]> =>
			page
				.locator(`${where} [data-key]`)
				.evaluateAll((rows) => rows.map((row) => row.getAttribute("data-key")));
		for (const id of ids) await page.locator(`#in-progress [data-key="${id}"]`).waitFor();
		// What was connected some time ago is in the file.
		await Bun.sleep(200);
		await before.stop();
		await server.kill();
		await page.locator("#connection").getByText("is lost").waitFor();
		await server.restart();
		await page.locator("#connection:empty").waitFor({ state: "attached" });
		expect((await listed("#in-progress")).toSorted()).toEqual(ids.toSorted());
		const last = before.got.at(-1);
		const after = await events(server, last?.id);
		await after.until(({ kind }) => kind === "snapshot");
		const { calls } = JSON.parse(after.got[0]?.data ?? "") as { calls: { id: string; state: string }[] };
		expect(calls.map(({ id, state }) => [id, state]).toSorted()).toEqual(
			ids.map((id) => [id, "connected"]).toSorted(),
		);
		const [first = "", second = ""] = ids;
		// Each call has two legs, in the order in which they were placed.
		phone.calls[0]?.hangup();
		const third = await place();
		await page.locator(`#recent [data-key="${first}"]`).waitFor();
		await page.locator(`#in-progress [data-key="${third}"]`).waitFor();
		await after.until(
			({ kind, data }) => kind === "state" && data.includes(first) && data.includes('"ended"'),
		);
		await after.until(
			({ kind, data }) => kind === "state" && data.includes(third) && data.includes('"connected"'),
		);
		expect((await listed("#in-progress")).toSorted()).toEqual([second, third].toSorted());
		expect((await listed("#recent")).filter((id) => id === first)).toEqual([first]);
		const numbers = after.got.map(({ number }) => number);
		expect(numbers).toEqual([...new Set(numbers)].toSorted((one, other) => one - other));
		expect(numbers[0]).toBeGreaterThan(last?.number ?? Number.POSITIVE_INFINITY);
		await after.stop();
	} finally {
		await context.close();
		for (const call of phone.calls) call.hangup();
		await phone.stop();
		await server.stop();
	}
}, 60_000);

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
