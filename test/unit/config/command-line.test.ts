import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { assign } from "../../../src/config/assign.ts";
import { parseCommandLine } from "../../../src/config/command-line.ts";

function valuesOf(...argv: string[]) {
	const { assignments, problems } = parseCommandLine(argv);
	const assigned = assign(assignments);
	expect([...problems, ...assigned.problems]).toEqual([]);
	return assigned.values;
}

function messagesOf(...argv: string[]) {
	const { assignments, problems } = parseCommandLine(argv);
	return [...problems, ...assign(assignments).problems].map(({ message }) => message);
}

describe("a command line", () => {
	test("has the options of the C++ server", () => {
		const argv =
			"-a 192.0.2.1 -d 192.0.2.2,192.0.2.3 -ci a@b.example -sp 5080 -tp 5081 -td tls.example -nk -op proxy.example -l debug";
		expect(valuesOf(...argv.split(" "))).toEqual({
			ipAddress: "192.0.2.1",
			dnsServers: ["192.0.2.2", "192.0.2.3"],
			clickToCallIdentity: "sip:a@b.example",
			udpTcpPort: 5080,
			tlsPort: 5081,
			tlsDomainName: "tls.example",
			keepAlives: false,
			outboundProxy: "sip:proxy.example",
			logLevel: "DEBUG",
		});
	});

	test("sets any setting with --Name=value, in any case", () => {
		expect(
			valuesOf(
				"--UDPTCPPort=5080",
				"--httpauthpwd=a=b",
				"--TRANSLATIONPATTERN=^(.*)$",
				"--TranslationOutput=sip:$1@h",
			),
		).toEqual({
			udpTcpPort: 5080,
			httpAuthPwd: "a=b",
			translationRules: [{ pattern: "^(.*)$", output: "sip:$1@h", file: "command line", line: 3 }],
		});
	});

	test.each(["-?", "-h", "--help", "--?"])("%s asks for help", (option) => {
		expect(parseCommandLine([option])).toMatchObject({ help: true, version: false, problems: [] });
	});

	test("--version asks for the version, and --config names a file", () => {
		expect(parseCommandLine(["--version"]).version).toBe(true);
		expect(parseCommandLine(["--config", "a.config"]).configFile).toBe("a.config");
		expect(parseCommandLine(["--config=a=b.config"]).configFile).toBe("a=b.config");
	});

	test("has operands between and after options; -- ends the options", () => {
		expect(parseCommandLine(["translate", "-sp", "5080", "+1555", "-", "--", "-l", "--x"]).operands).toEqual([
			"translate",
			"+1555",
			"-",
			"-l",
			"--x",
		]);
	});

	test("has the options of a command", () => {
		const own = { flags: ["--anchor"], values: ["--server"] };
		const { flags, values, operands, problems } = parseCommandLine(
			["call", "--anchor", "a", "--server", "h:1", "b"],
			own,
		);
		expect([...flags]).toEqual(["--anchor"]);
		expect(values.get("--server")).toBe("h:1");
		expect(operands).toEqual(["call", "a", "b"]);
		expect(problems).toEqual([]);
		expect(parseCommandLine(["--server=h:1"], own).values.get("--server")).toBe("h:1");
	});

	test.each([
		[["-sp"], "command line: -sp: expected a value after it (UDPTCPPort)"],
		[["-sp", "abc"], "command line: -sp = abc: expected a whole number from 1 to 65535"],
		[["--config"], "command line: --config: expected a value after it"],
		[["--udptcpport"], "command line: --udptcpport: expected a value: --udptcpport=VALUE"],
		[
			["--UDPTCPort=1"],
			"command line: --UDPTCPort: unknown option; did you mean UDPTCPPort? (--help lists them)",
		],
		[["-x"], "command line: -x: unknown option (--help lists them)"],
		[["--anchor"], "command line: --anchor: unknown option (--help lists them)"],
		[["-nk=1"], "command line: -nk: unknown option (--help lists them)"],
		[
			["--TranslationOutput=x"],
			"command line: --TranslationOutput: expected a TranslationPattern before it: they belong together",
		],
	])("%j is an error that names the option", (argv, message) => {
		expect(messagesOf(...argv)).toEqual([message]);
	});

	test("never shows a password", () => {
		for (const option of ["--HttpAuthPw=geheim", "--HttpAuthPwd=geheim\n"]) {
			expect(messagesOf(option)).toHaveLength(1);
			expect(messagesOf(option).join()).not.toContain("geheim");
		}
	});

	test("of any arguments is read without throwing, and each problem names an option", () => {
		const argument = fc.oneof(
			fc.string(),
			fc.constantFrom("-a", "-sp", "-nk", "--config", "--", "-", "--=", "--HttpPort="),
		);
		fc.assert(
			fc.property(fc.array(argument), (argv) => {
				for (const { setting, line } of parseCommandLine(argv).problems) {
					expect(setting).toStartWith("-");
					expect(line).toBeWithin(1, argv.length + 1);
				}
			}),
		);
	});
});

test("an argument that is no UTF-8 is an error that does not repeat it", () => {
	for (const argv of [["--HttpAuthPwd=p\uFFFDss"], ["call", "--", "p\uFFFDss"], ["-op", "p\uFFFDss"]]) {
		const { problems } = parseCommandLine(argv);
		expect(problems).toMatchObject([{ severity: "error", line: argv.length }]);
		expect(problems[0]?.message).toBe(`command line: argument ${argv.length}: expected UTF-8 text`);
	}
});
