import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boxSource } from "../../../src/appliance/box.ts";
import { ConfigTrial } from "../../../src/appliance/config-trial.ts";
import type { ReloadOutcome } from "../../../src/appliance/own-place.ts";
import { SettingsEditor } from "../../../src/appliance/settings-editor.ts";
import { loadSettings } from "../../../src/config/load.ts";
import { makeSelfSigned } from "../../../src/tls/self-signed.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

const ADMIN = "admin (192.0.2.7)";
const PASSWORD = "of the file";

let folder: string;
let file: string;
let clock: FakeClock;
let reloaded: ReloadOutcome;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "box-"));
	file = join(folder, "clicktocall.config");
	clock = new FakeClock();
	reloaded = { ok: true };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const RULE = "TranslationPattern = ^(.*)$\nTranslationOutput = sip:$1@example.com\n";
const wall = { now: () => 1_800_000_000_000 + clock.now() };
const config = (): string => readFileSync(file, "utf8");

/** The box of a configuration. */
function begin(text: string) {
	writeFileSync(file, `CertificatePath = ${folder}\n${text}${RULE}`);
	const loaded = loadSettings({ argv: ["--config", file], cwd: "/" });
	if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join());
	const { settings } = loaded;
	const log = new MemoryLogger();
	const trial = new ConfigTrial({ configFile: file, clock, wall, log, goneBack: () => {} });
	const reload = async () => reloaded;
	const editor = new SettingsEditor({ configFile: file, running: settings, reload, trial, wall, log });
	const uploads = join(folder, "uploads");
	mkdirSync(uploads, { recursive: true });
	const place = { configFile: file, uploads, updates: undefined, reload, restart: undefined };
	const tryRegistration = () => Promise.reject(new Error("nothing is tried"));
	return { box: boxSource({ place, settings, editor, tryRegistration }), editor, uploads };
}

const ACCOUNT = { pbx: "pbx.example.org", user: "201", password: "secret", realm: "" };

test("an account goes the way of every change: a version, a trial, and back by itself", async () => {
	const { box, editor } = begin("#SipAuthPassword = of whom\nSipAuthUser = 100\nMaxCalls = 3\n");
	const before = config();
	expect(await box.saveAccount(ACCOUNT, ADMIN)).toMatchObject({
		kind: "saved",
		live: ["SipAuthUser", "TranslationPattern"],
		restart: ["ClickToCallIdentity", "Register"],
	});
	expect(config()).toContain(
		"#SipAuthPassword = of whom\nSipAuthUser = 201\nSipAuthPassword = secret\nRegister = 1\nMaxCalls = 3\n",
	);
	expect(editor.versions()[0]).toMatchObject({ who: ADMIN, at: wall.now() });
	clock.advance(60_000);
	expect(config()).toBe(before);
	expect(editor.wentBack).toMatchObject({ at: wall.now(), what: expect.arrayContaining(["SipAuthUser"]) });
	await box.saveAccount(ACCOUNT, ADMIN);
	expect(editor.wentBack).toBeUndefined();
});

test("an account that does not fit the rest of the configuration is not written", async () => {
	const { box } = begin("");
	writeFileSync(file, `${config()}HttpsPort = 5090\n`);
	const before = config();
	const outcome = await box.saveAccount(ACCOUNT, ADMIN);
	expect(outcome).toMatchObject({ kind: "refused", problems: [{ setting: "HttpsPort" }] });
	expect(config()).toBe(before);
});

test("of several accounts it is the first one, and its password stays unless another one is typed", async () => {
	const second = "SipAuthUser = 300\nSipAuthPassword = third\nSipAuthRealm = elsewhere\n";
	const { box } = begin(`SipAuthUser = 100\nSipAuthPassword = first\nSipAuthRealm = a\n${second}`);
	const outcome = await box.saveAccount({ ...ACCOUNT, password: "", realm: "" }, ADMIN);
	expect(outcome).toMatchObject({ kind: "saved" });
	expect(config()).toContain(`\nSipAuthUser = 201\nSipAuthPassword = first\n${second}`);
	expect(box.account()).toEqual({ pbx: "pbx.example.org", user: "201", realm: "", hasPassword: true });
});

