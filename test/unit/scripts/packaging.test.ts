import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../../package.json";
import { renderCopyright } from "../../../scripts/packaging/copyright.ts";
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

	test("writes in its own folders only, and reads a configuration that others can't", () => {
		expect(line("StateDirectory")).toBe("clicktocall");
		expect(line("LogsDirectory")).toBe("clicktocall");
		expect(line("WorkingDirectory")).toBe("/var/lib/clicktocall");
		expect(renderTmpfiles()).toContain("z /etc/clicktocall/clicktocall.config 0640 root clicktocall -\n");
		expect(renderTmpfiles()).toContain("z /etc/clicktocall/*.pem 0640 root clicktocall -\n");
		expect(renderSysusers()).toStartWith("u clicktocall ");
	});
});

test.each(["install", "package", "packaging/postinst", "packaging/prerm", "packaging/postrm"])(
	"scripts/%s is a script for any shell",
	(name) => {
		const file = join(ROOT, "scripts", name);
		expect(readFileSync(file, "utf8")).toStartWith("#!/bin/sh\n");
		expect(Bun.spawnSync(["sh", "-n", file]).exitCode).toBe(0);
	},
);

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
