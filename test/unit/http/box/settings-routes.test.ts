import { expect, test } from "bun:test";
import type {
	SaveOutcome,
	SettingsChange,
	SettingsSource,
	ShownGroup,
} from "../../../../src/http/box/settings-types.ts";
import { setUp } from "../support.ts";
import { fakeBox } from "./support.ts";

const ORIGIN = { Origin: "http://192.168.1.20", Host: "192.168.1.20" };

const field = {
	help: "a field",
	expected: "text",
	required: true,
	many: false,
	secret: false,
	hidden: false,
};

const RULES: ShownGroup = {
	name: "TranslationPattern",
	help: "rules",
	details: [],
	count: 1,
	ordered: true,
	needsRestart: false,
	fields: [
		{ ...field, name: "TranslationPattern" },
		{ ...field, name: "TranslationOutput" },
	],
};
const rule = { values: { TranslationPattern: ["^(.*)$"], TranslationOutput: ["sip:$1@<b>"] }, from: 0 };

const WEBHOOKS: ShownGroup = {
	...RULES,
	name: "Webhook",
	ordered: false,
	fields: [
		{ ...field, name: "Webhook", secret: true },
		{ ...field, name: "WebhookSecret", secret: true, hidden: true, required: false },
	],
};
const hook = { values: {}, secrets: { Webhook: "https://a.example.com", WebhookSecret: "" }, from: 0 };

/** A configuration that notes what is asked of it. */
function open(outcome: SaveOutcome = { kind: "saved", live: [], restart: [] }, waits = false) {
	const saved: (SettingsChange & { readonly who: string })[] = [];
	const asked: string[] = [];
	const settings: SettingsSource = {
		mark: "the mark",
		areas: () => [
			{
				area: "web",
				settings: [
					{
						name: "HttpPort",
						help: "port of the pages",
						details: [],
						value: "5090",
						inForce: "8080",
						default: "5090",
						expected: "a port",
						needsRestart: true,
					},
					{
						name: "HttpAuthPwd",
						help: "password of admin",
						details: [],
						value: "",
						default: "",
						expected: "text",
						secret: "set",
						needsRestart: false,
					},
				],
				groups: [{ ...RULES, name: "HttpUser", help: "further users", count: 3 }],
			},
		],
		group: (name) => ({ TranslationPattern: RULES, Webhook: WEBHOOKS })[name],
		rows: (group) => (group === "Webhook" ? [hook] : [rule]),
		waitingForRestart: () => (waits ? ["HttpPort"] : []),
		save: async (change, who) => {
			saved.push({ ...change, who });
			return outcome;
		},
		tryRules: async (_rules, addresses) =>
			addresses.map((address) => ({ address, ok: true, text: `sip:${address}@a`, rule: 0 })),
		lastSaved: outcome.kind === "saved" ? outcome : undefined,
		wentBack: undefined,
		versions: () => [
			{ id: 7, at: 1_800_000_000_000, who: "admin (192.0.2.7)", what: ["HttpPort"], order: ["HttpUser"] },
		],
		goBack: async (id) => {
			asked.push(`back ${id}`);
			return outcome;
		},
		confirmUntil: waits ? 1 : undefined,
		confirm: () => void asked.push("confirm"),
		beforeRestart: () => void asked.push("before restart"),
	};
	const { app } = setUp({ box: fakeBox({ settings, restart: () => void asked.push("restart") }).box });
	const ask = async (path: string, body?: [string, string][], bindings = {}): Promise<Response> =>
		app.request(
			`http://192.168.1.20${path}`,
			{ headers: ORIGIN, ...(body && { method: "POST", body: new URLSearchParams(body) }) },
			{ peer: "192.0.2.7", ...bindings },
		);
	return { ask, saved, asked };
}

test.each([
	["no password", "HttpAuth"],
	["closed", "BrowserSetup is 0"],
] as const)("with set-up closed (%s), the pages change nothing and say why", async (box, why) => {
	const { app } = setUp({ box });
	const headers = { Host: "box", Origin: "http://box" };
	for (const path of ["/setup", "/setup/settings", "/setup/rules", "/setup/update", "/setup/transfer"]) {
		const answer = await app.request(path, {}, { peer: "192.0.2.7" });
		expect([path, answer.status]).toEqual([path, 403]);
		expect(await answer.text()).toContain(why);
		const posted = await app.request(path, { method: "POST", headers }, { peer: "192.0.2.7" });
		expect(posted.status).toBe(403);
	}
});

test("each setting is shown with its value, and no secret is", async () => {
	const text = await (await open().ask("/setup/settings")).text();
	expect(text).toContain('value="5090"');
	expect(text).toContain("In force until the restart: 8080.");
	expect(text).toContain("It is set. Leave it empty to keep it.");
	expect(text).toContain('<a href="/setup/users">Users</a>: 3');
	expect(text).not.toContain("data-confirms");
});

test("what is saved is told who has done it, and the browser comes back to a page that confirms it", async () => {
	const { ask, saved } = open(undefined, true);
	const answer = await ask("/setup/settings", [
		["mark", "the mark"],
		["HttpPort", "5091"],
	]);
	expect([answer.status, answer.headers.get("Location")]).toEqual([303, "/setup/settings?saved"]);
	expect(saved).toEqual([{ mark: "the mark", values: new Map([["HttpPort", "5091"]]), who: "192.0.2.7" }]);
	const text = await (await ask("/setup/settings?saved")).text();
	expect(text).toContain('action="/setup/confirm"');
	expect(text).toContain("Waits for a restart: HttpPort.");
});

