import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configVersions, putConfig } from "../../../src/appliance/config-versions.ts";
import { settingsEditor } from "../../../src/appliance/settings-editor.ts";

const START =
	"# mine\nMaxCalls = 7\nHttpAuthPwd = old\nLogLevel=INFO\nLogFilename =\nTranslationPattern = ^(.*)$\nTranslationOutput = sip:$1@pbx\n";

let folder = "";
let configFile = "";
let reloads = 0;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "editor-"));
	configFile = join(folder, "clicktocall.config");
	writeFileSync(configFile, START, { mode: 0o640 });
	reloads = 0;
});

afterEach(() => rmSync(folder, { recursive: true }));

const editor = () =>
	settingsEditor(
		{
			configFile,
			uploads: folder,
			updates: undefined,
			reload: () => {
				reloads += 1;
			},
			restart: undefined,
		},
		folder,
	);
const config = (): string => readFileSync(configFile, "utf8");

/** What a browser sends: every field, with some of them changed. */
function typed(changes: Record<string, string>): Map<string, string> {
	const all = editor()
		.sections()
		.flatMap(({ settings }) => settings);
	return new Map([...all.map(({ name, value }) => [name, value] as const), ...Object.entries(changes)]);
}

test("a page that is sent back as it is changes nothing", async () => {
	expect(await editor().save(typed({}), "admin@192.0.2.1")).toEqual([]);
	expect([config(), configVersions(configFile)]).toEqual([START, []]);
});

test("one value is one line, and what waits for a restart is told", async () => {
	const waiting = await editor().save(typed({ MaxCalls: "9", LogLevel: "DEBUG" }), "admin@192.0.2.1");
	expect(config()).toBe(
		START.replace("MaxCalls = 7", "MaxCalls = 9").replace("LogLevel=INFO", "LogLevel= DEBUG"),
	);
	expect(waiting).toEqual(["MaxCalls"]);
	expect(reloads).toBe(1);
	expect(statSync(configFile).mode & 0o777).toBe(0o640);
});

test("a secret is not shown, stays when its field is empty, and is kept as hashes", async () => {
	expect(typed({}).get("HttpAuthPwd")).toBe("");
	await editor().save(typed({ HttpAuthPwd: "another one" }), "admin@192.0.2.1");
	expect(config()).toContain("\nHttpAuthPwd = {HA1}MD5:");
	expect(config()).not.toContain("another one");
});

test("what the server would refuse is refused with its name, and nothing has changed", async () => {
	for (const [name, value] of [
		["MaxCalls", "many"],
		["HttpPort", "5072"],
		["LogFilename", "/nowhere/x.log"],
		["MaxCalls", "8\nHttpAuth = 0"],
	] as const) {
		const error: unknown = await editor()
			.save(typed({ [name]: value }), "admin")
			.catch((reason: unknown) => reason);
		expect(String(error)).toContain(name);
	}
	expect([config(), reloads]).toEqual([START, 0]);
	expect(readdirSync(folder)).toEqual(["clicktocall.config"]);
});

test("a version comes back, with who has changed it", async () => {
	await editor().save(typed({ MaxCalls: "9" }), "admin@192.0.2.1");
	const [before] = editor().versions();
	expect(before?.by).toBe("admin@192.0.2.1");
	expect(await editor().goBack(before?.id ?? "", "admin@192.0.2.1")).toEqual(["MaxCalls"]);
	expect(config()).toBe(START);
	await expect(editor().goBack("../clicktocall.config", "admin")).rejects.toThrow();
});

test("the last ten versions are kept, for nobody else to read", () => {
	for (let count = 0; count < 13; count += 1)
		putConfig(configFile, Buffer.from(`MaxCalls = ${count}\n`), "a/b:c");
	const versions = configVersions(configFile);
	expect(versions).toHaveLength(10);
	expect(versions[0]?.by).toBe("a_b_c");
	expect(statSync(join(folder, "versions")).mode & 0o007).toBe(0);
});
