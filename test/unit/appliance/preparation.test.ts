import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Preparation, PreparationError, prepare } from "../../../src/appliance/preparation.ts";
import { defaultSettings, type Settings } from "../../../src/config/settings.ts";
import { NULL_LOGGER } from "../../../src/log/null-logger.ts";
import { Authority } from "../../support/authority.ts";

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "preparation-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function settings(changes: Partial<Settings> = {}): Settings {
	return {
		...defaultSettings({ hostName: "sip.example.com" }),
		certificatePath: folder,
		logFilename: join(folder, "a.log"),
		historyFile: join(folder, "a.sqlite"),
		...changes,
	};
}

async function prepared(changes: Partial<Settings> = {}): Promise<Preparation> {
	const made = await prepare(settings(changes), NULL_LOGGER);
	made.translator.dispose();
	return made;
}

async function problemsOf(changes: Partial<Settings>): Promise<readonly string[]> {
	const error = await prepared(changes).catch((reason: unknown) => reason);
	if (!(error instanceof PreparationError)) throw new Error(`no problem was found: ${String(error)}`);
	return error.problems;
}

describe("what the settings name", () => {
	test("is good when it is there", async () => {
		expect(await prepared()).toMatchObject({ warnings: [], fileWarnings: [] });
	});

	test("is listed at once when a server cannot start with it", async () => {
		const rule = { pattern: "(", output: "sip:a@b", file: "a.config", line: 3 };
		const problems = await problemsOf({
			logFilename: join(folder, "none/a.log"),
			certificatePath: join(folder, "none"),
			translationRules: [rule],
		});
		expect(problems).toEqual([
			expect.stringContaining("a.config:3: TranslationPattern = ("),
			expect.stringContaining(join(folder, "none")),
			`LogFilename = ${join(folder, "none/a.log")}: there is no folder ${join(folder, "none")}`,
		]);
	});

	test("is warned of when log or history can wait for it", async () => {
		mkdirSync(join(folder, "a.log"));
		const { fileWarnings } = await prepared({ historyFile: join(folder, "none/a.sqlite") });
		expect(fileWarnings).toEqual([
			`LogFilename = ${join(folder, "a.log")}: it is a folder`,
			`HistoryFile = ${join(folder, "none/a.sqlite")}: there is no folder ${join(folder, "none")}`,
		]);
		expect((await prepared({ logFilename: "", historyFile: "" })).fileWarnings).toEqual([]);
	});

	test("may be made before the server starts, and begins in its folder", async () => {
		const made = await prepare(settings({ logFilename: "log/a.log", historyFile: "a.sqlite" }), NULL_LOGGER, {
			folder,
			madeBefore: [join(folder, "log")],
		});
		expect(made.fileWarnings).toEqual([]);
		made.translator.dispose();
	});

	test("is a port of TLS that is another one's as well, once there is a certificate", async () => {
		const clash = { tlsPort: 5090, httpPort: 5090 };
		await prepared(clash);
		using authority = new Authority();
		const { certificate, key } = authority.issue({ names: "DNS:sip.example.com" });
		writeFileSync(join(folder, "domain_cert_sip.example.com.pem"), certificate);
		writeFileSync(join(folder, "domain_key_sip.example.com.pem"), key);
		expect(await problemsOf(clash)).toEqual(["TLSPort = 5090: expected a port other than HttpPort's"]);
		await prepared({ ...clash, ipAddress: "127.0.0.1", httpBind: ["127.0.0.2"] });
	});
});