test("what is wrong is told at its field, with what was typed", async () => {
	const problems = [{ setting: "HttpPort", message: "HttpPort = x: expected a port" }];
	const { ask } = open({ kind: "refused", problems });
	const answer = await ask("/setup/settings", [
		["mark", "the mark"],
		["HttpPort", "x<y"],
	]);
	const text = await answer.text();
	expect(answer.status).toBe(400);
	expect(text).toContain('value="x&lt;y"');
	expect(text).toMatch(/aria-invalid="true"[\s\S]*HttpPort = x: expected a port/);
});

test("a file that somebody else has changed is shown as it is now, with what was typed", async () => {
	const { ask } = open({ kind: "changed" });
	const save = async (typed: string, base: string): Promise<string> => {
		const body: [string, string][] = [
			["mark", "another"],
			["base", JSON.stringify({ HttpPort: base })],
			["HttpPort", typed],
		];
		const answer = await ask("/setup/settings", body);
		expect(answer.status).toBe(400);
		return await answer.text();
	};
	const shown = (value: string): string =>
		`name="HttpPort" aria-describedby="HttpPort-hint" type="text" autocomplete="off" autocapitalize="off" spellcheck="false" value="${value}"`;
	expect(await save("81", "80")).toContain(shown("81"));
	expect(await save("80", "80")).toContain(shown("5090"));
});

test("of rows, nothing that is stored and secret is shown, and what was typed comes back", async () => {
	const { ask, saved } = open({
		kind: "refused",
		problems: [{ setting: "Webhook", row: 1, message: "expected a URL" }],
	});
	const text = await (await ask("/setup/webhooks")).text();
	expect(text).toContain("Set (https://a.example.com). Leave it empty to keep it.");
	expect(text).not.toContain("up 0");
	expect(text).toMatch(/id="Webhook-1"[^>]*type="text"/);
	expect(text).toMatch(/id="WebhookSecret-1"[^>]*type="password"/);
	const answer = await ask("/setup/webhooks", [
		["do", "save"],
		["without", "0 WebhookSecret"],
		...[
			["0", "", ""],
			["", "no <URL>", "key"],
		].flatMap(([from = "", url = "", key = ""]): [string, string][] => [
			["from", from],
			["Webhook", url],
			["WebhookSecret", key],
		]),
	]);
	expect(saved[0]?.rows?.rows).toEqual([
		{ values: { Webhook: [], WebhookSecret: [] }, from: 0, without: ["WebhookSecret"] },
		{ values: { Webhook: ["no <URL>"], WebhookSecret: ["key"] }, from: undefined, without: [] },
	]);
	const refused = await answer.text();
	expect(refused).toMatch(/id="Webhook-2"[^>]*aria-invalid="true"[^>]*value="no &lt;URL&gt;"/);
	expect(refused).toMatch(/value="0 WebhookSecret" checked/);
});

test("rules are added, moved, removed and tried before they are saved", async () => {
	const { ask, saved } = open();
	expect(await (await ask("/setup/rules")).text()).toContain("sip:$1@&lt;b&gt;");
	const rows: [string, string][] = ["a", "b", "c"].flatMap((name, index): [string, string][] => [
		["from", `${index}`],
		["TranslationPattern", name],
		["TranslationOutput", `sip:${name}`],
	]);
	const order = async (what: string): Promise<string[]> => {
		const text = await (await ask("/setup/rules", [["mark", "the mark"], ["do", what], ...rows])).text();
		return [...text.matchAll(/name="TranslationPattern"[^>]* value="([^"]*)"/g)].map(
			([, pattern = ""]) => pattern,
		);
	};
	expect(await order("up 1")).toEqual(["b", "a", "c"]);
	expect(await order("down 0")).toEqual(["b", "a", "c"]);
	expect(await order("remove 2")).toEqual(["a", "b"]);
	expect(await order("add")).toEqual(["a", "b", "c", ""]);
	expect(saved).toEqual([]);
	const tried = await ask("/setup/rules", [["do", "test"], ["addresses", "200\n 201 \n"], ...rows]);
	expect(await tried.text()).toContain("201 → ");
	const answer = await ask("/setup/rules", [["mark", "the mark"], ["do", "save"], ...rows]);
	expect(answer.headers.get("Location")).toBe("/setup/rules?saved");
	expect(saved[0]?.rows?.group).toBe("TranslationPattern");
	expect(saved[0]?.rows?.rows[2]).toEqual({
		values: { TranslationPattern: ["c"], TranslationOutput: ["sip:c"] },
		from: 2,
		without: [],
	});
});

test("a version comes back, a change is confirmed, and a restart is tried first", async () => {
	const { ask, asked } = open();
	const versions = await (await ask("/setup/versions")).text();
	expect(versions).toContain("admin (192.0.2.7)");
	expect(versions).toContain("HttpPort, order of HttpUser");
	await ask("/setup/versions", [["id", "7"]]);
	// An open connection does not show that a new one can be.
	const early = await ask("/setup/confirm", [], { isFromBefore: () => true });
	expect([early.status, asked]).toEqual([409, ["back 7"]]);
	expect((await ask("/setup/confirm", [], { isFromBefore: () => false })).status).toBe(303);
	await ask("/setup/restart", []);
	expect(asked).toEqual(["back 7", "confirm", "before restart", "restart"]);
});
