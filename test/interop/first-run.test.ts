/** A new box from its first visitor to its first call, in a browser, at a real PBX: Kamailio, which asks for Digest. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { Authority } from "../support/authority.ts";
import { accessibilityFaults, launchBrowser, newPage } from "../support/browser.ts";
import { Kamailio, PASSWORD, REALM } from "../support/kamailio.ts";
import { ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";

const CHOSEN = "my own password";

let authority: Authority;
let pbx: Kamailio;
let phone: SimulatedPhone;
let browser: Browser;
let server: ServerProcess;

beforeAll(async () => {
	authority = new Authority();
	phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
	pbx = await Kamailio.start({
		address: "127.0.0.1",
		identity: authority.issue({ names: "IP:127.0.0.1" }),
		algorithm: "MD5",
		challenged: "ClickToCall",
		maxExpires: 600,
		registeredOnly: true,
	});
	for (const user of ["201", "202"]) await register(user, phone.uri("answer"));
	server = await ServerProcess.start({
		settings: { HttpAuth: 1, HttpAuthPwd: "random-and-unknown", FirstRun: 1, ClickToCallIdentity: "" },
		lines: ["TranslationPattern = ^([0-9]+)$", "TranslationOutput = sip:$1@example.com"],
	});
	browser = await launchBrowser();
});

afterAll(async () => {
	await browser.close();
	await server.stop();
	await pbx.stop();
	await phone.stop();
	authority[Symbol.dispose]();
});

/** Has the PBX know a phone. */
async function register(user: string, contact: string): Promise<void> {
	const socket = createSocket("udp4");
	const answer = Promise.withResolvers<string>();
	socket.on("message", (bytes) => answer.resolve(bytes.toString()));
	await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
	const { port } = socket.address();
	const lines = [
		`REGISTER sip:127.0.0.1:${pbx.port} SIP/2.0`,
		`Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${user}`,
		"Max-Forwards: 70",
		`From: <${pbx.aor(user)}>;tag=${user}`,
		`To: <${pbx.aor(user)}>`,
		`Call-ID: phone-${user}`,
		"CSeq: 1 REGISTER",
		`Contact: <${contact}>`,
		"Expires: 600",
		"User-Agent: phone",
		"Content-Length: 0",
	];
	socket.send(`${lines.join("\r\n")}\r\n\r\n`, pbx.port, "127.0.0.1");
	expect(await answer.promise).toStartWith("SIP/2.0 200");
	socket.close();
}

const url = (path: string): string => `http://localhost:${server.httpPort}${path}`;
const config = (): string => readFileSync(join(server.folder, "clicktocall.config"), "utf8");

async function visitor(password?: string, script = true): Promise<Page> {
	const httpCredentials = password === undefined ? undefined : { username: "admin", password };
	return newPage(
		await browser.newContext({ javaScriptEnabled: script, ...(httpCredentials && { httpCredentials }) }),
	);
}

/** What the page says after an account was tried. */
async function tried(page: Page, account: Record<string, string>): Promise<string> {
	for (const [name, value] of Object.entries(account)) await page.fill(`#${name}`, value);
	await page.click('button[formaction="/setup/try"]');
	return (await page.textContent("#told")) ?? "";
}

test("a new box asks for its password and does nothing until then", async () => {
	const client = await XmlClient.connect(server.xmlPort);
	const refused = client.place({ initiator: "201", destination: "202" });
	expect((await refused.finished()).at(-1)).toStartWith("503");
	client.stop();

	const page = await visitor(undefined, false);
	await page.goto(url("/admin"));
	expect(page.url()).toBe(url("/setup/first"));
	await page.fill("#password", CHOSEN);
	await page.fill("#again", "another");
	await page.click("main button[type=submit]");
	expect(await page.textContent("#told")).toContain("differ");
	await page.fill("#password", CHOSEN);
	await page.fill("#again", CHOSEN);
	await page.click("main button[type=submit]");
	expect(await page.textContent("main")).toContain("The password is set");
	expect(config()).toContain("\nHttpAuthPwd = {HA1}MD5:");
	expect(config()).not.toContain("FirstRun");
	expect((await fetch(url("/"))).status).toBe(401);
});

test("the PBX says what is wrong with an account, and the one that it takes leads to the first call", async () => {
	const page = await visitor(CHOSEN);
	await page.goto(url("/setup/account?first=1"));
	expect(await accessibilityFaults(page)).toEqual([]);
	const account = { pbx: `127.0.0.1:${pbx.port}`, user: "click2call", password: "wrong", realm: "" };
	const wrong = await tried(page, account);
	expect(wrong).toContain("401");
	expect(wrong).toContain(REALM);
	expect(await tried(page, { ...account, realm: "elsewhere", password: PASSWORD })).toContain(
		`an account of the realm ${REALM}`,
	);
	expect(await tried(page, { ...account, pbx: "nowhere.invalid" })).toContain("leads to no address");
	expect(await tried(page, { ...account, pbx: "127.0.0.1:1;transport=tcp" })).toContain("refused");
	expect(await tried(page, { ...account, password: PASSWORD })).toContain("has taken the account");
	expect(config()).not.toContain(PASSWORD);

	await page.fill("#password", PASSWORD);
	await page.click("main button[type=submit]:not([formaction])");
	// The server starts again, and the page goes on by itself.
	await page.waitForURL(url("/setup/first-call"), { timeout: 20_000 });
	expect(config()).toContain(`ClickToCallIdentity = ${pbx.aor("click2call")}\n`);
	expect(config()).toContain(`\nTranslationOutput = sip:$1@127.0.0.1:${pbx.port}\n`);
	await server.says(/Register: .* is registered/);
	await page.fill("#initiator", "201");
	await page.fill("#destination", "202");
	await page.click("main button[type=submit]");
	await page.waitForURL(/\/calls\/\w+$/);
	await page.getByText("Connected", { exact: false }).first().waitFor();
	await page.click("button.hang-up");
});
