import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { launchBrowser, newPage } from "../support/browser.ts";
import { curl } from "../support/curl.ts";
import { HttpProxy, PROXY_NAMES } from "../support/proxies.ts";
import { ServerProcess } from "../support/server-process.ts";

const PASSWORD = "a long password";
const USER = ["--digest", "--user", `admin:${PASSWORD}`];

let browser: Browser;
beforeAll(async () => {
	browser = await launchBrowser();
});
afterAll(() => browser.close());

describe.each(PROXY_NAMES)("behind %s", (name) => {
	let server: ServerProcess;
	let proxy: HttpProxy;
	beforeAll(async () => {
		server = await ServerProcess.start({
			settings: {
				TrustedProxies: "127.0.0.1, ::1",
				HttpPrefix: "/ctc",
				HttpAuth: 1,
				HttpAuthPwd: PASSWORD,
				HttpsHsts: 1,
				LogLevel: "INFO",
			},
			lines: ["TranslationPattern = ^(\\d+)$", "TranslationOutput = sip:$1@127.0.0.1:9"],
		});
		proxy = await HttpProxy.start(name, server.httpPort);
	});
	afterAll(async () => {
		await proxy.stop();
		await server.stop();
	});
	const ask = (path: string, ...options: string[]) =>
		curl(proxy.url + path, "--cacert", proxy.certificate, "--max-time", "10", ...options);

	test("every link of a page leads somewhere", async () => {
		const seen = new Set<string>();
		for (const page of ["/", "/history", "/admin", "/index.html", "/call?to=201"]) {
			const { status, body } = await ask(page, ...USER);
			expect(status).toBe(200);
			// What a form sends back to the server has no prefix.
			expect(body.match(/(?<! value)="\/(?!ctc\/)[^"]*"/g)).toBeNull();
			for (const [, path = ""] of body.matchAll(/ (?:href|src)="\/ctc(\/[^"]*)"/g)) seen.add(path);
		}
		expect(seen.size).toBeGreaterThan(7);
		for (const path of seen) expect((await ask(path.replaceAll("&amp;", "&"), ...USER)).status).toBe(200);
		const { body: manifest } = await ask("/manifest.webmanifest");
		expect(manifest).not.toMatch(/"\//);
	});

	test("the form places a call and leads to its page, in a browser with a password", async () => {
		const context = await browser.newContext({
			ignoreHTTPSErrors: true,
			httpCredentials: { username: "admin", password: PASSWORD },
		});
		const page = await newPage(context);
		await page.goto(`${proxy.url}/`);
		await page.fill("#initiator", "201");
		await page.fill("#destination", "202");
		await page.click('#call-form button[type="submit"]');
		await page.waitForURL(/\/ctc\/calls\/[^/]+$/);
		// The end of the call shows by the stream of the page.
		await page.locator('form[action$="/hangup"]').waitFor({ state: "detached" });
		expect(await page.textContent("#connection")).toBe("");
		await context.close();
	});

	test("the interface for programs gives paths that work", async () => {
		const answer = await ask(
			"/api/v1/calls",
			...[...USER, "-i", "-H", "Content-Type: application/json"],
			...["-d", '{"initiator":"201","destination":"202"}'],
		);
		const location = /^location: (\S+)/im.exec(answer.body)?.[1] ?? "";
		expect(location).toStartWith("/ctc/api/v1/calls/");
		expect((await ask(location.slice("/ctc".length), ...USER)).status).toBe(200);
	});

	test("the client's address and scheme are known, whatever it claims", async () => {
		const claims = ["-H", "X-Forwarded-For: 192.0.2.66", "-H", "Forwarded: for=192.0.2.67;proto=http"];
		const wrong = await ask("/", ...claims, "-i", "--digest", "--user", "admin:wrong");
		expect(wrong.status).toBe(401);
		expect(wrong.body.toLowerCase()).toContain("strict-transport-security: max-age=86400");
		await server.says(/(127\.0\.0\.1|::1) gave a wrong user or password/);
		expect(server.output).not.toContain("192.0.2.6");
	});

	test("events come at once", async () => {
		const reader = Bun.spawn(
			[
				"curl",
				"-sN",
				"--cacert",
				proxy.certificate,
				"--max-time",
				"10",
				...USER,
				`${proxy.url}/api/v1/events`,
			],
			{ stdout: "pipe" },
		);
		let seen = "";
		for await (const chunk of reader.stdout) {
			if (seen === "") {
				await ask(
					"/api/v1/calls",
					...USER,
					"-H",
					"Content-Type: application/json",
					"-d",
					'{"initiator":"201","destination":"202"}',
				);
			}
			seen += Buffer.from(chunk).toString();
			if (seen.includes('"201"')) break;
		}
		reader.kill();
		expect(seen).toContain('"201"');
	});
});
