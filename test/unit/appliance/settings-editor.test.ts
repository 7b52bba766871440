import { afterEach, beforeEach, expect, spyOn, test } from "bun:test";
import {
	existsSync,
	lstatSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { ConfigTrial, settleTrial } from "../../../src/appliance/config-trial.ts";
import { ConfigVersions } from "../../../src/appliance/config-versions.ts";
import { SettingsEditor } from "../../../src/appliance/settings-editor.ts";
import { loadSettings } from "../../../src/config/load.ts";
import type { ShownRow } from "../../../src/http/box/settings-types.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

const FILE = `# This box
ClickToCallIdentity = sip:click2call@example.com
#MaxCalls = 100
HttpAuth = 1
HttpAuthPwd = open sesame
InitiatorTimeout=30   
TranslationPattern = ^(.*)$
TranslationOutput = sip:$1@example.com
`;

let folder: string;
let file: string;
let clock: FakeClock;
let log: MemoryLogger;
let reloads: number;
let restored: number;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "settings-"));
	file = join(folder, "clicktocall.config");
	writeFileSync(file, FILE, { mode: 0o640 });
	clock = new FakeClock();
	log = new MemoryLogger();
	reloads = 0;
	restored = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const wall = { now: () => 1_800_000_000_000 + clock.now() };

/** The editor of a server that starts. */
function begin(): { editor: SettingsEditor; trial: ConfigTrial } {
	const trial = new ConfigTrial({ configFile: file, clock, wall, log, goneBack: () => (restored += 1) });
	const loaded = loadSettings({ argv: ["--config", file], cwd: "/" });
	if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join());
	const reload = async () => {
		reloads += 1;
		return { ok: true } as const;
	};
	const editor = new SettingsEditor({ configFile: file, running: loaded.settings, reload, trial, wall, log });
	trial.resume();
	return { editor, trial };
}

function save(editor: SettingsEditor, values: Record<string, string>) {
	return editor.save({ mark: editor.mark, values: new Map(Object.entries(values)) }, "admin (192.0.2.7)");
}

function saveRows(editor: SettingsEditor, group: string, rows: readonly ShownRow[]) {
	return editor.save({ mark: editor.mark, rows: { group, rows } }, "admin");
}

const rule = (pattern: string, output: string): ShownRow => ({
	values: { TranslationPattern: [pattern], TranslationOutput: [output] },
});

test("one setting that is changed is one line that is changed, and what is the default again is taken out", async () => {
	const { editor } = begin();
	expect(await save(editor, { InitiatorTimeout: "45" })).toEqual({
		kind: "saved",
		live: [],
		restart: ["InitiatorTimeout"],
	});
	expect(readFileSync(file, "utf8")).toBe(FILE.replace("=30   ", "=45   "));
	expect(statSync(file).mode & 0o777).toBe(0o640);
	await save(editor, { MaxCalls: "7" });
	expect(readFileSync(file, "utf8")).toContain("# This box\n");
	expect(readFileSync(file, "utf8")).toContain("\nMaxCalls = 7\nHttpAuth");
	await save(editor, { InitiatorTimeout: "60" });
	expect(readFileSync(file, "utf8")).not.toContain("InitiatorTimeout");
	expect(reloads).toBe(3);
	expect(await save(editor, { MaxCalls: "7" })).toEqual({ kind: "nothing" });
});

test("what would keep the server from starting is not written, and named at its setting", async () => {
	const { editor } = begin();
	const outcome = await save(editor, { InitiatorTimeout: "soon", HttpAuthPwd: "another" });
	expect(outcome).toMatchObject({ kind: "refused", problems: [{ setting: "InitiatorTimeout" }] });
	const rows = [...editor.rows("TranslationPattern"), rule("(", "sip:$1@a")];
	const broken = await saveRows(editor, "TranslationPattern", rows);
	expect(broken).toMatchObject({ kind: "refused", problems: [{ setting: "TranslationPattern", row: 1 }] });
	expect(JSON.stringify([outcome, broken])).not.toContain(folder);
	expect(readFileSync(file, "utf8")).toBe(FILE);
	expect(readdirSync(folder)).toEqual(["clicktocall.config"]);
	expect(reloads).toBe(0);
});

