import { afterEach, expect, test } from "bun:test";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configProblems } from "../../../src/appliance/config-problems.ts";
import { loadSettings } from "../../../src/config/load.ts";
import { SETTING_ENTRIES } from "../../../src/config/settings.ts";
import { makeSelfSigned } from "../../../src/tls/self-signed.ts";
import { collectSetUp } from "../../../src/transfer/collect.ts";
import { type Imported, placeSetUp } from "../../../src/transfer/place-set-up.ts";
import { readSetUp, type SetUp, writeSetUp } from "../../../src/transfer/set-up.ts";

const folders: string[] = [];
afterEach(() => {
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), "set-up-"));
	folders.push(folder);
	return folder;
}

const RULES = "TranslationPattern = ^([0-9]+)$\nTranslationOutput = sip:$1@pbx.example.com\n";
const { certificate, key } = makeSelfSigned(["ctc.example.com"], Date.now());

/** A server with files in three folders. @returns its configuration. */
function oldBox(more = ""): string {
	const folder = newFolder();
	mkdirSync(join(folder, "tls"));
	mkdirSync(join(folder, "web"));
	writeFileSync(join(folder, "tls", "root_cert_own.pem"), certificate);
	writeFileSync(join(folder, "tls", "notes.txt"), "no certificate");
	writeFileSync(join(folder, "web", "pair.pem"), certificate);
	writeFileSync(join(folder, "pair.pem"), key);
	writeFileSync(join(folder, "people.csv"), "name,number\nAnna,201\n");
	const configFile = join(folder, "clicktocall.config");
	writeFileSync(
		configFile,
		`# Mine: zürich\nHttpsPort = 5443\n\nhttpscertificate=${folder}/web/pair.pem\nHttpsKey = ${folder}/pair.pem\r\n` +
			`Contacts = ${folder}/people.csv\n  CertificatePath =   ${folder}/tls\nLogFilename =\n${more}${RULES}# the end`,
	);
	return configFile;
}

function settingsOf(configFile: string) {
	const loaded = loadSettings({ argv: ["--config", configFile], cwd: "/" });
	if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join("\n"));
	return loaded.settings;
}

function collect(configFile: string): SetUp {
	const settings = settingsOf(configFile);
	return readSetUp(writeSetUp(collectSetUp({ configFile, settings, folder: "/" }).setUp));
}

function place(setUp: SetUp, folder: string): Promise<Imported> {
	return placeSetUp(setUp, {
		configFile: join(folder, "clicktocall.config"),
		emptyMeans: folder,
		check: (file, certificates) => configProblems(file, certificates, { folder: "/", madeBefore: [] }),
	});
}

/** Names and contents of a folder. */
function contents(folder: string): Record<string, string> {
	return Object.fromEntries(
		readdirSync(folder)
			.sort()
			.map((name) => [name, readFileSync(join(folder, name), "latin1")]),
	);
}

test("a set-up comes to another folder whole, and works there", async () => {
	const setUp = collect(oldBox());
	const folder = newFolder();
	const { written, kept } = await place(setUp, folder);
	expect(Object.keys(contents(folder))).toEqual([
		"clicktocall.config",
		"httpskey_pair.pem",
		"pair.pem",
		"people.csv",
		"root_cert_own.pem",
	]);
	expect(kept).toEqual([]);
	expect(written.at(-1)).toBe(join(folder, "clicktocall.config"));
	const settings = settingsOf(join(folder, "clicktocall.config"));
	expect(settings.certificatePath).toBe(folder);
	expect(readFileSync(settings.httpsCertificate, "utf8")).toBe(certificate);
	expect(readFileSync(settings.httpsKey, "utf8")).toBe(key);
	expect(readFileSync(settings.contacts, "utf8")).toContain("Anna,201");
});

