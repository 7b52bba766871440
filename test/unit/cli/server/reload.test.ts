import { beforeEach, describe, expect, test } from "bun:test";
import { SettingsReloader } from "../../../../src/cli/server/reload.ts";
import { parseCommandLine } from "../../../../src/config/command-line.ts";
import { parseConfig } from "../../../../src/config/config-file.ts";
import type { LoadedSettings } from "../../../../src/config/load.ts";
import { defaultSettings, type Settings } from "../../../../src/config/settings.ts";
import type { LogLevel } from "../../../../src/log/logger.ts";
import { NULL_LOGGER } from "../../../../src/log/null-logger.ts";
import { compileRules } from "../../../../src/translate/compile-rules.ts";
import { MemoryLogger } from "../../../support/memory-logger.ts";

const commandLine = parseCommandLine([]);
const defaults = defaultSettings({ hostName: "box.example" });

let file: string;
let log: MemoryLogger;
let applied: Pick<
	Settings,
	"translationRules" | "numberCleaning" | "defaultCountry" | "contacts" | "sipAccounts"
>[];
let levels: LogLevel[];
let drainTimes: number[];
let reloader: SettingsReloader;

function read(): LoadedSettings {
	const { values, problems } = parseConfig(file, "box.config");
	const settings = { ...defaults, ...values };
	const { translationRules } = settings;
	if (problems.some(({ severity }) => severity === "error")) {
		return { ok: false, problems, translationRules, commandLine };
	}
	return { ok: true, settings, warnings: problems, commandLine };
}

beforeEach(() => {
	log = new MemoryLogger();
	applied = [];
	levels = [];
	drainTimes = [];
	reloader = new SettingsReloader({
		settings: defaults,
		read: () => read(),
		apply: async (settings) => {
			(await compileRules(settings.translationRules, NULL_LOGGER)).dispose();
			applied.push(settings);
		},
		takeOver: {
			logLevel: (level) => levels.push(level),
			drainTimeout: (seconds) => drainTimes.push(seconds),
		},
		log,
	});
});

const said = (text: string): boolean => log.lines.some((line) => line.includes(text));

test("rules, accounts and level are taken over; of the others the log says that they need a restart", async () => {
	file =
		"TranslationPattern = ^1\nTranslationOutput = sip:a@b\nLogLevel = DEBUG\nHttpPort = 8080\nHtpPort = 1";
	await reloader.reload();
	expect(applied[0]?.translationRules).toMatchObject([{ pattern: "^1" }]);
	expect(reloader.settings.httpPort).toBe(defaults.httpPort);
	expect(levels).toEqual(["DEBUG"]);
	expect(said("LogLevel, TranslationPattern changed")).toBe(true);
	expect(said("HttpPort has changed: it takes effect after a restart")).toBe(true);
	expect(said("box.config:5: HtpPort")).toBe(true);
	expect(reloader.settings).toEqual({ ...defaults, ...applied[0] });
});

test("a restart that is due is said each time, what was taken over once", async () => {
	file = "DrainTimeout = 60\nHttpPort = 8080";
	await reloader.reload();
	expect(drainTimes).toEqual([60]);
	log.lines.length = 0;
	await reloader.reload();
	expect(said("nothing changed")).toBe(true);
	expect(said("HttpPort")).toBe(true);
});

describe("a file with an error changes nothing, and every error is said", () => {
	test.each([
		[
			"a bad value, and a rule that no engine takes",
			"LogLevel = LOUD\nTranslationPattern = (\nTranslationOutput = x",
		],
		["only a rule that no engine takes", "LogLevel = DEBUG\nTranslationPattern = (\nTranslationOutput = x"],
	])("%s", async (_what, text) => {
		file = text;
		await reloader.reload();
		expect(applied).toEqual([]);
		expect(levels).toEqual([]);
		expect(reloader.settings).toBe(defaults);
		if (text.includes("LOUD")) expect(said("box.config:1: LogLevel = LOUD")).toBe(true);
		expect(said("box.config:2: TranslationPattern = (")).toBe(true);
		expect(said("keeps those it has")).toBe(true);
	});
});

test("readings do not overtake each other, and one that fails stops no later one", async () => {
	const order: string[] = [];
	const gate = Promise.withResolvers<void>();
	const slow = new SettingsReloader({
		settings: defaults,
		read: () => {
			order.push("read");
			return read();
		},
		apply: async () => {
			order.push("apply");
			await gate.promise;
			if (order.length === 2) throw new Error("broken");
		},
		takeOver: { logLevel: () => {}, drainTimeout: () => {} },
		log,
	});
	file = "LogLevel = DEBUG";
	const both = Promise.all([slow.reload(), slow.reload()]);
	gate.resolve();
	await both;
	expect(order).toEqual(["read", "apply", "read", "apply"]);
	expect(said("Error: broken")).toBe(true);
	expect(slow.settings.logLevel).toBe("DEBUG");
});