test.each([
	[{ pbx: "" }, "bad pbx"],
	[{ pbx: "pbx example" }, "bad pbx"],
	[{ user: "a b" }, "bad user"],
	[{ user: "" }, "bad user"],
	[{ realm: "a\nHttpAuth = 0" }, "bad line"],
])("an account with %j is refused before anything is looked at", async (typed, what) => {
	const { box } = begin("");
	const before = config();
	const error = await box.saveAccount({ ...ACCOUNT, ...typed }, ADMIN).catch((reason) => reason);
	expect(error).toMatchObject({ name: "BoxError", what });
	expect(config()).toBe(before);
});

test("what the running server cannot use is told", async () => {
	reloaded = { ok: false, problems: ["a rule is wrong"] };
	const { box, editor } = begin("");
	expect(await box.saveAccount(ACCOUNT, ADMIN)).toMatchObject({ live: [], notTaken: ["a rule is wrong"] });
	expect(editor.lastSaved).toMatchObject({ notTaken: ["a rule is wrong"] });
});

test("an import takes the files that it has replaced, or brought along, back with it", async () => {
	const pairs = ["old.example.com", "new.example.com"].map((name) => makeSelfSigned([name], Date.now()));
	const [old, fresh] = pairs.map(({ certificate }) => certificate);
	const [certificate, root] = ["domain_cert_sip.pem", "root_cert_own.pem"].map((name) => join(folder, name));
	const sip = { certificate: certificate ?? "", key: join(folder, "domain_key_sip.pem") };
	const put = (index: number): void => {
		writeFileSync(sip.certificate, pairs[index]?.certificate ?? "");
		writeFileSync(sip.key, pairs[index]?.key ?? "");
	};
	put(1);
	writeFileSync(root ?? "", fresh ?? "");
	const { box: other } = begin("TLSDomainName = sip\nMaxCalls = 9\n");
	const upload = join(folder, "clicktocall.setup");
	writeFileSync(upload, await other.exportSetUp(PASSWORD));

	put(0);
	rmSync(root ?? "");
	const { box, editor } = begin("TLSDomainName = sip\nMaxCalls = 3\n");
	const before = config();
	const states = () => [
		readFileSync(sip.certificate, "utf8"),
		existsSync(root ?? ""),
		config().includes("= 9"),
	];
	expect((await box.importSetUp(upload, PASSWORD, ADMIN)).kind).toBe("saved");
	expect(states()).toEqual([fresh ?? "", true, true]);
	const what = expect.arrayContaining(["MaxCalls", "domain_cert_sip.pem", "root_cert_own.pem"]);
	expect(editor.versions()[0]).toMatchObject({ who: ADMIN, what });
	clock.advance(60_000);
	expect(states()).toEqual([old ?? "", false, false]);
	expect(config()).toBe(before);
	// Back to before it went back: the import as a whole.
	expect((await editor.goBack(editor.versions()[0]?.id ?? 0, ADMIN)).kind).toBe("saved");
	expect(states()).toEqual([fresh ?? "", true, true]);
});

test("a certificate that is put in its place goes back, too", async () => {
	const { box, uploads } = begin("");
	const { certificate, key } = makeSelfSigned(["box.example.com"], Date.now());
	const pair = { certificate: join(uploads, "certificate"), key: join(uploads, "key") };
	writeFileSync(pair.certificate, certificate);
	writeFileSync(pair.key, key);
	const before = config();
	const put = await box.putCertificate({ use: "https", ...pair }, ADMIN);
	expect(put).toMatchObject({ outcome: { kind: "saved" }, needsRestart: true, names: ["box.example.com"] });
	expect(config()).toContain(`HttpsCertificate = ${folder}/https_cert.pem\n`);
	expect(existsSync(join(folder, "https_key.pem"))).toBe(true);
	clock.advance(60_000);
	expect([config(), existsSync(join(folder, "https_key.pem"))]).toEqual([before, false]);
});
