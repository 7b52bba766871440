import { describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import manifest from "../../../package.json";
import { renderCopyright } from "../../../scripts/packaging/copyright.ts";
import { layOut } from "../../../scripts/packaging/deb-tree.ts";
import { renderManPage } from "../../../scripts/packaging/man-page.ts";
import { COMMAND_LIST } from "../../../src/cli/command-list.ts";
import { renderSysusers, renderTmpfiles } from "../../../src/cli/install/layout.ts";
import { renderUnit } from "../../../src/cli/install/systemd-unit.ts";

const ROOT = join(import.meta.dir, "../../..");

describe("the manual page", () => {
	const page = renderManPage("2026-01-02");

	test("has its head, the help, files, signals and exit codes", () => {
		expect(page).toStartWith(`.TH CLICKTOCALL 1 "2026-01-02" "clicktocall ${manifest.version}"\n.SH NAME\n`);
		for (const text of [
			"\\-\\-sample\\-config",
			"DrainTimeout",
			"/etc/clicktocall/clicktocall.config",
			"SIGHUP",
		]) {
			expect(page).toContain(text);
		}
	});

	test("has the help of each command", () => {
		for (const { name } of COMMAND_LIST)
			expect(page).toContain(`\n.SS ${name}\n.nf\nusage: clicktocall ${name}`);
	});

	test("shows every character of the help as it is", () => {
		const requests = page.split("\n").filter((line) => /^[.']/.test(line));
		for (const line of requests) expect(line).toMatch(/^\.(TH|SH|SS|B|TP|nf|fi)\b/);
		expect(page).not.toMatch(/\\(?![-&e])/);
		expect(page.replaceAll("\\-", "")).not.toMatch(/--/);
	});
});

test("the licence of every dependency is in the package", () => {
	const text = renderCopyright();
	for (const [name, version] of Object.entries(manifest.dependencies))
		expect(text).toContain(`${name} ${version}\n`);
	expect(text).toContain("Permission is hereby granted");
});

test("the package holds the project's licence and changelog", () => {
	const folder = mkdtempSync(join(tmpdir(), "clicktocall-tree-"));
	try {
		const executable = join(ROOT, "package.json");
		layOut(folder, { architecture: "amd64", executable, epoch: 1, maintainer: "A <a@example.com>" });
		const documents = join(folder, "usr/share/doc/clicktocall");
		expect(readFileSync(join(documents, "copyright"), "utf8")).toStartWith(
			`clicktocall ${manifest.version}\n\n${readFileSync(join(ROOT, "LICENSE"), "utf8")}`,
		);
		expect(gunzipSync(readFileSync(join(documents, "changelog.gz"))).toString()).toBe(
			readFileSync(join(ROOT, "CHANGELOG.md"), "utf8"),
		);
	} finally {
		rmSync(folder, { recursive: true });
	}
});

describe("the unit", () => {
	const unit = renderUnit("/usr/bin/clicktocall");
	const line = (name: string): string | undefined =>
		unit
			.split("\n")
			.find((text) => text.startsWith(`${name}=`))
			?.slice(name.length + 1);

	test("lets no environment make the executable run other code", () => {
		expect(line("UnsetEnvironment")).toBe("BUN_OPTIONS BUN_BE_BUN");
	});

	test("is confined, and watched by systemd", () => {
		expect(line("Type")).toBe("notify");
		expect(Number(line("WatchdogSec"))).toBeGreaterThan(0);
		expect(line("ProtectSystem")).toBe("strict");
		expect(line("NoNewPrivileges")).toBe("yes");
		expect(line("User")).toBe("clicktocall");
	});

	test("writes in its own folders and its configuration only, and has a configuration that others cannot", () => {
		expect(line("StateDirectory")).toBe("clicktocall");
		expect(line("LogsDirectory")).toBe("clicktocall");
		expect(line("ReadWritePaths")).toBe("-/etc/clicktocall");
		expect(line("WorkingDirectory")).toBe("/var/lib/clicktocall");
		expect(renderTmpfiles()).toContain("z /etc/clicktocall/clicktocall.config 0660 root clicktocall -\n");
		expect(renderTmpfiles()).toContain("z /etc/clicktocall/*.pem 0660 root clicktocall -\n");
		expect(renderSysusers()).toStartWith("u clicktocall ");
	});
});

test.each([
	"install",
	"package",
	"packaging/postinst",
	"packaging/prerm",
	"packaging/postrm",
	"packaging/announce",
])("scripts/%s is a script for any shell", (name) => {
	const file = join(ROOT, "scripts", name);
	expect(readFileSync(file, "utf8")).toStartWith("#!/bin/sh\n");
	expect(Bun.spawnSync(["sh", "-n", file]).exitCode).toBe(0);
});

describe("the announcement on the LAN", () => {
	const announce = (config: string): string | undefined => {
		const folder = mkdtempSync(join(tmpdir(), "clicktocall-announce-"));
		try {
			const file = join(folder, "clicktocall.config");
			writeFileSync(file, config);
			const script = join(ROOT, "scripts/packaging/announce");
			expect(Bun.spawnSync(["sh", script, file, folder]).exitCode).toBe(0);
			const service = join(folder, "clicktocall.service");
			return existsSync(service) ? readFileSync(service, "utf8") : undefined;
		} finally {
			rmSync(folder, { recursive: true });
		}
	};
	const services = (config: string): string[] =>
		[
			...(announce(config) ?? "").matchAll(
				/<type>(.*)<\/type>\s*<port>(.*)<\/port>\s*<txt-record>(.*)<\/txt-record>/g,
			),
		].map(([, type, port, text]) => `${type} ${port} ${text}`);

	test("has the ports of the configuration, as the server reads it", () => {
		expect(services("")).toEqual(["_http._tcp 5090 path=/"]);
		expect(services("HttpPort = 81\n  httpport=8080 \n#HttpPort = 9\nHttpsPort = 443\n")).toEqual([
			"_http._tcp 8080 path=/",
			"_https._tcp 443 path=/",
		]);
		expect(services("HttpPort = 0\nHttpsPort = 443\nHttpPrefix = /ctc/\n")).toEqual([
			"_https._tcp 443 path=/ctc/",
		]);
	});

	test("is not made for pages that nobody on the LAN reaches", () => {
		expect(announce("HttpPort = 0\n")).toBeUndefined();
		expect(announce("HttpBind = 127.0.0.1\n")).toBeUndefined();
	});
});

describe("sh scripts/package", () => {
	const run = (args: string[], env: Record<string, string> = {}) =>
		Bun.spawnSync([process.execPath, join(ROOT, "scripts/package.ts"), ...args], {
			env: { ...process.env, ...env },
		});

	test("names what is no architecture", () => {
		const { exitCode, stderr } = run(["amd64", "riscv"]);
		expect(stderr.toString()).toBe("package: unknown riscv, expected amd64 or arm64\n");
		expect(exitCode).toBe(2);
	});

	test("refuses a time that is none, before it builds anything", () => {
		const { exitCode, stderr } = run([], { SOURCE_DATE_EPOCH: "yesterday" });
		expect(stderr.toString()).toContain("SOURCE_DATE_EPOCH = yesterday: expected seconds");
		expect(exitCode).toBe(1);
	});
});
