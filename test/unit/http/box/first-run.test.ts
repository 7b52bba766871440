import { expect, test } from "bun:test";
import { setUp } from "../support.ts";
import { FakeFirstRun } from "./support.ts";

const FOR_PEOPLE = { Accept: "text/html", Host: "192.168.1.20" };

function newBox(box?: "closed") {
	const firstRun = new FakeFirstRun();
	const { app, placer } = setUp({ firstRun, password: "random", box });
	const ask = async (path: string, init: RequestInit = {}, peer = "192.168.1.30"): Promise<Response> =>
		app.request(`http://192.168.1.20${path}`, { headers: FOR_PEOPLE, ...init }, { peer });
	const set = (password: string, again = password, more: Record<string, string> = {}) =>
		ask("/setup/first", {
			method: "POST",
			headers: { ...FOR_PEOPLE, Origin: "http://192.168.1.20", ...more },
			body: new URLSearchParams({ password, again }),
		});
	return { firstRun, placer, ask, set };
}

test("every page leads to the one that asks for the password", async () => {
	const { ask } = newBox();
	for (const path of ["/", "/admin", "/index.html", "/history"]) {
		const response = await ask(path);
		expect([response.status, response.headers.get("Location")]).toEqual([303, "/setup/first"]);
	}
	const page = await ask("/setup/first");
	expect(page.status).toBe(200);
	expect((await page.text()).match(/type="password"/g)).toHaveLength(2);
});

test("everything else is refused with what there is to do, and no call is placed", async () => {
	const { ask, placer } = newBox();
	for (const [path, method] of [
		["/clicktocall.html?initiator=1&destination=2", "GET"],
		["/calls", "POST"],
		["/api/v1/calls", "GET"],
		["/metrics", "GET"],
	] as const) {
		const response = await ask(path, { method, headers: { Host: "192.168.1.20" } });
		expect(response.status).toBe(503);
		expect(await response.text()).toContain("waits for its password");
	}
	expect(placer.requests).toEqual([]);
});

test.each([
	["203.0.113.7", 403],
	["2001:db8::1", 403],
	["100.64.0.1", 403],
	["10.0.0.1", 200],
	["169.254.3.4", 200],
	["fe80::1", 200],
	["fd00::1", 200],
	["127.0.0.1", 200],
])("a visitor from %s gets %i", async (peer, status) => {
	expect((await newBox().ask("/setup/first", {}, peer)).status).toBe(status);
});

test("of two visitors one wins, and the other is told", async () => {
	const { firstRun, set } = newBox();
	const answers = await Promise.all([set("first password"), set("other password")]);
	expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
	expect(firstRun.taken).toHaveLength(1);
	const late = answers.find(({ status }) => status === 409);
	expect(await late?.text()).toContain("Somebody else");
});

test("after that the pages ask for the password", async () => {
	const { ask, set } = newBox();
	await set("a password");
	expect((await ask("/clicktocall.html?initiator=1&destination=2")).status).toBe(401);
	const first = await ask("/setup/first");
	expect([first.status, first.headers.get("Location")]).toEqual([303, "/"]);
});

test("a password that is short, differs, or comes from another site is not taken", async () => {
	const { firstRun, set } = newBox();
	expect((await set("short")).status).toBe(400);
	expect((await set("long enough", "long enouhg")).status).toBe(400);
	expect((await set("long\u0007enough")).status).toBe(400);
	expect((await set("long enough", "long enough", { Origin: "http://evil.example" })).status).toBe(403);
	expect(firstRun.taken).toEqual([]);
});

test("a name that anybody can register is no name of a new box", async () => {
	const { firstRun, set } = newBox();
	expect(
		(await set("long enough", "long enough", { Host: "evil.example", Origin: "http://evil.example" })).status,
	).toBe(403);
	expect(firstRun.taken).toEqual([]);
});

const WAYS = [
	...[
		"/admin",
		"//admin",
		"/admin/",
		"/setup/first/",
		"/setup/first/../admin",
		"/SETUP/FIRST",
		"/setup%2Ffirst",
	],
	...[
		"/style.css/../admin",
		"/healthz/",
		"/language/x",
		"/setup/settings",
		"/setup/restarting",
		"/setup/first-call",
	],
	...["/calls", "/calls/1", "/history.csv", "/parts", "/events", "/api", "/api/v1/events", "/contacts"],
	...["/clicktocall.html?initiator=1&destination=2", "/metrics", "/link", "/setup/confirm", "/setup/export"],
];
const ACCEPTED = ["text/html", "text/event-stream", "application/json", "*/*"];

test("there is no way round, by whatever path, method and kind of answer", async () => {
	const { ask, firstRun, placer } = newBox();
	for (const path of WAYS)
		for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
			for (const accept of ACCEPTED) {
				const headers = { Accept: accept, Host: "192.168.1.20", Origin: "http://192.168.1.20" };
				const upgrade = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13" };
				const response = await ask(path, { method, headers: { ...headers, ...upgrade } });
				const leads = response.status === 303 && response.headers.get("Location") === "/setup/first";
				expect([path, method, accept, leads || response.status === 503]).toEqual([
					path,
					method,
					accept,
					true,
				]);
			}
	expect([firstRun.taken, placer.requests, firstRun.pending]).toEqual([[], [], true]);
});

test.each([
	["X-Forwarded-For", "203.0.113.7", 403],
	["X-Forwarded-For", "192.168.1.7, 203.0.113.7", 403],
	["Forwarded", 'for="[2001:db8::7]:4711"', 403],
	["X-Real-IP", "203.0.113.7", 403],
	["X-Forwarded-For", "192.168.1.7", 200],
])("a proxy nearby that names %s: %s lets nobody in from outside (%i)", async (name, value, status) => {
	const { ask } = newBox();
	const headers = { ...FOR_PEOPLE, [name]: value };
	expect((await ask("/setup/first", { headers })).status).toBe(status);
});

test("no page of another site sets the password, whatever its browser says of it", async () => {
	const { firstRun, set } = newBox();
	for (const more of [
		{ Origin: "null" },
		{ Origin: "http://192.168.1.20:8080" },
		{ Origin: "http://192.168.1.20.evil.example" },
		{ "Sec-Fetch-Site": "cross-site" },
		{ "Sec-Fetch-Site": "same-site", Origin: "http://evil.example" },
		{ Host: "evil.example.", Origin: "http://evil.example." },
		{ Host: "192.168.1.20.evil.example:80", Origin: "http://192.168.1.20.evil.example:80" },
	] as Record<string, string>[])
		expect([more, (await set("long enough", "long enough", more)).status]).toEqual([more, 403]);
	expect(firstRun.taken).toEqual([]);
});

test("where nothing else is set up in the browser, the password leads to the pages", async () => {
	expect(await (await newBox().set("open sesame")).text()).toContain('href="/setup/account?first=1"');
	const text = await (await newBox("closed").set("open sesame")).text();
	expect(text).toContain('class="button" href="/"');
});
