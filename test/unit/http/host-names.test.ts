import { describe, expect, test } from "bun:test";
import { pagesOf } from "./history-page/support.ts";
import { CALL_PATH, PASSWORD, setUp } from "./support.ts";

const BROWSER = { "Accept-Language": "de" };
const EVIL = { ...BROWSER, Host: "evil.example:5090" };

describe("without a password, browsers reach the server by names that are nobody else's", () => {
	test.each([
		"192.0.2.1:5090",
		"192.0.2.1",
		"[2001:db8::1]:5090",
		"[::1]",
		"localhost:5090",
		"LOCALHOST",
		"raspberrypi:5090",
		"raspberrypi.local",
		"box.lan:5090",
		"box.internal.",
		"box.home.arpa",
		"click.example.com:5090",
		"Click.Example.Com.:5090",
	])("%s", async (host) => {
		const { ask } = setUp({ hosts: ["click.example.com"] });
		expect((await ask(CALL_PATH, { headers: { ...BROWSER, Host: host } })).status).toBe(200);
	});

	test.each([
		"evil.example:5090",
		"evil.example.:80",
		"192.0.2.1.evil.example",
		"local.evil.example",
		"evillocal.com",
		"click.example.com.evil.example",
		"evil.example:",
		"localhost:5090.evil.example",
		"1.2.3",
		"",
	])("not %p: a page of another site may have it (DNS rebinding)", async (host) => {
		const { ask, placer, log } = setUp({ hosts: ["click.example.com"] });
		const response = await ask(CALL_PATH, { headers: { ...BROWSER, Host: host } });
		expect(response.status).toBe(403);
		expect(await response.text()).toContain("HttpHosts");
		expect(placer.requests).toEqual([]);
		expect(log.lines.join()).toContain("request from 192.0.2.7 refused");
	});
});

test.each([
	{ "Accept-Language": "de" },
	{ Origin: "http://evil.example:5090" },
	{ "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty" },
])("a browser is known by %p", async (marks: Record<string, string>) => {
	const { ask, placer } = setUp();
	const headers = { ...marks, Host: "evil.example:5090" };
	expect((await ask(CALL_PATH, { headers })).status).toBe(403);
	expect(placer.requests).toEqual([]);
});

test("a program may use any name", async () => {
	const { ask } = setUp();
	const headers = { Host: "click.example.com:5090", "User-Agent": "curl/8.5.0", Accept: "*/*" };
	expect((await ask(CALL_PATH, { headers })).status).toBe(200);
});

test("with a password any name will do, as no browser shows it to another one", async () => {
	const { ask } = setUp({ password: PASSWORD });
	expect((await ask(CALL_PATH, { headers: EVIL })).status).toBe(401);
});

test("what can be read is kept from them as well, by pages and by the interface for programs", async () => {
	const { ask } = pagesOf(undefined);
	for (const path of [
		"/",
		"/live",
		"/history",
		"/history.csv",
		"/calls/1",
		"/api/v1/calls",
		"/api/v1/history",
	])
		expect([path, (await ask(path, { headers: EVIL })).status]).toEqual([path, 403]);
	const order = { method: "POST", headers: { ...EVIL, Origin: "http://evil.example:5090" } };
	expect((await ask("/calls", { ...order, body: "initiator=a&destination=b" })).status).toBe(403);
});

test("a token is as good as a password", async () => {
	const { ask } = setUp({ tokens: [{ token: "0123456789abcdef" }], probes: undefined });
	expect((await ask("/api/v1/calls", { headers: EVIL })).status).not.toBe(403);
});
