import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadSettings } from "../../../src/config/load.ts";
import { hashesOf, storedHashes } from "../../../src/password-hashes.ts";

const RULE = "TranslationPattern = x\nTranslationOutput = sip:x@y\nXmlRpcPort = 0\nHttpAuthPwd = own\n";
const ANNA = "HttpUser = anna\nHttpUserPassword = secret\nHttpUserPhone = 201\n";

function load(text: string) {
	const cwd = mkdtempSync(join(tmpdir(), "access-"));
	writeFileSync(join(cwd, "clicktocall.config"), `${RULE}${text}`);
	const loaded = loadSettings({ argv: [], cwd, machine: { hostName: "box.example" } });
	rmSync(cwd, { recursive: true });
	return loaded;
}

function problemsOf(text: string): string {
	const loaded = load(text);
	return (loaded.ok ? loaded.warnings : loaded.problems).map(({ message }) => message).join("\n");
}

test("users and tokens have phones, users at least one", () => {
	const stored = storedHashes(hashesOf("bert", "x"));
	const text = `HttpAuth = 1\n${ANNA}HttpUserPhone = 0301\nHttpUser = bert\nHttpUserPassword = ${stored}\nHttpUserPhone = 202\nHttpApiToken = 0123456789abcdef\nHttpApiToken = 0123456789abcdeg\nHttpApiTokenName = crm\nHttpApiTokenPhone = 201\n`;
	const loaded = load(text);
	expect(loaded).toMatchObject({
		ok: true,
		warnings: [],
		settings: {
			httpUsers: [
				{ name: "anna", password: "secret", phones: ["201", "0301"] },
				{ name: "bert", password: stored, phones: ["202"] },
			],
			httpApiTokens: [
				{ token: "0123456789abcdef", name: "", phones: [] },
				{ token: "0123456789abcdeg", name: "crm", phones: ["201"] },
			],
		},
	});
});

test.each([
	[`HttpAuth = 1\nHttpUser = anna\nHttpUserPassword = x\n`, "expected a HttpUserPhone after it"],
	[`HttpAuth = 1\nHttpUser = anna\nHttpUserPhone = 201\n`, "expected a HttpUserPassword after it"],
	["HttpAuth = 1\nHttpUserPhone = 201\n", "expected a HttpUser before it"],
	[`HttpAuth = 1\n${ANNA}${ANNA}`, "expected a name that no other user or program has"],
	[
		`HttpAuth = 1\n${ANNA}HttpApiToken = 0123456789abcdef\nHttpApiTokenName = anna\n`,
		"expected a name that no other user or program has",
	],
	[ANNA, "expected HttpAuth = 1 with it"],
	["HttpUser = admin\n", "neither admin nor token"],
	["HttpUser = a:b\n", "neither admin nor token"],
	["HttpAuthPwd = {HA1}MD5:12\n", "expected a password, or hashes as clicktocall password prints them"],
	[
		"HttpApiToken = 0123456789abcdef\nHttpApiTokenPhone = 201\n",
		"without HttpAuth everyone may use the pages",
	],
])("a problem is named: %j", (text, expected) => {
	expect(problemsOf(text)).toContain(expected);
	expect(problemsOf(text)).not.toContain("secret");
});
