import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BoxError, type BoxSource } from "../../../../src/http/box/types.ts";
import type { TrialOutcome } from "../../../../src/sip/registration/trial.ts";
import { setUp } from "../support.ts";
import { fakeBox } from "./support.ts";

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
	[{ kind: "unreachable", why: "Cannot connect to TLS x: expired", at: "TLS x" }, "expired"],
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

test("an account is saved, and the server starts again", async () => {
	const { post, saved, asked } = open();
	const response = await post("/setup/account", { ...ACCOUNT, first: "1" });
	expect([response.status, response.headers.get("Location")]).toEqual([303, "/setup/restarting?to=first"]);
	expect([saved, asked]).toEqual([[ACCOUNT], ["restart"]]);
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

test("a package is shown with its version and checksum before it is installed", async () => {
	const uploads = mkdtempSync(join(tmpdir(), "box-"));
	writeFileSync(join(uploads, "x"), "");
	const installed: unknown[] = [];
	try {
		const { post, asked } = open({
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
		expect((await post("/setup/update/install", { sha256: "abc", older: "1" })).status).toBe(303);
		expect([installed, asked]).toEqual([["abc"], ["restart"]]);
	} finally {
		rmSync(uploads, { recursive: true });
	}
});
