import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../../src/config/config-file.ts";
import { renderHelp } from "../../../src/config/render-help.ts";
import { renderSampleConfig } from "../../../src/config/render-sample.ts";
import { renderSettingsTable } from "../../../src/config/render-table.ts";
import { defaultSettings, SETTING_ENTRIES } from "../../../src/config/settings.ts";
import { NULL_LOGGER } from "../../../src/log/null-logger.ts";
import { cleanNumber } from "../../../src/numbers/clean-number.ts";
import { compileRules } from "../../../src/translate/compile-rules.ts";
import { PROJECT } from "../../support/sources.ts";

const NAMES = SETTING_ENTRIES.flatMap(([, setting]) =>
	setting.kind === "single" ? [setting.name] : Object.values(setting.fields).map(({ name }) => name),
);
const DEFAULTS = defaultSettings({ hostName: "box.example" });

describe("the help", () => {
	test("names every setting and every option, in lines of at most 100 characters", () => {
		const lines = renderHelp().split("\n");
		for (const name of NAMES) expect(lines.some((line) => line.startsWith(`  ${name} `))).toBe(true);
		for (const option of [
			"-a",
			"-d",
			"-ci",
			"-sp",
			"-tp",
			"-td",
			"-nk",
			"-op",
			"-l",
			"-?, -h, --help",
			"--version",
			"--config",
		]) {
			expect(lines.some((line) => line.startsWith(`  ${option} `))).toBe(true);
		}
		expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
	});

	test("has the parts that the program adds", () => {
		const help = renderHelp({
			usage: ["Usage: x"],
			commands: [{ term: "check", text: "checks" }],
			examples: ["x check"],
		});
		expect(help).toStartWith("Usage: x\n\nCommands:\n  check                 checks\n\nOptions:\n");
		expect(help).toEndWith("\n\nExamples:\n  x check\n");
	});
});

describe("the sample file", () => {
	const sample = renderSampleConfig();

	test("is read without a problem, and its rules work", async () => {
		const { values, problems } = parseConfig(sample, "sample");
		expect(problems).toEqual([]);
		expect(values.httpAuth).toBe(true);
		const translator = await compileRules(values.translationRules ?? [], NULL_LOGGER, cleanNumber);
		expect(translator.translate("9055551234")).toMatchObject({ uri: "sip:9055551234@example.com" });
		expect(translator.translate("+49 (0)30 12")).toMatchObject({ uri: "sip:+493012@example.com" });
		expect(translator.translate("tel:*21*0301%23")).toMatchObject({ uri: "sip:*21*0301%23@example.com" });
		expect(translator.translate("sip:a@b")).toMatchObject({ uri: "sip:a@b" });
		expect(translator.warnings).toEqual([]);
		translator.dispose();
	});

	test("opens no port that needs a certificate", () => {
		const active = renderSampleConfig().match(/^\w+Port\b.*$/gm) ?? [];
		expect(active.filter((line) => /https|tls/i.test(line))).toEqual([]);
	});

	test("has every setting, and is read without a problem with all of them set", () => {
		const uncommented = sample.replace(/^#(\w+ =)/gm, "$1");
		for (const name of NAMES) expect(uncommented).toMatch(new RegExp(`^${name} =`, "m"));
		expect(parseConfig(uncommented, "sample").problems).toEqual([]);
	});

	test("shows the defaults in what is commented out", () => {
		const uncommented = sample.replace(/^#(\w+ =)/gm, "$1");
		const values = parseConfig(uncommented, "sample").values;
		const { udpTcpPort, logLevel, keepAlives, dnsServers, maxCalls, logFilename } = DEFAULTS;
		expect(values).toMatchObject({ udpTcpPort, logLevel, keepAlives, dnsServers, maxCalls, logFilename });
	});
});

test("the rules in docs/configuration.md take what numbers are cleaned to", async () => {
	const page = readFileSync(join(PROJECT, "docs/configuration.md"), "utf8");
	const { values } = parseConfig(/^TranslationPattern.*?(?=^```)/ms.exec(page)?.[0] ?? "", "docs");
	const translator = await compileRules(values.translationRules ?? [], NULL_LOGGER, cleanNumber);
	const uriOf = (address: string) => translator.translate(address);
	expect(uriOf("101")).toMatchObject({ uri: "sip:101@pbx.example.com" });
	for (const typed of ["+49 (0)30 123456", "tel:+49-30-123456", "+49\u00a030/123456"])
		expect(uriOf(typed)).toMatchObject({ uri: "sip:+4930123456@gateway.example.com;transport=tcp" });
	expect(uriOf("*21*0301#")).toMatchObject({ ok: true });
	translator.dispose();
});

describe("the table of settings", () => {
	test("has a row of four cells for each name", () => {
		const rows = renderSettingsTable().trimEnd().split("\n");
		expect(rows).toHaveLength(NAMES.length + 2);
		for (const row of rows) expect(row.replace(/\\./g, "").split("|")).toHaveLength(6);
	});

	test("stands in docs/configuration.md as it is now", () => {
		const page = readFileSync(join(PROJECT, "docs/configuration.md"), "utf8");
		expect(page).toContain(renderSettingsTable());
	});
});
