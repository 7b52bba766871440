import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WebPlaces } from "../../../../src/http/box/next-address.ts";
import { BoxError, type BoxSource } from "../../../../src/http/box/types.ts";
import type { TrialOutcome } from "../../../../src/sip/registration/trial.ts";
import { setUp } from "../support.ts";
import { fakeBox, NO_SETTINGS, WEB } from "./support.ts";

const ORIGIN = { Origin: "http://192.168.1.20", Host: "192.168.1.20" };

function open(changes: Partial<BoxSource> = {}) {
	const fake = fakeBox(changes);
	const { app } = setUp({ box: fake.box });
	const ask = async (path: string, init: RequestInit = {}): Promise<Response> =>
		app.request(`http://192.168.1.20${path}`, { headers: ORIGIN, ...init }, { peer: "192.0.2.7" });
	const post = (
		path: string,
		body: Record<string, string> | FormData,
		headers: Record<string, string> = {},
	) =>
		ask(path, {
			method: "POST",
			headers: { ...ORIGIN, ...headers },
			body: body instanceof FormData ? body : new URLSearchParams(body),
		});
	return { ...fake, ask, post };
}

const PAGES = [
	"/setup/account",
	"/setup/certificates",
	"/setup/transfer",
	"/setup/update",
	"/setup/first-call",
];
const ACTIONS = [
	"/setup/try",
	"/setup/account",
	"/setup/export",
	"/setup/transfer",
	"/setup/certificates",
	"/setup/update",
	"/setup/update/install",
	"/setup/update/back",
	"/setup/restart",
];

test("all of them are for those who have the password, and nothing is asked from other sites", async () => {
	const { box, asked, saved } = fakeBox();
	const { app } = setUp({ box, password: "open sesame" });
	for (const path of PAGES) expect((await app.request(path, {}, { peer: "192.0.2.7" })).status).toBe(401);
	for (const path of ACTIONS) {
		const headers = { Host: "box", Origin: "http://box" };
		const plain = await app.request(path, { method: "POST", headers }, { peer: "192.0.2.7" });
		const strange = { Host: "box", Origin: "http://evil.example" };
		const foreign = await app.request(path, { method: "POST", headers: strange }, { peer: "192.0.2.7" });
		expect([path, plain.status, foreign.status]).toEqual([path, 401, 403]);
	}
	expect([asked, saved]).toEqual([[], []]);
});

test.each(PAGES)("%s is a page", async (path) => {
	const response = await open().ask(path);
	expect(response.status).toBe(200);
	expect(await response.text()).toContain("<h1>");
});

const ACCOUNT = { pbx: "pbx.example.com", user: "100", password: "secret", realm: "" };

test.each<[TrialOutcome, string]>([
	[{ kind: "registered", seconds: 60, at: "UDP 192.0.2.9:5060" }, "The PBX has taken the account"],
	[
		{
			kind: "refused",
			status: 403,
			reason: "Forbidden",
			realm: "pbx",
			tried: true,
			at: "UDP 192.0.2.9:5060",
		},
		"403 Forbidden. The password of 100 is wrong",
	],
	[
		{ kind: "refused", status: 401, reason: "Unauthorized", realm: "pbx", tried: false, at: "x" },
		"an account of the realm pbx",
	],
	[{ kind: "no answer", at: "UDP 192.0.2.9:5060" }, "Nobody has answered at UDP 192.0.2.9:5060"],
	[
		{ kind: "unreachable", why: "Cannot connect to TLS x: expired", at: "TLS x" },
		"No connection to TLS x: expired.",
	],
	[{ kind: "no address", why: "there is none" }, "pbx.example.com leads to no address"],
])("what a PBX says is told in plain words, also as JSON: %o", async (outcome, words) => {
	const { post, saved } = open({ tryAccount: async () => outcome });
	const page = await (await post("/setup/try", ACCOUNT)).text();
	expect(page).toContain(words);
	expect(page).not.toContain("secret");
	const json: unknown = await (await post("/setup/try", ACCOUNT, { Accept: "application/json" })).json();
	expect(json).toMatchObject({ kind: outcome.kind, text: expect.stringContaining(words) });
	expect(saved).toEqual([]);
});

test("an account is saved, and what it waits for is told; in the first run the server starts again by itself", async () => {
	const { post, saved, asked } = open();
	const later = await post("/setup/account", ACCOUNT);
	expect(later.headers.get("Location")).toBe("/setup/account?saved");
	const live = await post("/setup/account", { ...ACCOUNT, first: "1" });
	expect(live.headers.get("Location")).toBe("/setup/first-call");
	expect([saved, asked]).toEqual([[ACCOUNT, ACCOUNT], []]);
	const waits = open({ settings: { ...NO_SETTINGS, waitingForRestart: () => ["ClickToCallIdentity"] } });
	const restarts = await waits.post("/setup/account", { ...ACCOUNT, first: "1" });
	expect(restarts.headers.get("Location")).toBe("/setup/restarting?to=first");
	expect(waits.asked).toEqual(["restart"]);
});

test("what is wrong with an account is told at its field", async () => {
	const { post } = open({
		saveAccount: async () => ({
			kind: "refused",
			problems: [{ setting: "SipAuthRealm", message: "SipAuthRealm: expected text" }],
		}),
	});
	const response = await post("/setup/account", ACCOUNT);
	expect(response.status).toBe(400);
	expect(await response.text()).toMatch(/id="realm"[^>]*aria-invalid="true".*SipAuthRealm: expected text/s);
});

