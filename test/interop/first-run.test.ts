/** A new box from its first visitor to its first call and further, in a browser, at a real PBX: Kamailio, which asks for Digest. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { createSocket } from "node:dgram";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import type { TlsIdentity } from "../../src/tls/tls-files.ts";
import { Authority } from "../support/authority.ts";
import { accessibilityFaults, launchBrowser, newPage } from "../support/browser.ts";
import { freePorts } from "../support/free-port.ts";
import { Kamailio, PASSWORD, REALM } from "../support/kamailio.ts";
import { ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";

const CHOSEN = "my own password";
const CHANGED = "another one of mine";

/** How long a restart may take at most, in milliseconds. */
const RESTART = 45_000;

let authority: Authority;
let pbx: Kamailio;
let phone: SimulatedPhone;
let browser: Browser;
let server: ServerProcess;
/** The one certificate that the browser takes. */
let issued: TlsIdentity;

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
	port = server.httpPort;
	issued = authority.issue({ names: "DNS:box.example.com" });
	browser = await launchBrowser(issued.certificate);
	[securePort = 0] = await freePorts(1);
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

/** Where the pages are. */
let port: number;
let securePort: number;
const url = (path: string): string => `http://localhost:${port}${path}`;
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

async function choosePair(page: Page, certificate: string, key: string): Promise<void> {
	for (const [name, pem] of Object.entries({ certificate, key })) {
		const buffer = Buffer.from(pem);
		await page.setInputFiles(`input[name=${name}]`, { name: `${name}.pem`, mimeType: "text/plain", buffer });
	}
	await page.click("main form[enctype] button[type=submit]");
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
	await page.waitForURL(url("/setup/first-call"), { timeout: RESTART });
	expect(config()).toContain(`ClickToCallIdentity = ${pbx.aor("click2call")}\n`);
	expect(config()).toContain(`\nTranslationOutput = sip:$1@127.0.0.1:${pbx.port}\n`);
	await page.getByText("The change stays.").waitFor();
	await server.says(/Register: .* is registered/);
	await page.fill("#initiator", "201");
	await page.fill("#destination", "202");
	await page.click("main button[type=submit]");
	await page.waitForURL(/\/calls\/\w+$/);
	await page.getByText("Connected", { exact: false }).first().waitFor();
	await page.click("button.hang-up");
});

test("rules, password and certificate are changed in the browser, and each change stays", async () => {
	const page = await visitor(CHOSEN);
	await page.goto(url("/setup/rules"));
	await page.click("button[value=add]");
	await page.locator("[name=TranslationPattern]").last().fill("^bob$");
	await page.locator("[name=TranslationOutput]").last().fill("sip:bob@192.0.2.1");
	await page.locator("button[value^=up]").last().click();
	await page.fill("#addresses", "201\nbob");
	await page.click("button[value=test]");
	expect(await page.textContent("#tried")).toMatch(/201 → sip:201@127.*bob → sip:bob@192.0.2.1/s);
	expect(await accessibilityFaults(page)).toEqual([]);
	await page.click("button[value=save]");
	expect(await page.textContent("#told")).toContain("Saved. Now in force: TranslationPattern.");
	await page.getByText("The change stays.").waitFor();
	expect(config()).toMatch(/= \^bob\$\nTranslationOutput = sip:bob@192\.0\.2\.1\nTranslationPattern = /);

	await page.goto(url("/setup/certificates"));
	await page.setViewportSize({ width: 360, height: 740 });
	await choosePair(page, issued.certificate, authority.issue({ names: "DNS:other.example.com" }).key);
	expect(await page.textContent("#told")).toContain("The key does not belong to the certificate");
	expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
	await choosePair(page, issued.certificate, issued.key);
	expect(await page.textContent("#told")).toContain("box.example.com");

	await page.goto(url("/setup/settings"));
	await page.fill("#MaxCalls", "many");
	await page.fill("#HttpAuthPwd", CHANGED);
	await page.click("button:text('Check and save')");
	expect(await page.textContent("#MaxCalls ~ [role=alert]")).toContain("expected a whole number");
	await page.fill("#MaxCalls", "77");
	await page.fill("#HttpsPort", `${securePort}`);
	await page.fill("#HttpAuthPwd", CHANGED);
	await page.click("button:text('Check and save')");
	expect(config()).toContain("\nMaxCalls = 77\n");
	expect(config()).not.toContain(CHANGED);
	await page.click("button:text('Restart now')");
	const other = await visitor(CHANGED);
	await until(async () => (await other.goto(url("/setup/versions")).catch(() => null))?.status() === 200);
	expect(await other.textContent("table")).toMatch(/MaxCalls.*TranslationPattern/s);
});

