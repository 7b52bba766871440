import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InstallError, type InstallHost } from "../../../../src/cli/install/host.ts";
import { type InstallOptions, install, optionsFor } from "../../../../src/cli/install/install.ts";
import { type Layout, layoutAt } from "../../../../src/cli/install/layout.ts";
import { uninstall } from "../../../../src/cli/install/uninstall.ts";
import { readConfigFile } from "../../../../src/config/config-file.ts";

let root: string;
let layout: Layout;
let program: string;
let commands: string[];
let said: string[];

beforeEach(() => {
	const folder = mkdtempSync(join(tmpdir(), "install-"));
	root = join(folder, "root");
	layout = layoutAt(root);
	program = join(folder, "clicktocall-new");
	writeFileSync(program, "version 1");
	commands = [];
	said = [];
});

afterEach(() => rmSync(join(root, ".."), { recursive: true, force: true }));

function optionsWith(changes: Partial<InstallHost> = {}, staged = false): InstallOptions {
	const host: InstallHost = {
		program,
		isRoot: true,
		hasSystemd: true,
		has: () => false,
		run: (command) => commands.push(command.join(" ").replaceAll(root, "")),
		...changes,
	};
	return { layout, staged, host, say: (line) => said.push(line) };
}

const mode = (path: string): string => (statSync(path).mode & 0o7777).toString(8);
const folders = (): string[] => [layout.configFolder, layout.stateFolder, layout.logFolder];

describe("a first installation", () => {
	test("with HTTPS has a self-signed pair and the settings that use it; the next one keeps both", async () => {
		await install(optionsWith({}, true), true);
		const file = (name: string): string => join(layout.configFolder, name);
		const certificate = readFileSync(file("https_cert.pem"), "utf8");
		expect(mode(file("https_key.pem"))).toBe("600");
		const config = readFileSync(layout.configFile, "utf8");
		for (const line of ["HttpsPort = 5443", "HttpsKey = /etc/clicktocall/https_key.pem", "HttpRedirect = 1"])
			expect(config).toContain(`\n${line}\n`);
		expect(said.join("\n")).toMatch(/self-signed certificate, SHA-256 fingerprint ([0-9A-F]{2}:){31}/);
		await install(optionsWith({}, true), true);
		expect(readFileSync(file("https_cert.pem"), "utf8")).toBe(certificate);
		expect(readFileSync(layout.configFile, "utf8")).toBe(config);
	});

	test("puts program, configuration and unit into the folder, and leaves the machine alone", async () => {
		await install(optionsWith({}, true));
		expect(commands).toEqual([]);
		expect(readFileSync(layout.executable, "utf8")).toBe("version 1");
		expect(mode(layout.executable)).toBe("755");
		expect(mode(layout.configFile)).toBe("660");
		expect(folders().map(mode)).toEqual(["770", "750", "750"]);
		expect(readFileSync(layout.unit, "utf8")).toContain(
			"ExecStart=/usr/local/bin/clicktocall --config /etc/",
		);
		expect(readFileSync(layout.completion, "utf8")).toContain("complete -F _clicktocall clicktocall");
		for (const path of [layout.unit, layout.tmpfiles]) expect(readFileSync(path, "utf8")).not.toContain(root);
	});

	test("has the sample as its configuration, with the log where logs are", async () => {
		await install(optionsWith({}, true));
		const { values, problems } = readConfigFile(layout.configFile);
		expect(problems).toEqual([]);
		expect(values.logFilename).toBe("/var/log/clicktocall/clicktocall.log");
		expect(values.translationRules).not.toEqual([]);
	});

	test("makes the user, enables the service, and leaves the start to who has edited the settings", async () => {
		await install(optionsWith());
		expect(commands).toEqual([
			"systemd-sysusers /etc/sysusers.d/clicktocall.conf",
			"systemd-tmpfiles --create /etc/tmpfiles.d/clicktocall.conf",
			"systemctl daemon-reload",
			"systemctl enable clicktocall",
		]);
		expect(said.at(-1)).toBe("Edit /etc/clicktocall/clicktocall.config, then: systemctl start clicktocall");
	});

	test("calls no systemctl where systemd does not run", async () => {
		await install(optionsWith({ hasSystemd: false }));
		expect(commands).toEqual([]);
		expect(said.at(-1)).toContain("systemd is not running");
	});

	test("says which step did not work", async () => {
		const run = (): never => {
			throw new InstallError("systemd-sysusers: exit code 1");
		};
		await expect(install(optionsWith({ run }))).rejects.toThrow("systemd-sysusers");
		writeFileSync(join(root, "..", "file"), "");
		const inFile = { ...optionsWith(), layout: layoutAt(join(root, "..", "file")) };
		await expect(install(inFile)).rejects.toThrow(InstallError);
	});
});

