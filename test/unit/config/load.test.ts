import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadSettings } from "../../../src/config/load.ts";

const RULE = "TranslationPattern = a\nTranslationOutput = sip:a@b\n";
const MACHINE = { hostName: "box.example" };

let cwd: string;
beforeEach(() => {
	cwd = mkdtempSync(join(tmpdir(), "clicktocall-load-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function load(argv: readonly string[], text?: string, allowNoFile = false) {
	if (text !== undefined) writeFileSync(join(cwd, "clicktocall.config"), text);
	return loadSettings({ argv, cwd, machine: MACHINE, allowNoFile });
}

function settingsOf(argv: readonly string[], text?: string) {
	const loaded = load(argv, text, true);
	if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join("\n"));
	return loaded.settings;
}

describe("settings", () => {
	test("are the C++ server's defaults when nothing is set", () => {
		expect(settingsOf([])).toEqual({
			ipAddress: "",
			externalAddress: "",
			fixContact: true,
			dnsServers: [],
			clickToCallIdentity: "sip:clicktocall@box.example",
			udpTcpPort: 5072,
			tlsPort: 5073,
			sipMaxConnections: 4000,
			sipMaxPerAddress: 1000,
			tlsDomainName: "box.example",
			certificatePath: "",
			keepAlives: true,
			outboundProxy: "",
			keepCalls: true,
			drainTimeout: 0,
			initiatorTimeout: 60,
			destinationTimeout: 90,
			maxCallDuration: 0,
			sessionExpires: 1800,
			sipAccounts: [],
			httpUsers: [],
			httpApiTokens: [],
			browserSetup: true,
			register: false,
			ringback: "us",
			failureTone: 4,
			waitTone: true,
			rtpPorts: { first: 10_000, last: 10_999 },
			callerIdentity: "initiator",
			referToHeaders: false,
			autoAnswer: "off",
			maxCalls: 200,
			maxCallsPerSecond: 20,
			logLevel: "INFO",
			logFilename: "clicktocall.log",
			logFileMaxLines: 50000,
			historyFile: "clicktocall-history.sqlite",
			stateFile: "clicktocall-state.sqlite",
			historyDays: 90,
			xmlRpcPort: 5094,
			xmlRpcBind: [],
			xmlRpcAllow: [],
			xmlRpcMaxConnections: 1000,
			xmlRpcMaxPerAddress: 250,
			xmlRpcTlsPort: 0,
			xmlRpcMutualTls: false,
			httpPort: 5090,
			httpsPort: 0,
			httpsCertificate: "",
			httpsKey: "",
			httpRedirect: false,
			httpsHsts: 0,
			trustedProxies: [],
			httpPrefix: "",
			httpBind: [],
			httpAllow: [],
			httpMaxConnections: 1000,
			httpMaxPerAddress: 250,
			httpHosts: [],
			httpAuth: false,
			httpAuthPwd: "admin",
			firstRun: false,
			clusterUrl: "",
			nodeName: "box.example",
			nodeAddress: "",
			takeOver: "refresh",
			registerBy: "each",
			maxCallsTotal: 0,
			webhooks: [],
			numberCleaning: true,
			defaultCountry: "",
			contacts: "",
			translationRules: [],
		});
	});

	test("are taken from the command line over the file, and from the file over the defaults", () => {
		const settings = settingsOf(
			["-sp", "6000", "--TranslationPattern=x", "--TranslationOutput=sip:x@y"],
			`UDPTCPPort = 7000\nHttpPort = 8000\n${RULE}`,
		);
		expect(settings).toMatchObject({ udpTcpPort: 6000, httpPort: 8000, xmlRpcPort: 5094 });
		expect(settings.translationRules.map(({ pattern }) => pattern)).toEqual(["x"]);
	});

	test("have an identity also on a machine whose name cannot stand in a URI", () => {
		const loaded = loadSettings({ argv: [], cwd, machine: { hostName: "my_box" }, allowNoFile: true });
		expect(loaded.ok && loaded.settings.clickToCallIdentity).toBe("sip:clicktocall@localhost");
	});

	test("come from the file that --config names, relative to the working directory", () => {
		writeFileSync(join(cwd, "other.config"), `HttpPort = 8001\n${RULE}`);
		const loaded = load(["--config", "other.config"]);
		expect(loaded).toMatchObject({
			ok: true,
			settings: { httpPort: 8001 },
			warnings: [],
			configFile: join(cwd, "other.config"),
		});
	});
});

describe("no settings", () => {
	test("without a file, unless that is allowed", () => {
		const path = join(cwd, "clicktocall.config");
		expect(load([])).toMatchObject({ ok: false, problems: [{ severity: "error", file: path }] });
		expect(load([], undefined, true)).toMatchObject({ ok: true, warnings: [] });
	});

	test("when the file that --config names is not there, even if none is needed", () => {
		const loaded = load(["--config", "none.config"], RULE, true);
		expect(loaded).toMatchObject({
			ok: false,
			problems: [{ message: `${join(cwd, "none.config")}: the config file cannot be read: no such file` }],
		});
	});

	test("with errors, which are listed all at once, with the rules that could be read", () => {
		const loaded = load(["-sp", "x", "--nonsense"], `HttpPort = y\nUnknown = 1\nHttpAuth = z\n${RULE}`);
		if (loaded.ok) throw new Error("errors expected");
		expect(loaded.problems.map(({ severity, setting }) => [severity, setting])).toEqual([
			["error", "--nonsense"],
			["error", "-sp"],
			["error", "HttpPort"],
			["warning", "Unknown"],
			["error", "HttpAuth"],
		]);
		expect(loaded.translationRules).toHaveLength(1);
	});

	test("when two servers would open one port", () => {
		const clash = load([], `HttpPort = 5094\n${RULE}`);
		expect(clash).toMatchObject({
			ok: false,
			problems: [{ setting: "HttpPort", value: "5094", expected: "a port other than XmlRpcPort's" }],
		});
		expect(load([], `HttpPort = 5094\nHttpBind = 127.0.0.1\nXmlRpcBind = 127.0.0.2\n${RULE}`).ok).toBe(true);
		expect(load([], `HttpPort = 0\nXmlRpcPort = 0\n${RULE}`).ok).toBe(true);
	});

	test.each([
		["0.0.0.0", "127.0.0.1", true],
		["::", "127.0.0.1", true],
		["::1", "0:0:0:0:0:0:0:1", true],
		["::ffff:127.0.0.1", "127.0.0.1", true],
		["0.0.0.0", "::1", false],
		["192.0.2.1", "192.0.2.2, 192.0.2.3", false],
	])("when one listens on %s and the other on %s: %p", (one, other, clash) => {
		const bound = `HttpPort = 5094\nHttpBind = ${one}\nXmlRpcBind = ${other}\n${RULE}`;
		expect(load([], bound).ok).toBe(!clash);
		expect(load([], `HttpPort = 5094\nHttpBind = ${other}\nXmlRpcBind = ${one}\n${RULE}`).ok).toBe(!clash);
	});
});

describe("a warning", () => {
	const warned = (text: string): (string | undefined)[] => {
		const loaded = load([], text);
		if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join("\n"));
		return loaded.warnings.map(({ setting }) => setting);
	};

	test("is given of a file without rules and of a password that everyone knows", () => {
		expect(warned("HttpAuth = 1\nXmlRpcPort = 0")).toEqual(["HttpAuthPwd", "TranslationPattern"]);
		expect(warned(`HttpAuth = 1\nXmlRpcPort = 0\nHttpAuthPwd = other\n${RULE}`)).toEqual([]);
	});

	test("is given of a country whose numbers are not looked at", () => {
		expect(warned(`DefaultCountry = de\n${RULE}`)).toEqual([]);
		expect(warned(`DefaultCountry = de\nNumberCleaning = 0\n${RULE}`)).toEqual(["DefaultCountry"]);
	});

	test("is given of a way around the password", () => {
		const closed = `HttpAuth = 1\nHttpAuthPwd = other\n${RULE}`;
		expect(warned(closed)).toEqual(["XmlRpcAllow"]);
		expect(warned(`HttpApiToken = 0123456789abcdef\n${RULE}`)).toEqual(["XmlRpcAllow"]);
		expect(warned(`${closed}\nXmlRpcAllow = 10.0.0.0/8, ::/0`)).toEqual(["XmlRpcAllow"]);
		expect(warned(`${closed}\nXmlRpcBind = 127.0.0.1, 192.0.2.1`)).toEqual(["XmlRpcAllow"]);
		for (const line of ["XmlRpcPort = 0", "XmlRpcBind = 127.0.0.1, ::1", "XmlRpcAllow = 10.0.0.0/8"])
			expect(warned(`${closed}\n${line}`)).toEqual([]);
	});

	test("is given of an account without a password, with its line", () => {
		const loaded = load([], `SipAuthUser = a\nSipAuthPassword = x\nSipAuthUser = b\nSipAuthUser =\n${RULE}`);
		expect(loaded).toMatchObject({ ok: true, warnings: [{ setting: "SipAuthUser", line: 3 }] });
	});
});
