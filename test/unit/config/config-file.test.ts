import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parseConfig, readConfigFile } from "../../../src/config/config-file.ts";
import { SETTING_ENTRIES } from "../../../src/config/settings.ts";

const FILE = "test.config";

function valuesOf(text: string) {
	const { values, problems } = parseConfig(text, FILE);
	expect(problems).toEqual([]);
	return values;
}

describe("a config file", () => {
	test("is lines of Name = value, in any case, with spaces, comments and blank lines", () => {
		expect(
			valuesOf(
				"# comment\n\n   # comment\n UDPTCPPort=5080\nHTTPPORT \t=  0 \nLogLevel = debug\nhttpauth=Enable\nKeepAlives=off\n",
			),
		).toEqual({ udpTcpPort: 5080, httpPort: 0, logLevel: "DEBUG", httpAuth: true, keepAlives: false });
	});

	test("may begin with a byte order mark and have lines that end in CRLF", () => {
		expect(valuesOf("\uFEFFUDPTCPPort = 5080\r\nHttpPort = 80\r\n")).toEqual({
			udpTcpPort: 5080,
			httpPort: 80,
		});
	});

	test("keeps spaces, = and # within a value", () => {
		expect(valuesOf("HttpAuthPwd = a # b = c")).toEqual({ httpAuthPwd: "a # b = c" });
	});

	test("takes the last of several lines for a setting", () => {
		expect(parseConfig("HttpPort = 1\n\nHttpPort = 2", FILE)).toEqual({
			values: { httpPort: 2 },
			problems: [
				{
					severity: "warning",
					file: FILE,
					line: 3,
					setting: "HttpPort",
					message: "test.config:3: HttpPort: set twice: this value replaces that of line 1",
				},
			],
		});
		expect(parseConfig("ClickToCallIdentity = sip:a@b\nClickToCallIdentity =", FILE).values).toEqual({});
		expect(parseConfig("TLSDomain = a.example\nTLSDomainName = b.example", FILE).problems).toHaveLength(1);
	});

	test("takes the C++ program's name for TLSDomainName too", () => {
		expect(valuesOf("TLSDomain = sip.example.com")).toEqual({ tlsDomainName: "sip.example.com" });
	});

	test("keeps rules in order, with their lines", () => {
		const text =
			"TranslationPattern=^(.*)=$\nTranslationOutput=sip:$1@h\nHttpPort=1\n\nTranslationPattern=b\n#\nTranslationOutput=sip:b@h";
		expect(valuesOf(text).translationRules).toEqual([
			{ pattern: "^(.*)=$", output: "sip:$1@h", file: FILE, line: 1 },
			{ pattern: "b", output: "sip:b@h", file: FILE, line: 5 },
		]);
	});

	test.each([
		["TranslationPattern = a", 1, "TranslationPattern", "expected a TranslationOutput after it"],
		[
			"TranslationPattern = a\nTranslationPattern = b\nTranslationOutput = sip:b@h",
			1,
			"TranslationPattern",
			"TranslationOutput after",
		],
		[
			"\nTranslationOutput = sip:a@h\nTranslationPattern = a\n",
			2,
			"TranslationOutput",
			"TranslationPattern before",
		],
		[
			"TranslationPattern = a\nTranslationOutput = sip:a@h\nTranslationOutput = sip:a@h",
			3,
			"TranslationOutput",
			"TranslationPattern before",
		],
	])("without a pair of rules is an error: %j", (text, line, setting, message) => {
		const [first] = parseConfig(text, FILE).problems;
		expect(first).toMatchObject({
			severity: "error",
			file: FILE,
			line,
			setting,
			message: expect.stringContaining(message),
		});
	});

	test("an empty rule is one problem, not two", () => {
		expect(parseConfig("TranslationPattern =\nTranslationOutput = sip:a@b", FILE).problems).toHaveLength(1);
		expect(parseConfig("TranslationPattern = a\nTranslationOutput =", FILE).problems).toHaveLength(1);
	});

	test("with several bad values lists them all, with file, line, setting, value and what was expected", () => {
		const { problems } = parseConfig("UDPTCPPort = 0\nHttpPort = http\nHttpAuth = yes\nno equals sign", FILE);
		expect(problems).toEqual([
			{
				severity: "error",
				file: FILE,
				line: 1,
				setting: "UDPTCPPort",
				value: "0",
				expected: "a whole number from 1 to 65535",
				message: "test.config:1: UDPTCPPort = 0: expected a whole number from 1 to 65535",
			},
			expect.objectContaining({ line: 2, setting: "HttpPort", value: "http" }),
			expect.objectContaining({ line: 3, setting: "HttpAuth", value: "yes" }),
			expect.objectContaining({ line: 4, expected: "Name = value" }),
		]);
	});

	test("with an unknown name gets a warning with the nearest known name", () => {
		const { problems } = parseConfig("UDPTCPort = 5080\nSomethingElse = 1", FILE);
		expect(problems).toMatchObject([
			{
				severity: "warning",
				line: 1,
				message: "test.config:1: UDPTCPort: unknown setting; did you mean UDPTCPPort?",
			},
			{ severity: "warning", line: 2, message: "test.config:2: SomethingElse: unknown setting" },
		]);
	});

	test.each([
		"HttpAuthPwd = geheim\u0001",
		"HttpAuthPw = geheim",
		"HttpAuthPwd geheim",
		"HttpAuthPwd geheim = 1",
		"HttpAuthPwd: geheim=1",
	])("never shows a password: %j", (line) => {
		const { problems } = parseConfig(line, FILE);
		expect(problems).toHaveLength(1);
		expect(JSON.stringify(problems)).not.toContain("geheim");
	});

	test("of any text is read without throwing, and every problem has its line", () => {
		const names = SETTING_ENTRIES.flatMap(([, setting]) =>
			setting.kind === "single" ? [setting.name] : Object.values(setting.fields).map(({ name }) => name),
		);
		const line = fc.oneof(
			fc.string({ unit: "binary" }),
			fc.tuple(fc.constantFrom(...names), fc.string()).map(([name, value]) => `${name} = ${value}`),
			fc
				.tuple(
					fc.constantFrom(...names),
					fc.constantFrom("", "0", "1", "on", "::1", "sip:a@b", "a.b", "70000", "__proto__"),
				)
				.map((pair) => pair.join("=")),
		);
		fc.assert(
			fc.property(fc.array(line), (lines) => {
				const text = lines.join("\n");
				const count = text.split("\n").length;
				for (const problem of parseConfig(text, FILE).problems) {
					expect(problem.file).toBe(FILE);
					expect(problem.line).toBeWithin(1, count + 1);
					expect(problem.message).toStartWith(`${FILE}:${problem.line}: `);
					expect(problem.message).not.toMatch(/[\r\n]/);
				}
			}),
		);
	});

	test("is read back as it was written", () => {
		const port = fc.integer({ min: 1, max: 65535 });
		fc.assert(
			fc.property(port, fc.boolean(), fc.string({ minLength: 1 }), (number, on, password) => {
				fc.pre(password === password.trim());
				const values = valuesOf(`UDPTCPPort=${number}\nHttpAuth=${on ? 1 : 0}\nHttpAuthPwd=${password}`);
				expect(values).toEqual({ udpTcpPort: number, httpAuth: on, httpAuthPwd: password });
			}),
		);
	});
});