describe("an upgrade", () => {
	beforeEach(async () => {
		await install(optionsWith());
		commands = [];
		writeFileSync(program, "version 2");
		writeFileSync(layout.unit, "an old unit");
		writeFileSync(layout.configFile, "TranslationPattern = ^1\nTranslationOutput = sip:a@b\n");
		writeFileSync(join(layout.configFolder, "domain_key_a.pem"), "key");
	});

	test("replaces program and unit, keeps configuration and certificates, and starts a service that ran anew", async () => {
		const { ino } = statSync(layout.executable);
		await install(optionsWith());
		expect(readFileSync(layout.executable, "utf8")).toBe("version 2");
		// The one that runs is not written to: it has the old file until it ends.
		expect(statSync(layout.executable).ino).not.toBe(ino);
		expect(readdirSync(join(root, "usr/local/bin"))).toEqual(["clicktocall"]);
		expect(readFileSync(layout.unit, "utf8")).toContain("[Service]");
		expect(readFileSync(layout.configFile, "utf8")).toStartWith("TranslationPattern = ^1\n");
		expect(readFileSync(join(layout.configFolder, "domain_key_a.pem"), "utf8")).toBe("key");
		expect(commands.slice(-2)).toEqual(["systemctl daemon-reload", "systemctl try-restart clicktocall"]);
	});

	test("changes nothing when the new program would refuse the settings", async () => {
		writeFileSync(layout.configFile, "HttpPort = many\nTranslationPattern = (\nTranslationOutput = x\n");
		const error = await install(optionsWith()).catch((error: unknown) => error);
		expect(error).toBeInstanceOf(InstallError);
		expect(String(error)).toContain("HttpPort = many");
		expect(String(error)).toContain("TranslationPattern = (");
		expect(commands).toEqual([]);
		expect(readFileSync(layout.executable, "utf8")).toBe("version 1");
		expect(readFileSync(layout.unit, "utf8")).toBe("an old unit");
	});

	test("by the installed program itself leaves that as it is", async () => {
		const link = join(root, "link");
		symlinkSync(layout.executable, link);
		for (const same of [layout.executable, link]) await install(optionsWith({ program: same }));
		expect(readFileSync(layout.executable, "utf8")).toBe("version 1");
	});
});

describe("an installation that cannot be", () => {
	test("from sources", async () => {
		await expect(install(optionsWith({ program: undefined }))).rejects.toThrow("sh scripts/install");
		expect(() => statSync(root)).toThrow();
	});

	test("without root, unless a folder stands for /", () => {
		const { host } = optionsWith({ isRoot: false });
		expect(() => optionsFor(undefined, host)).toThrow("expected root");
		expect(() => optionsFor("/", host)).toThrow("expected root");
		expect(optionsFor(root, host)).toMatchObject({ staged: true, layout });
	});

	test("beside the Debian package", () => {
		const { host } = optionsWith({ has: (path) => path === "/usr/lib/systemd/system/clicktocall.service" });
		expect(() => optionsFor(undefined, host)).toThrow("Debian package");
		expect(optionsFor(root, host).staged).toBe(true);
	});
});

describe("uninstalling", () => {
	beforeEach(async () => {
		await install(optionsWith());
		commands = [];
	});

	test("ends the service and keeps what cannot be had again", () => {
		uninstall(optionsWith(), false);
		expect(commands).toEqual(["systemctl disable --now clicktocall", "systemctl daemon-reload"]);
		for (const path of [
			layout.executable,
			layout.unit,
			layout.sysusers,
			layout.tmpfiles,
			layout.completion,
		]) {
			expect(() => statSync(path)).toThrow();
		}
		expect(statSync(layout.configFile).isFile()).toBe(true);
		expect(statSync(layout.logFolder).isDirectory()).toBe(true);
	});

	test("takes all of it away when it is to purge, and nothing else", () => {
		mkdirSync(join(root, "etc/other"));
		uninstall(optionsWith(), true);
		expect(commands.at(-1)).toBe("userdel clicktocall");
		for (const path of folders()) expect(() => statSync(path)).toThrow();
		expect(readdirSync(join(root, "etc"))).toContain("other");
	});

	test("twice, or in a folder, does what is left to do and no more", () => {
		uninstall(optionsWith({}, true), true);
		uninstall(optionsWith({}, true), true);
		expect(commands).toEqual([]);
	});
});