test("the first call, too, confirms what is tried", async () => {
	const { ask } = open({ settings: { ...NO_SETTINGS, confirmUntil: 1 } });
	for (const path of ["/setup/first-call", "/setup/account", "/setup/transfer", "/setup/certificates"])
		expect(await (await ask(path)).text()).toContain("data-confirms");
});

test("a change that went back by itself is told, with when and what", async () => {
	const wentBack = { id: 1, at: 1_800_000_000_000, who: "by itself", what: ["HttpPort"] };
	const { ask } = open({ settings: { ...NO_SETTINGS, wentBack } });
	expect(await (await ask("/setup/account")).text()).toMatch(/At .* went back by itself.*HttpPort/);
});

const MOVED = { ...WEB, httpPort: 8080 };

test.each<[string, WebPlaces, string | undefined]>([
	["stays", { now: WEB, next: { ...WEB, httpsPort: 5443 } }, undefined],
	["gets another port", { now: WEB, next: MOVED }, "http://192.168.1.20:8080"],
	["gets another prefix", { now: WEB, next: { ...WEB, prefix: "/ctc" } }, "http://192.168.1.20/ctc"],
	[
		"is open over TLS only",
		{ now: WEB, next: { ...WEB, httpPort: 0, httpsPort: 443 } },
		"https://192.168.1.20",
	],
	["gets another address", { now: WEB, next: { ...MOVED, bind: ["fd00::1"] } }, "http://[fd00::1]:8080"],
	["is everywhere from now on", { now: { ...WEB, bind: ["192.168.1.20"] }, next: WEB }, undefined],
])("after a restart, the page looks where the box is then, which %s", async (_what, places, address) => {
	const { ask } = open({ webPlaces: () => places });
	const response = await ask("/setup/restarting");
	const page = await response.text();
	const policy = response.headers.get("Content-Security-Policy");
	if (address === undefined) expect(page).not.toContain("data-moved");
	else expect(page).toMatch(new RegExp(`data-moved[^>]*href="${RegExp.escape(`${address}/admin`)}"`));
	expect(policy).toContain(
		address === undefined ? "connect-src 'self';" : `connect-src 'self' ${new URL(address).origin};`,
	);
});

test("an export is a file; without the same password twice there is none", async () => {
	const { post } = open();
	const response = await post("/setup/export", { password: "long enough", again: "long enough" });
	expect(response.headers.get("Content-Disposition")).toContain("clicktocall.setup");
	expect(await response.text()).toBe("the file");
	expect((await post("/setup/export", { password: "long enough", again: "other" })).status).toBe(400);
});

test("an import that is refused says why, and what is uploaded is not kept", async () => {
	const uploads = mkdtempSync(join(tmpdir(), "box-"));
	try {
		const { post } = open({
			uploads,
			importSetUp: async () => {
				throw new BoxError("MaxCalls = many: expected a number", "refused");
			},
		});
		const form = new FormData();
		form.set("file", new File(["x"], "clicktocall.setup"));
		const response = await post("/setup/transfer", form);
		expect(response.status).toBe(400);
		expect(await response.text()).toContain("MaxCalls = many: expected a number");
		expect(new Bun.Glob("*").scanSync({ cwd: uploads, dot: true }).next().done).toBe(true);
	} finally {
		rmSync(uploads, { recursive: true });
	}
});

test("a certificate that is put in its place is met by a new page, which tells of it", async () => {
	const uploads = mkdtempSync(join(tmpdir(), "box-"));
	const certificate = {
		use: "https",
		file: "/etc/box one.pem",
		names: ["box"],
		end: 0,
		expired: true,
	} as const;
	try {
		const { ask, post } = open({
			uploads,
			certificates: () => [certificate],
			putCertificate: async () => ({
				...certificate,
				needsRestart: true,
				outcome: { kind: "saved", live: [], restart: [] },
			}),
		});
		const form = new FormData();
		form.set("use", "https");
		for (const name of ["certificate", "key"]) form.set(name, new File(["x"], name));
		const response = await post("/setup/certificates", form);
		expect(response.status).toBe(303);
		const page = await (await ask(response.headers.get("Location") ?? "")).text();
		expect(page).toMatch(/certificate for box .*Restart now/s);
		expect(await (await ask("/setup/certificates")).text()).not.toContain("Restart now");
	} finally {
		rmSync(uploads, { recursive: true });
	}
});

test("a package is shown with its version and checksum before it is installed", async () => {
	const uploads = mkdtempSync(join(tmpdir(), "box-"));
	writeFileSync(join(uploads, "x"), "");
	const installed: unknown[] = [];
	try {
		const { ask, post, asked } = open({
			uploads,
			updates: {
				running: "2.0.0",
				fellBack: undefined,
				before: undefined,
				check: async () => ({ version: "1.0.0", sha256: "abc", is: "older" }),
				install: (sha256, older) => {
					if (!older) throw new BoxError("", "older");
					installed.push(sha256);
				},
				goBack: () => {},
			},
		});
		const form = new FormData();
		form.set("package", new File(["x"], "x.deb"));
		const page = await (await post("/setup/update", form)).text();
		for (const part of ["1.0.0", "abc", "older"]) expect(page).toContain(part);
		expect((await post("/setup/update/install", { sha256: "abc" })).status).toBe(400);
		const restarts = await post("/setup/update/install", { sha256: "abc", older: "1" });
		// The page that says what has become of it.
		const waiting = await (await ask(restarts.headers.get("Location") ?? "")).text();
		expect(waiting).toMatch(/id="go-on"[^>]*href="\/setup\/update"|href="\/setup\/update"[^>]*id="go-on"/);
		expect([installed, asked]).toEqual([["abc"], ["restart"]]);
	} finally {
		rmSync(uploads, { recursive: true });
	}
});