test("a secret is not shown, and stays unless another one is typed", async () => {
	const { editor } = begin();
	const shown = JSON.stringify(editor.areas());
	expect(shown).not.toContain("open sesame");
	await save(editor, { HttpAuthPwd: "", MaxCalls: "9" });
	expect(readFileSync(file, "utf8")).toContain("HttpAuthPwd = open sesame\n");
	await save(editor, { HttpAuthPwd: "quite another" });
	expect(readFileSync(file, "utf8")).toMatch(/^HttpAuthPwd = (?!quite|open).+$/m);
	expect(readFileSync(file, "utf8")).not.toContain("another");
	expect(log.lines.join()).not.toContain("another");
	expect(JSON.stringify(editor.versions())).not.toContain("another");
});

test("a file that somebody else has changed meanwhile is not overwritten", async () => {
	const { editor } = begin();
	const { mark } = editor;
	writeFileSync(file, `${FILE}# by hand\n`);
	const values = new Map([["MaxCalls", "9"]]);
	expect(await editor.save({ mark, values }, "admin")).toEqual({ kind: "changed" });
	expect(readFileSync(file, "utf8")).toBe(`${FILE}# by hand\n`);
});

test("the last ten versions are kept with who, when and what, and each can come back", async () => {
	const { editor } = begin();
	for (let calls = 1; calls <= 12; calls += 1) {
		await save(editor, { MaxCalls: `${calls}` });
		editor.confirm();
	}
	const versions = editor.versions();
	// A restart would be tried against the first one.
	expect(versions.map(({ id }) => id)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 1]);
	expect(versions[0]).toMatchObject({ who: "admin (192.0.2.7)", at: wall.now(), what: ["MaxCalls"] });
	expect(readdirSync(`${file}.versions`).length).toBe(22);
	expect(statSync(join(`${file}.versions`, `${versions[0]?.id}.config`)).mode & 0o777).toBe(0o640);
	expect((await editor.goBack(versions[0]?.id ?? 0, "admin")).kind).toBe("saved");
	expect(readFileSync(file, "utf8")).toContain("MaxCalls = 11\n");
	expect(await editor.goBack(2, "admin")).toEqual({ kind: "nothing" });
});

test("rules in another order are told as that, and a line of two that are the same is not a comment", async () => {
	const rules = ["^1$", "^2$"].map(
		(pattern) => `TranslationPattern = ${pattern}\nTranslationOutput = sip:a@b\n`,
	);
	writeFileSync(file, `${FILE}${rules.join("")}`);
	const { editor } = begin();
	const [first, second, third] = editor.rows("TranslationPattern");
	if (!first || !second || !third) return expect.unreachable();
	await saveRows(editor, "TranslationPattern", [first, third, second]);
	expect(editor.versions()[0]).toMatchObject({ what: [], order: ["TranslationPattern"] });
	expect(log.lines.join()).toContain("order of TranslationPattern");
	await saveRows(editor, "TranslationPattern", [first, second]);
	expect(editor.versions()[0]).toMatchObject({
		what: ["TranslationPattern", "TranslationOutput"],
		order: [],
	});
});

test("what is in force is shown where the file has something else", async () => {
	const { editor } = begin();
	await save(editor, { HttpPort: "5091", LogLevel: "STACK", HttpAuthPwd: "another" });
	const shown = editor
		.areas()
		.flatMap(({ settings }) => settings.filter(({ inForce }) => inForce !== undefined));
	expect(shown.map(({ name, value, inForce }) => [name, value, inForce])).toEqual([
		["HttpPort", "5091", "5090"],
		["HttpAuthPwd", "", ""],
	]);
});

test("a link stays one, and what it leads to is written", async () => {
	const target = join(folder, "elsewhere.config");
	renameSync(file, target);
	symlinkSync("elsewhere.config", file);
	const { editor } = begin();
	expect((await save(editor, { MaxCalls: "7" })).kind).toBe("saved");
	expect(lstatSync(file).isSymbolicLink()).toBe(true);
	expect(readFileSync(target, "utf8")).toContain("MaxCalls = 7\n");
});

test("many changes that nobody has confirmed go back to before the first of them", async () => {
	const { editor } = begin();
	for (let calls = 1; calls <= 14; calls += 1) await save(editor, { MaxCalls: `${calls}` });
	clock.advance(60_000);
	expect(readFileSync(file, "utf8")).toBe(FILE);
});