test("only the paths in the configuration change, and the way back gives the same", async () => {
	const configFile = oldBox();
	const setUp = collect(configFile);
	const folder = newFolder();
	await place(setUp, folder);
	const lines = contents(folder)["clicktocall.config"]?.split("\n") ?? [];
	const before = readFileSync(configFile, "latin1").split("\n");
	const changed = before
		.filter((line, index) => line !== lines[index])
		.map((line) => line.trim().split(/\s*=/)[0]);
	expect(lines.length).toBe(before.length);
	expect(changed).toEqual(["httpscertificate", "HttpsKey", "Contacts", "CertificatePath"]);
	// A second journey changes nothing but the folder.
	const again = newFolder();
	await place(collect(join(folder, "clicktocall.config")), again);
	const inPlace = Object.entries(contents(again)).map(([name, text]) => [
		name,
		text.replaceAll(again, folder),
	]);
	expect(Object.fromEntries(inPlace)).toEqual(contents(folder));
});

test("files that are there are kept, and readable for nobody else", async () => {
	const folder = newFolder();
	writeFileSync(join(folder, "clicktocall.config"), "HttpPort = 5080\n");
	writeFileSync(join(folder, "people.csv"), "older");
	writeFileSync(join(folder, "other.txt"), "not ours");
	const { kept } = await place(collect(oldBox()), folder);
	expect(kept).toEqual([join(folder, "people.csv.before"), join(folder, "clicktocall.config.before")]);
	expect(contents(folder)).toMatchObject({
		"people.csv.before": "older",
		"clicktocall.config.before": "HttpPort = 5080\n",
		"other.txt": "not ours",
	});
	for (const name of ["httpskey_pair.pem", "clicktocall.config"])
		expect(statSync(join(folder, name)).mode & 0o007).toBe(0);
});

test.each([
	[
		"a bad value",
		(setUp: SetUp): SetUp => ({
			...setUp,
			config: Buffer.concat([Buffer.from("MaxCalls = many\n"), setUp.config]),
		}),
		"MaxCalls",
	],
	[
		"a bad rule",
		(setUp: SetUp): SetUp => ({
			...setUp,
			config: Buffer.from("TranslationPattern = (\nTranslationOutput = x\n"),
		}),
		"(",
	],
	[
		"a key of another certificate",
		(setUp: SetUp): SetUp => ({
			...setUp,
			files: setUp.files.map((file) =>
				file.name === "httpskey_pair.pem"
					? { ...file, content: Buffer.from(makeSelfSigned(["x"], Date.now()).key) }
					: file,
			),
		}),
		"does not belong",
	],
])("nothing is changed for %s", async (_what, spoil, word) => {
	const folder = newFolder();
	writeFileSync(join(folder, "clicktocall.config"), "HttpPort = 5080\n");
	const before = contents(folder);
	const error: unknown = await place(spoil(collect(oldBox())), folder).catch((reason: unknown) => reason);
	expect(String(error)).toContain(word);
	expect(String(error)).not.toContain(".import-");
	expect(contents(folder)).toEqual(before);
	expect(existsSync(join(folder, "people.csv"))).toBe(false);
});

test("a file that is named but not there is told, and left out", () => {
	const configFile = oldBox();
	rmSync(settingsOf(configFile).contacts);
	const { setUp, missing } = collectSetUp({ configFile, settings: settingsOf(configFile), folder: "/" });
	expect(missing).toEqual([settingsOf(configFile).contacts]);
	expect(setUp.files.map(({ name }) => name)).not.toContain("people.csv");
});

test("no name leads out of the folder", () => {
	for (const name of ["../x", "/etc/passwd", "a/b", "..", ".hidden", "", "x\0y"]) {
		const octets = writeSetUp({
			config: Buffer.from(""),
			files: [{ name, settings: [], content: Buffer.from("") }],
		});
		expect(() => readSetUp(octets)).toThrow("plain names");
	}
});

test("the table says of each path what becomes of it", () => {
	const paths = SETTING_ENTRIES.flatMap(([, setting]) =>
		setting.kind === "single" && /^(FILE|FOLDER)$/.test(setting.type.placeholder) ? [setting] : [],
	);
	expect(paths.length).toBeGreaterThan(5);
	expect(paths.filter(({ path }) => path === undefined).map(({ name }) => name)).toEqual([]);
});
