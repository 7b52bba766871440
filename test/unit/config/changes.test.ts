import { describe, expect, test } from "bun:test";
import { changesBetween, takeOverLive } from "../../../src/config/changes.ts";
import { defaultSettings, type Settings } from "../../../src/config/settings.ts";

const BEFORE: Settings = {
	...defaultSettings({ hostName: "box.example" }),
	translationRules: [{ pattern: "^1", output: "sip:a@b", file: "f", line: 3 }],
	sipAccounts: [{ user: "u", password: "p", realm: "r", file: "f", line: 1 }],
};

describe("settings that were read again", () => {
	test("have not changed when only the lines of the file have moved", () => {
		const after: Settings = {
			...BEFORE,
			xmlRpcBind: [...BEFORE.xmlRpcBind],
			translationRules: BEFORE.translationRules.map((rule) => ({ ...rule, line: 99 })),
			sipAccounts: BEFORE.sipAccounts.map((account) => ({ ...account, line: 98 })),
		};
		expect(changesBetween(BEFORE, after)).toEqual({ live: [], restart: [] });
	});

	test("are told apart: those that are taken over, and those that need a restart", () => {
		const after: Settings = {
			...BEFORE,
			httpPort: 8080,
			xmlRpcAllow: ["192.0.2.0/24"],
			logLevel: "DEBUG",
			drainTimeout: 60,
			numberCleaning: false,
			defaultCountry: "DE",
			translationRules: [],
			sipAccounts: BEFORE.sipAccounts.map((account) => ({ ...account, password: "new" })),
		};
		expect(changesBetween(BEFORE, after)).toEqual({
			live: [
				"SipAuthUser",
				"DrainTimeout",
				"LogLevel",
				"NumberCleaning",
				"DefaultCountry",
				"TranslationPattern",
			],
			restart: ["XmlRpcAllow", "HttpPort"],
		});
		const running = takeOverLive(BEFORE, after);
		expect(running).toEqual({ ...after, httpPort: BEFORE.httpPort, xmlRpcAllow: BEFORE.xmlRpcAllow });
		expect(changesBetween(running, after)).toEqual({ live: [], restart: ["XmlRpcAllow", "HttpPort"] });
	});
});