test("a change that nobody confirms within a minute goes back by itself", async () => {
	const { editor } = begin();
	await save(editor, { HttpPort: "5091" });
	clock.advance(59_000);
	await save(editor, { MaxCalls: "3" });
	clock.advance(59_000);
	expect(restored).toBe(0);
	clock.advance(1000);
	expect(readFileSync(file, "utf8")).toBe(FILE);
	expect([restored, editor.confirmUntil]).toEqual([1, undefined]);
	expect(log.lines.join("\n")).toContain(
		"nobody has confirmed the change of MaxCalls, HttpPort: the configuration before is back",
	);
});

test("what somebody has written by hand meanwhile is among the versions when a change goes back", async () => {
	const { editor } = begin();
	await save(editor, { HttpPort: "5091" });
	const byHand = `${readFileSync(file, "utf8")}MaxCalls = 5\n`;
	writeFileSync(file, byHand);
	clock.advance(60_000);
	expect(readFileSync(file, "utf8")).toBe(FILE);
	const [version] = editor.versions();
	expect(version).toMatchObject({ who: "by itself", what: ["HttpPort", "MaxCalls"] });
	expect(readFileSync(join(`${file}.versions`, `${version?.id}.config`), "utf8")).toBe(byHand);
});

test("a configuration that cannot be put back is tried again", async () => {
	const { editor } = begin();
	await save(editor, { HttpPort: "5091" });
	const kept = join(folder, "kept");
	renameSync(`${file}.versions`, kept);
	writeFileSync(`${file}.versions`, "in the way");
	const broken = spyOn(ConfigVersions.prototype, "before").mockReturnValue(Buffer.from(FILE));
	clock.advance(60_000);
	expect(log.lines.join()).toContain("cannot be put back");
	broken.mockRestore();
	rmSync(`${file}.versions`);
	renameSync(kept, `${file}.versions`);
	clock.advance(60_000);
	expect(readFileSync(file, "utf8")).toBe(FILE);
});

test("more than a line is refused", async () => {
	const { editor } = begin();
	const outcome = await save(editor, { NodeName: "a\nHttpAuth = 0" });
	expect(outcome).toMatchObject({ kind: "refused", problems: [{ setting: "NodeName" }] });
	const refused = await saveRows(editor, "TranslationPattern", [rule("^a$\nHttpAuth = 0", "sip:a@b")]);
	expect(refused).toMatchObject({ kind: "refused", problems: [{ setting: "TranslationPattern", row: 0 }] });
	expect(readFileSync(file, "utf8")).toBe(FILE);
});

test("who has to connect again for a change is told of it once the server has taken it over", async () => {
	const { editor } = begin();
	const told: number[] = [];
	editor.changes.taken = () => told.push(reloads);
	await save(editor, { HttpPort: "nonsense" });
	await save(editor, { HttpPort: "5091" });
	expect(told).toEqual([1]);
});

test("a change that is confirmed stays", async () => {
	const { editor } = begin();
	await save(editor, { HttpPort: "5091" });
	editor.confirm();
	clock.advance(3_600_000);
	expect(readFileSync(file, "utf8")).toContain("HttpPort = 5091\n");
	expect(existsSync(`${file}.trial`)).toBe(false);
});

test("a restart for a confirmed change is tried once more, and goes back to before all that needs it", async () => {
	const first = begin();
	await save(first.editor, { HttpPort: "5091" });
	first.editor.confirm();
	await save(first.editor, { XmlRpcPort: "5092" });
	first.editor.confirm();
	expect(first.editor.waitingForRestart()).toEqual(["XmlRpcPort", "HttpPort"]);
	first.editor.beforeRestart();
	first.editor.stop();
	const second = begin();
	expect(second.editor.waitingForRestart()).toEqual([]);
	clock.advance(59_000);
	expect(readFileSync(file, "utf8")).toContain("HttpPort = 5091\n");
	clock.advance(1000);
	expect(readFileSync(file, "utf8")).toBe(FILE);
	expect(second.editor.waitingForRestart()).toEqual(["XmlRpcPort", "HttpPort"]);
});

test("a configuration that does not let the server start goes back before it is read again", async () => {
	const { editor } = begin();
	await save(editor, { HttpPort: "5091" });
	editor.stop();
	expect(settleTrial(file, wall.now() + 59_000)).toBeUndefined();
	expect(settleTrial(file, wall.now() + 60_000)).toEqual(["HttpPort"]);
	expect(readFileSync(file, "utf8")).toBe(FILE);
	expect(settleTrial(file, wall.now() + 60_000)).toBeUndefined();
});

