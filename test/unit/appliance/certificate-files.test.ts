import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CertificateFiles } from "../../../src/appliance/certificate-files.ts";
import { ConfigChanger } from "../../../src/appliance/config-changer.ts";
import { ConfigTrial } from "../../../src/appliance/config-trial.ts";
import { defaultSettings, type Settings } from "../../../src/config/settings.ts";
import { makeSelfSigned } from "../../../src/tls/self-signed.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

const FILE = "# This box\nTranslationPattern = ^(.*)$\nTranslationOutput = sip:$1@example.com\n";
const DAY = 86_400_000;

let folder: string;
let file: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "certificates-"));
	file = join(folder, "clicktocall.config");
	writeFileSync(file, FILE);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const config = (): string => readFileSync(file, "utf8");

/** The certificates of a server with some settings. */
function begin(changes: Partial<Settings> = {}): CertificateFiles {
	const standard = defaultSettings({ hostName: "box.example.com" });
	const settings = { ...standard, certificatePath: folder, ...changes };
	const [clock, log] = [new FakeClock(), new MemoryLogger()];
	const trial = new ConfigTrial({ configFile: file, clock, wall: clock, log, goneBack: () => {} });
	const reload = async () => ({ ok: true }) as const;
	const changer = new ConfigChanger({ configFile: file, running: settings, reload, trial, wall: clock, log });
	const uploads = join(folder, "uploads");
	mkdirSync(uploads, { recursive: true });
	const place = { configFile: file, uploads, updates: undefined, reload, restart: undefined };
	return new CertificateFiles(place, settings, changer);
}

/** An uploaded pair. */
function upload(pem: { readonly certificate: string; readonly key?: string }) {
	const uploads = join(folder, "uploads");
	mkdirSync(uploads, { recursive: true });
	writeFileSync(join(uploads, "a"), pem.certificate);
	writeFileSync(join(uploads, "b"), pem.key ?? "");
	return { certificate: join(uploads, "a"), key: pem.key === undefined ? undefined : join(uploads, "b") };
}

const pair = (name = "box.example.com", made = Date.now()) => makeSelfSigned([name], made);

test("a first pair for the pages gets its place, its name in the configuration, and a port after a restart", async () => {
	const certificates = begin();
	expect(certificates.list()).toEqual([]);
	const own = pair();
	const put = await certificates.put({ use: "https", ...upload(own) }, "admin");
	const target = join(folder, "https_cert.pem");
	expect(put).toMatchObject({ use: "https", file: target, names: ["box.example.com"], expired: false });
	expect([put.needsRestart, put.outcome.kind]).toEqual([true, "saved"]);
	expect(readFileSync(target, "utf8")).toBe(own.certificate);
	expect(statSync(join(folder, "https_key.pem")).mode & 0o077).toBe(0);
	expect(config()).toContain(`HttpsCertificate = ${target}\n`);
	expect(config()).toContain("HttpsPort = 5443\n");
	expect(
		config()
			.split("\n")
			.filter((line) => !line.startsWith("Https"))
			.join("\n"),
	).toBe(FILE);
});

test("a first pair opens no other port than the one that waits for a restart", async () => {
	writeFileSync(file, `${FILE}HttpsPort = 8443\n`);
	const put = await begin().put({ use: "https", ...upload(pair()) }, "admin");
	expect(put.outcome.kind).toBe("saved");
	expect(config().match(/HttpsPort.*/g)).toEqual(["HttpsPort = 8443"]);
});

test("a pair goes where the configuration wants it after a restart", async () => {
	const [certificate, key] = [join(folder, "mine.pem"), join(folder, "mine.key")];
	const own = pair();
	writeFileSync(certificate, own.certificate);
	writeFileSync(key, own.key);
	const named = `${FILE}HttpsCertificate = ${certificate}\nHttpsKey = ${key}\nHttpsPort = 8443\n`;
	writeFileSync(file, named);
	const fresh = pair();
	await begin().put({ use: "https", ...upload(fresh) }, "admin");
	expect([readFileSync(key, "utf8"), config()]).toEqual([fresh.key, named]);
});

test("a renewed pair is taken over at once, where the settings name it", async () => {
	const [httpsCertificate, httpsKey] = [join(folder, "mine.pem"), join(folder, "mine.key")];
	const certificates = begin({ httpsCertificate, httpsKey, httpsPort: 5443 });
	const old = pair("old.example.com");
	writeFileSync(httpsCertificate, old.certificate);
	writeFileSync(httpsKey, old.key);
	const fresh = pair("new.example.com");
	const put = await certificates.put({ use: "https", ...upload(fresh) }, "admin");
	expect([put.needsRestart, put.outcome.kind]).toEqual([false, "saved"]);
	expect(readFileSync(httpsKey, "utf8")).toBe(fresh.key);
	expect(config()).toBe(FILE);
	expect(certificates.list()).toMatchObject([{ use: "https", names: ["new.example.com"] }]);
});

test("the pair of SIP and authorities are in the folder of the certificates", async () => {
	const certificates = begin();
	await certificates.put({ use: "sip", ...upload(pair()) }, "admin");
	await certificates.put(
		{ use: "authority", ...upload({ certificate: pair("authority").certificate }) },
		"admin",
	);
	expect(certificates.list().map(({ use, names }) => [use, names])).toEqual([
		["sip", ["box.example.com"]],
		["authority", ["authority"]],
	]);
	expect(readdirSync(folder).filter((name) => /^root_cert_[0-9a-f]{16}\.pem$/.test(name)).length).toBe(1);
	expect(config()).toBe(FILE);
});

test.each([
	["of two pairs", "mismatch", () => ({ certificate: pair().certificate, key: pair().key })],
	["that has expired", "expired", () => pair("old.example.com", Date.now() - 2000 * DAY)],
	["that is none", "no certificate", () => ({ certificate: "no certificate", key: "no key" })],
	["without its key", "no key", () => ({ certificate: pair().certificate, key: "" })],
] as const)("a pair %s is refused, and nothing is changed", async (_what, fault, make) => {
	const certificates = begin();
	const before = readdirSync(folder).toSorted();
	const error = await certificates
		.put({ use: "https", ...upload(make()) }, "admin")
		.catch((reason) => reason);
	expect(error).toMatchObject({ name: "BoxError", what: fault });
	expect(error.message).not.toContain(folder);
	expect([readdirSync(folder).toSorted(), config()]).toEqual([before, FILE]);
	expect(readdirSync(join(folder, "uploads")).toSorted()).toEqual(["a", "b"]);
});