test("accounts, users, tokens and webhooks are rows that are changed in the browser", async () => {
	const page = await visitor(CHANGED);
	const token = "a-token-of-sixteen-characters";
	const save = async (): Promise<string> => {
		await page.locator("button[value=save]").first().click();
		return (await page.textContent("#told")) ?? "";
	};
	for (const [path, first, fields] of [
		[
			"accounts",
			"SipAuthUser",
			{ SipAuthUser: "other", SipAuthPassword: "of-another", SipAuthRealm: "b.example" },
		],
		["users", "HttpUser", { HttpUser: "anna", HttpUserPassword: "of-anna", HttpUserPhone: "201\n202" }],
		["tokens", "HttpApiToken", { HttpApiToken: token, HttpApiTokenName: "crm" }],
		["webhooks", "Webhook", { Webhook: "http://127.0.0.1:1/secret-path", WebhookSecret: "of-the-hook" }],
	] as const) {
		await page.goto(url(`/setup/${path}`));
		await page.click("button[value=add]");
		for (const [name, value] of Object.entries(fields))
			await page.locator(`[name=${name}]`).last().fill(value);
		expect(await save()).toContain("Saved.");
		await page.getByText("The change stays.").waitFor();
		expect(config()).toContain(`\n${first} = ${fields[first as keyof typeof fields]}\n`);
		expect(await page.content()).not.toMatch(/of-another|of-anna|a-token|secret-path|of-the-hook/);
	}
	expect(config()).toMatch(
		/HttpUser = anna\nHttpUserPassword = \{HA1\}.*\nHttpUserPhone = 201\nHttpUserPhone = 202\n/,
	);

	// A row is wrong at its field, nothing is lost by it, and a secret that is not typed again stays.
	const before = config();
	await page.goto(url("/setup/users"));
	await page.click("button[value=add]");
	await page.fill("#HttpUser-2", "anna");
	await page.fill("#HttpUserPassword-2", "of-bert");
	await page.fill("#HttpUserPhone-2", "301");
	expect(await save()).toContain("It was not saved");
	expect(await page.textContent("#HttpUser-2 ~ [role=alert]")).toContain("a name that no other user");
	await page.fill("#HttpUser-2", "bert");
	await page.fill("#HttpUserPhone-1", "209");
	expect(await save()).toContain("Saved.");
	await page.getByText("The change stays.").waitFor();
	expect(config()).toMatch(
		/HttpUserPhone = 209\nHttpUser = bert\nHttpUserPassword = \{HA1\}.*\nHttpUserPhone = 301\n/,
	);
	await page.click("button[value='remove 1']");
	await page.fill("#HttpUserPhone-1", "201\n202");
	expect(await save()).toContain("Saved.");
	await page.getByText("The change stays.").waitFor();
	expect(config()).toBe(before);
});

test("axe-core finds nothing wrong with any page of the set-up, in the dark, on a narrow screen", async () => {
	const page = await newPage(
		await browser.newContext({
			httpCredentials: { username: "admin", password: CHANGED },
			colorScheme: "dark",
			locale: "de",
			viewport: { width: 360, height: 740 },
		}),
	);
	await page.goto(url("/setup/account"));
	const links = await page.locator("nav.sheet a").all();
	const pages = await Promise.all(links.map((link) => link.getAttribute("href")));
	expect(pages.length).toBeGreaterThan(10);
	for (const path of [...pages, "/setup/account?first=1", "/setup/first-call", "/setup/restarting"]) {
		await page.goto(url(path ?? ""));
		expect([path, await accessibilityFaults(page)]).toEqual([path, []]);
		expect([path, await page.evaluate("document.documentElement.scrollWidth")]).toEqual([path, 360]);
	}
});

test("the page finds the box at its new port by itself, and the change stays", async () => {
	const other = await visitor(CHANGED);
	await other.goto(url("/setup/settings"));
	const [moved = 0] = await freePorts(1);
	await other.fill("#HttpPort", `${moved}`);
	await other.click("button:text('Check and save')");
	await other.click("button:text('Restart now')");
	await other.waitForURL(`http://localhost:${moved}/setup/settings`, { timeout: RESTART });
	port = moved;
	await other.getByText("The change stays.").waitFor();
});

test("a wrong change goes back by itself, also when the server is killed meanwhile", async () => {
	const before = config();
	// The browser takes no such certificate. That it still has a connection from before does not count.
	const secure = await visitor(CHANGED);
	const certificates = `https://localhost:${securePort}/setup/certificates`;
	await secure.goto(certificates);
	const refused = secure.waitForEvent("requestfailed");
	const other = authority.issue({ names: "DNS:other.example.com" });
	await choosePair(secure, other.certificate, other.key);
	expect((await refused).failure()?.errorText).toContain("ERR_CERT");
	const trial = join(server.folder, "clicktocall.config.trial");
	expect(existsSync(trial)).toBe(true);

	const page = await visitor(CHANGED, false);
	await page.goto(url("/setup/settings"));
	const [wrong = 0] = await freePorts(1);
	await page.fill("#HttpPort", `${wrong}`);
	await page.click("button:text('Check and save')");
	expect(config()).toContain(`HttpPort = ${wrong}\n`);
	// Nobody confirms it, and the minute is nearly over.
	writeFileSync(
		trial,
		JSON.stringify({ ...JSON.parse(readFileSync(trial, "utf8")), until: Date.now() + 12_000 }),
	);
	await server.kill();
	await server.restart();
	expect((await fetch(`http://localhost:${wrong}/`)).status).toBe(401);
	await until(() => config() === before);
	await until(async () => (await fetch(url("/")).catch(() => undefined))?.status === 401);
	expect(server.output).toContain(
		"nobody has confirmed the change of HttpPort, https_key.pem, https_cert.pem: the configuration before is back",
	);
	await page.goto(url("/setup/account"));
	expect(await page.textContent("#went-back")).toMatch(/At .* went back by itself.*HttpPort/);
	await secure.goto(certificates);
	expect(await secure.textContent("main")).not.toContain("other.example.com");
});

/** Waits for something, as long as a restart may take at most. */
async function until(is: () => boolean | Promise<boolean>): Promise<void> {
	const end = Date.now() + RESTART;
	while (!(await is())) {
		if (Date.now() > end) throw new Error(`it has not come about within ${RESTART} ms: ${is}`);
		await Bun.sleep(100);
	}
}