test("rules are tried before they are saved", async () => {
	const { editor } = begin();
	const rules = [rule("^0(\\d+)$", "sip:+49$1@pbx.example.com"), rule("^(\\d+)$", "sip:$1@pbx.example.com")];
	expect(await editor.tryRules(rules, ["030123", "200", "bob smith"])).toEqual([
		{ address: "030123", ok: true, text: "sip:+4930123@pbx.example.com", rule: 0 },
		{ address: "200", ok: true, text: "sip:200@pbx.example.com", rule: 1 },
		{ address: "bob smith", ok: false, text: "no translation rule matches it", rule: undefined },
	]);
	expect(await editor.tryRules([rule("(", "sip:a@b")], ["1"])).toMatchObject([
		{ setting: "TranslationPattern", row: 0, message: expect.stringMatching(/^TranslationPattern = \(/) },
	]);
	expect(readFileSync(file, "utf8")).toBe(FILE);
});

const WITH_USERS = `${FILE}
# The shop
HttpUser = anna
HttpUserPassword = apple pie
HttpUserPhone = 201
HttpUser = bert
HttpUserPassword = {HA1}MD5:${"a".repeat(32)},SHA-256:${"b".repeat(64)}
HttpUserPhone = 202
HttpUserPhone = 203
Webhook = https://who:knows@crm.example.com/a-secret-path
WebhookSecret = not for everyone
`;

test("users are changed, added and removed, and their passwords are kept and hashed", async () => {
	writeFileSync(file, WITH_USERS);
	const { editor } = begin();
	const [anna, bert] = editor.rows("HttpUser");
	if (!anna || !bert) return expect.unreachable();
	expect(JSON.stringify(editor.rows("HttpUser"))).not.toMatch(/apple|HA1/);
	const phones = (row: ShownRow, ...list: string[]) => ({
		...row,
		values: { ...row.values, HttpUserPhone: list },
	});
	expect(await saveRows(editor, "HttpUser", [phones(anna, "201", "209"), bert])).toMatchObject({
		kind: "saved",
	});
	expect(readFileSync(file, "utf8")).toBe(WITH_USERS.replace("= 201\n", "$&HttpUserPhone = 209\n"));

	const fresh = { values: { HttpUser: ["carl"], HttpUserPassword: ["cherry cake"], HttpUserPhone: ["301"] } };
	await saveRows(editor, "HttpUser", [anna, fresh, { values: { HttpUser: [" "] } }]);
	const text = readFileSync(file, "utf8");
	expect(text).toMatch(
		/\nHttpUser = carl\nHttpUserPassword = \{HA1\}MD5:\w+,SHA-256:\w+\nHttpUserPhone = 301\n/,
	);
	expect(text).not.toMatch(/cherry|bert/);
	const loaded = loadSettings({ argv: ["--config", file], cwd: "/" });
	expect(loaded.ok && loaded.settings.httpUsers.map(({ name }) => name)).toEqual(["anna", "carl"]);
	expect([log.lines.join(), JSON.stringify(editor.versions())].join()).not.toMatch(/cherry|apple/);
});

test("what is wrong with a row is told at its field", async () => {
	writeFileSync(file, WITH_USERS);
	const { editor } = begin();
	const [anna, bert] = editor.rows("HttpUser");
	if (!anna || !bert) return expect.unreachable();
	const named = (row: ShownRow, name: string) => ({ ...row, values: { ...row.values, HttpUser: [name] } });
	const fresh = { values: { HttpUser: ["carl"], HttpUserPassword: ["x"], HttpUserPhone: [] } };
	for (const [rows, row, setting] of [
		[[named(anna, "anna smith"), bert], 0, "HttpUser"],
		[[anna, { ...bert, from: undefined }], 1, "HttpUserPassword"],
		// The hashes are of the name.
		[[anna, named(bert, "bertha")], 1, "HttpUserPassword"],
		[[{ values: {} }, anna, bert, { values: fresh.values }], 3, "HttpUserPhone"],
		[
			[{ ...fresh, values: { ...fresh.values, HttpUserPhone: ["1"], HttpUser: ["bert"] } }, anna, bert],
			2,
			"HttpUser",
		],
	] as const) {
		const outcome = await saveRows(editor, "HttpUser", rows);
		expect(outcome).toMatchObject({ kind: "refused", problems: [{ row, setting }] });
		expect(JSON.stringify(outcome)).not.toContain("line ");
	}
	expect(readFileSync(file, "utf8")).toBe(WITH_USERS);
	// What is not stored as hashes goes with any name.
	expect(await saveRows(editor, "HttpUser", [named(anna, "hannah"), bert])).toMatchObject({ kind: "saved" });
	expect(readFileSync(file, "utf8")).toBe(WITH_USERS.replace("= anna", "= hannah"));
});

test.each([
	["InitiatorTimeout = never", "InitiatorTimeout", /^InitiatorTimeout = never: expected/],
	[
		"TranslationPattern = ^a$\nTranslationOutput = sip:a@b\nTranslationPattern = ((\nTranslationOutput = c",
		"TranslationPattern",
		/^rule 3: TranslationPattern = \(\(: expected/,
	],
])(
	"what is wrong elsewhere in the file is named by its setting, and by the number of its rule: %s",
	async (lines, setting, message) => {
		const { editor } = begin();
		writeFileSync(file, `${FILE}${lines}\n`);
		expect(await save(editor, { MaxCalls: "7" })).toMatchObject({
			kind: "refused",
			problems: [{ setting, message: expect.stringMatching(message) }],
		});
	},
);

test("of a webhook only the host is shown, and its secret stays, is replaced, or is taken out", async () => {
	writeFileSync(file, WITH_USERS);
	const { editor } = begin();
	const [hook] = editor.rows("Webhook");
	if (!hook) return expect.unreachable();
	expect(hook).toEqual({
		from: 0,
		values: { Webhook: [], WebhookSecret: [] },
		secrets: { Webhook: "https://crm.example.com", WebhookSecret: "" },
	});
	expect(await saveRows(editor, "Webhook", [hook])).toEqual({ kind: "nothing" });
	await saveRows(editor, "Webhook", [{ ...hook, values: { WebhookSecret: ["another one"] } }]);
	expect(readFileSync(file, "utf8")).toBe(WITH_USERS.replace("not for everyone", "another one"));
	await saveRows(editor, "Webhook", [{ ...hook, without: ["WebhookSecret", "Webhook"] }]);
	expect(readFileSync(file, "utf8")).toBe(WITH_USERS.replace("WebhookSecret = not for everyone\n", ""));
});

test("whatever is saved, step by step, the file has it then, and its other lines as they were", async () => {
	const word = fc.stringMatching(/^[a-z][a-z0-9é#=]{0,5}$/);
	const value = fc.record({ MaxCalls: fc.integer({ min: 1, max: 150 }).map(String), LogFilename: word });
	const rules = fc.array(fc.oneof(word, fc.nat(3)), { minLength: 1, maxLength: 4 });
	const lines = (): string[] => readFileSync(file, "utf8").split("\n");
	const isOther = (line: string): boolean => !/^(MaxCalls|LogFilename|Translation)/.test(line);
	await fc.assert(
		fc.asyncProperty(fc.array(fc.oneof(value, rules), { minLength: 1, maxLength: 3 }), async (steps) => {
			writeFileSync(file, FILE);
			const { editor } = begin();
			for (const step of steps) {
				const known = editor.rows("TranslationPattern");
				const rows = Array.isArray(step) ? rowsOf(step, known) : known;
				const values = Array.isArray(step) ? {} : step;
				const outcome = Array.isArray(step)
					? await saveRows(editor, "TranslationPattern", rows)
					: await save(editor, values);
				expect(outcome.kind).toMatch(/^(saved|nothing)$/);
				const loaded = loadSettings({ argv: ["--config", file], cwd: "/" });
				if (!loaded.ok) return expect.unreachable();
				const { maxCalls, logFilename, translationRules } = loaded.settings;
				expect({ MaxCalls: `${maxCalls}`, LogFilename: logFilename }).toMatchObject(values);
				expect(translationRules.map(({ pattern }) => pattern)).toEqual(
					rows.map((row) => row.values.TranslationPattern?.[0] ?? ""),
				);
				expect(lines().filter(isOther)).toEqual(FILE.split("\n").filter(isOther));
			}
			editor.stop();
		}),
		{ numRuns: 10 },
	);
});

/** Rules of the file by their place, each once, and new ones. */
function rowsOf(step: readonly (string | number)[], known: readonly ShownRow[]): ShownRow[] {
	const left = [...known];
	return step.flatMap((one, index) => {
		if (typeof one === "string") return rule(`^${one}${index}$`, "sip:a@b");
		const [row] = left.splice(one, 1);
		return row ?? rule(`^new${index}$`, "sip:c@d");
	});
}