describe("the values of settings", () => {
	test.each([
		["IPAddress", "192.0.2.1", { ipAddress: "192.0.2.1" }],
		["IPAddress", "[2001:db8::1]", { ipAddress: "2001:db8::1" }],
		["IPAddress", "", { ipAddress: "" }],
		[
			"DNSServers",
			"192.0.2.1, 192.0.2.2:5353;[2001:db8::1]:54 2001:db8::2",
			{ dnsServers: ["192.0.2.1", "192.0.2.2:5353", "[2001:db8::1]:54", "2001:db8::2"] },
		],
		["DNSServers", "", { dnsServers: [] }],
		["ClickToCallIdentity", "alice@example.com", { clickToCallIdentity: "sip:alice@example.com" }],
		[
			"ClickToCallIdentity",
			'"Alice" <sips:alice@example.com>;tag=x',
			{ clickToCallIdentity: "sips:alice@example.com" },
		],
		["OutboundProxy", "proxy.example.com:5070", { outboundProxy: "sip:proxy.example.com:5070" }],
		[
			"OutboundProxy",
			"sip:proxy.example.com;transport=tcp;lr",
			{ outboundProxy: "sip:proxy.example.com;transport=tcp;lr" },
		],
		["OutboundProxy", "", { outboundProxy: "" }],
		[
			"HttpAllow",
			"127.0.0.1; 192.168.0.0/16, fd00::/8",
			{ httpAllow: ["127.0.0.1", "192.168.0.0/16", "fd00::/8"] },
		],
		["HttpHosts", "Box.example.com, pbx", { httpHosts: ["box.example.com", "pbx"] }],
		["XmlRpcBind", "127.0.0.1 ::1", { xmlRpcBind: ["127.0.0.1", "::1"] }],
		["MaxCallDuration", "0", { maxCallDuration: 0 }],
		["LogFilename", "", { logFilename: "" }],
		["KeepAlives", "TRUE", { keepAlives: true }],
	])("%s = %s is taken", (name, value, values) => {
		expect(valuesOf(`${name} = ${value}`)).toEqual(values);
	});

	test.each([
		["IPAddress", "localhost"],
		["IPAddress", "192.0.2.1:5060"],
		["DNSServers", "192.0.2.1, dns.example.com"],
		["DNSServers", "192.0.2.1:0"],
		["DNSServers", "[192.0.2.1]"],
		["ClickToCallIdentity", "sip:a@b?Subject=x"],
		["ClickToCallIdentity", "tel:+1555"],
		["OutboundProxy", "sip:a b"],
		["UDPTCPPort", ""],
		["UDPTCPPort", "65536"],
		["UDPTCPPort", "5060.5"],
		["UDPTCPPort", "0x10"],
		["TLSDomainName", "no domain"],
		["InitiatorTimeout", "0"],
		["InitiatorTimeout", "60s"],
		["LogLevel", "VERBOSE"],
		["HttpAuthPwd", ""],
		["HttpAllow", "192.168.0.0/33"],
		["HttpAllow", "everyone"],
		["HttpHosts", "http://box.example.com"],
		["HttpHosts", "[::1]"],
		["XmlRpcBind", "127.0.0.0/8"],
	])("%s = %s is refused", (name, value) => {
		const { values, problems } = parseConfig(`${name} = ${value}`, FILE);
		expect(values).toEqual({});
		expect(problems).toMatchObject([
			{ severity: "error", setting: name, message: expect.stringContaining("expected ") },
		]);
	});
});

describe("reading a config file", () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "clicktocall-config-"));
	});
	afterEach(() => rmSync(folder, { recursive: true }));

	test("gives what the file holds, with its path", () => {
		const path = join(folder, "a.config");
		writeFileSync(path, "UDPTCPPort = 5080\nHttpPort = x\n");
		expect(readConfigFile(path)).toMatchObject({
			values: { udpTcpPort: 5080 },
			problems: [{ file: path, line: 2 }],
		});
	});

	test("that is not there or is none is one clear problem", () => {
		mkdirSync(join(folder, "b.config"));
		for (const [name, reason] of [
			["a.config", "no such file"],
			["b.config", "it is not a regular file"],
		] as const) {
			const path = join(folder, name);
			expect(readConfigFile(path).problems).toEqual([
				{ severity: "error", file: path, message: `${path}: the config file cannot be read: ${reason}` },
			]);
		}
	});
});
