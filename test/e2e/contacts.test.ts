import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { accessibilityFaults, launchBrowser, newPage } from "../support/browser.ts";
import { DemoServer } from "../support/demo-server.ts";
import { EXECUTABLE } from "../support/server-process.ts";

let folder: string;
let demo: DemoServer;
let browser: Browser;

const card = (name: string, number: string): string =>
	`BEGIN:VCARD\r\nVERSION:4.0\r\nFN:${name}\r\nTEL:${number}\r\nEND:VCARD\r\n`;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "contacts-"));
	const file = join(folder, "office.vcf");
	writeFileSync(file, card("Bob Maître", "bob") + card("Alice Weiß", "alice") + card("Zoë", "+49 30 555"));
	browser = await launchBrowser();
	demo = await DemoServer.start([`--Contacts=${file}`]);
});

afterAll(async () => {
	await browser.close();
	await demo.stop();
	rmSync(folder, { recursive: true, force: true });
});

test("a part of a name finds its number, and the name stands beside the number from then on", async () => {
	const context = await browser.newContext({ viewport: { width: 1100, height: 900 } });
	const page = await newPage(context);
	const complaints: string[] = [];
	page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
	await page.goto(demo.url("/"));
	const to = page.getByLabel("To", { exact: true });
	await to.pressSequentially("maitre");
	// The browser hides options without what was typed.
	const option = page.locator('#destination-contacts option[label="Bob Maître (maitre)"]');
	await option.waitFor({ state: "attached" });
	expect(await option.getAttribute("value")).toBe("bob");
	await to.fill("Maît");
	await page.locator('#destination-contacts option[label="Bob Maître"]').waitFor({ state: "attached" });
	expect(await accessibilityFaults(page)).toEqual([]);
	await page.getByLabel("From").fill("alice");
	await to.fill("bob");
	await page.getByLabel("Let me follow the call and hang it up here").check();
	await page.getByRole("button", { name: "Call", exact: true }).click();
	await page.getByText("Bob Maître").first().waitFor();
	await page.locator("#announcement").getByText("has answered").waitFor();
	await page.getByRole("button", { name: "Hang up" }).click();
	await page.getByText("an operator hung up").waitFor();
	for (const path of ["/", "/history"]) {
		await page.goto(demo.url(path));
		for (const name of ["Alice Weiß", "Bob Maître"]) await page.getByText(name).first().waitFor();
		expect(await accessibilityFaults(page)).toEqual([]);
	}
	expect(complaints).toEqual([]);
	await context.close();
});

test("programs get the names of phones, also of past calls", async () => {
	const { calls } = (await (await fetch(demo.url("/api/v1/history"))).json()) as {
		calls: { initiator: object; destination: object }[];
	};
	expect(calls[0]).toMatchObject({ initiator: { name: "Alice Weiß" }, destination: { name: "Bob Maître" } });
	const found = await (await fetch(demo.url(`/contacts?${new URLSearchParams({ q: "030 55" })}`))).json();
	expect(found).toEqual([{ name: "Zoë", number: "+49 30 555" }]);
});

test("check says how many there are, and names what it passes over", async () => {
	const file = join(folder, "bad.csv");
	writeFileSync(file, "Name,Phone\nAnna,1\nNobody,\n");
	writeFileSync(
		join(folder, "clicktocall.config"),
		"TranslationPattern = .\nTranslationOutput = sip:a@example.com\n",
	);
	const child = Bun.spawn([EXECUTABLE, "check", "--closed", `--Contacts=${file}`], {
		cwd: folder,
		stdout: "pipe",
		stderr: "pipe",
	});
	const text = (await new Response(child.stdout).text()) + (await new Response(child.stderr).text());
	expect(text).toContain(`would know 1 contact from ${file}`);
	expect(text).toContain(`${file}:3: the contact is passed over: it has no number`);
});
