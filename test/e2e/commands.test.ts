import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COMMAND_LIST } from "../../src/cli/command-list.ts";
import { freePorts } from "../support/free-port.ts";
import { EXECUTABLE } from "../support/server-process.ts";

let folder: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "commands-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Said {
	readonly exitCode: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs the executable with a configuration file of these lines; none when undefined. */
function run(args: readonly string[], lines?: readonly string[]): Said {
	const cwd = mkdtempSync(join(folder, "run-"));
	if (lines) writeFileSync(join(cwd, "clicktocall.config"), lines.join("\n"));
	const { exitCode, stdout, stderr } = Bun.spawnSync([EXECUTABLE, ...args], { cwd, timeout: 20_000 });
	return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}

/** The same of `check` and of the start: what one refuses, the other does not call good. */
function expectRefusals(lines: readonly string[], ...parts: string[]): void {
	for (const args of [[], ["check"]]) expectRefusal(run(args, lines), ...parts);
}

/** What went wrong is said in one line a problem, without a stack trace, and ends with exit code 2. */
function expectRefusal({ exitCode, stderr }: Said, ...parts: string[]): void {
	for (const part of parts) expect(stderr).toContain(part);
	expect(stderr).not.toMatch(/^\s+at /m);
	expect(exitCode).toBe(2);
}

const RULE = ["TranslationPattern = ^(sips?:.*)$", "TranslationOutput = $1"];

describe("a server that cannot start says why in one line", () => {
	test("no configuration file", () => {
		const said = run([]);
		expectRefusal(said, "clicktocall.config");
		expect(said.stderr.trim().split("\n")).toHaveLength(1);
		expectRefusal(run(["--config", "/nowhere/at.all"]), "/nowhere/at.all");
	});

	test("a port in use", () => {
		const taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
		const settings = [
			...RULE,
			"IPAddress = 127.0.0.1",
			`UDPTCPPort = ${taken.port}`,
			"XmlRpcPort = 0",
			"HttpPort = 0",
		];
		expectRefusals(settings, "UDPTCPPort", `${taken.port}`);
		taken.stop(true);
	});

	test("an address that is not ours", () => {
		expectRefusals([...RULE, "IPAddress = 192.0.2.77"], "IPAddress", "192.0.2.77");
	});

	test("a log file in a folder that is not there", () => {
		expectRefusals([...RULE, "LogFilename = /nowhere/at/all.log"], "LogFilename", "/nowhere/at");
	});

	test("certificates in a folder that is not there", () => {
		expectRefusals([...RULE, "CertificatePath = /nowhere/certificates"], "/nowhere/certificates");
	});

	test("two servers on one port", () => {
		expectRefusals([...RULE, "HttpPort = 7090", "XmlRpcPort = 7090"], "HttpPort = 7090", "XmlRpcPort");
		expectRefusals(
			[...RULE, "UDPTCPPort = 7090", "HttpPort = 7090", "HttpBind = 127.0.0.1"],
			"HttpPort = 7090",
		);
	});

	test("a file in another encoding", () => {
		const latin1 = Buffer.from("HttpAuth = 1\nHttpAuthPwd = p\xe4ss\n", "latin1");
		const utf16 = Buffer.from("\uFEFFHttpAuthPwd = x\n", "utf16le");
		for (const [name, octets, place] of [
			["latin1.config", latin1, "latin1.config:2: HttpAuthPwd"],
			["utf16.config", utf16, "utf16.config:1: HttpAuthPwd"],
		] as const) {
			writeFileSync(join(folder, name), octets);
			for (const args of [[], ["check"]])
				expectRefusal(run([...args, "--config", join(folder, name)]), place, "UTF-8");
		}
	});

	test("bad values, all at once, each with its line", () => {
		const said = run(
			[],
			["UDPTCPPort = many", "HttpAuth = perhaps", "TranslationPattern = (", "TranslationOutput = $1"],
		);
		expectRefusal(said, "clicktocall.config:1", "UDPTCPPort", "clicktocall.config:2", "HttpAuth");
		expectRefusal(said, "clicktocall.config:3", "TranslationPattern");
	});

	test("a rule that no engine takes", () => {
		expectRefusals(
			["TranslationPattern = (", "TranslationOutput = sip:a@b"],
			"clicktocall.config:1",
			"TranslationPattern",
		);
	});

	test("an option or command that is none", () => {
		expectRefusal(run(["--colour=red"]), "--colour");
		expectRefusal(run(["dance"]), "dance");
	});
});

test("check says what the server would do, and the engine of each rule", () => {
	const said = run(
		["check"],
		[...RULE, "TranslationPattern = ^(?=1)(\\d+)$", "TranslationOutput = sip:$1@pbx", "HttpAuthPwd = s3cret"],
	);
	expect(said.exitCode).toBe(0);
	expect(said.stdout).toContain("RE2");
	expect(said.stdout).toContain("PCRE2");
	expect(said.stdout).toContain("5072");
	expect(said.stdout + said.stderr).not.toContain("s3cret");
	expectRefusal(run(["check"], ["UDPTCPPort = 0"]), "UDPTCPPort");
});

test("translate shows the rule and the URI of each address, or why there is none", () => {
	const said = run(["translate", "sip:a@b", "555"], RULE);
	expect(said.exitCode).toBe(1);
	expect(said.stdout).toContain("clicktocall.config:1");
	expect(said.stdout).toContain("no translation rule");
	expect(run(["translate", "sip:a@b"], RULE).exitCode).toBe(0);
	const number = [
		"TranslationPattern = ^(\\+\\d+)$",
		"TranslationOutput = sip:$1@pbx",
		"DefaultCountry = de",
	];
	expect(run(["translate", "(030) 123-4567"], number).stdout).toStartWith(
		"(030) 123-4567\n    cleaned to +49301234567\n    sip:+49301234567@pbx\n    by ",
	);
});

test("docs/configuration.md has the table of settings that the executable prints", async () => {
	const page = await Bun.file(join(import.meta.dir, "../../docs/configuration.md")).text();
	expect(page).toContain(run(["--settings-table"]).stdout.trim());
});

test("the sample configuration is one that starts", () => {
	const sample = run(["--sample-config"]).stdout;
	expect(run(["check"], [sample]).exitCode).toBe(0);
});

test("call says when there is no server", async () => {
	const [port = 0] = await freePorts(1);
	expectRefusal(run(["call", "a", "b", "--server", `127.0.0.1:${port}`]), `127.0.0.1:${port}`);
	expectRefusal(run(["call", "a"]), "usage");
});

test("each command has its help; what there is not is refused", () => {
	for (const { name } of COMMAND_LIST) {
		const help = run(["help", name]);
		expect(help).toMatchObject({ exitCode: 0, stderr: "" });
		expect(help.stdout).toStartWith(`usage: clicktocall ${name}`);
		expect(run([name, "--help"])).toEqual(help);
	}
	expect(run(["help"])).toEqual(run(["--help"]));
	expectRefusal(run(["help", "dance"]), "dance");
	for (const name of ["run", "check", "demo", "install", "history"])
		expectRefusal(run([name, "surplus"]), '"surplus"');
	expectRefusal(run(["check", "--purge"]), "check has no option --purge", "usage: clicktocall check");
	expectRefusal(run(["translate"], RULE), "usage: clicktocall translate ADDRESS…");
});

test("completion prints what completes the command line in bash", () => {
	const { stdout, exitCode } = run(["completion", "bash"]);
	expect(exitCode).toBe(0);
	const script = `${stdout}\nCOMP_WORDS=(clicktocall hist); COMP_CWORD=1; _clicktocall; echo "\${COMPREPLY[@]}"`;
	expect(Bun.spawnSync(["bash", "--norc", "-c", script]).stdout.toString()).toBe("history\n");
	expectRefusal(run(["completion", "fish"]), "expected bash");
	expectRefusal(run(["completion"]), "usage: clicktocall completion bash");
});

test("the demo places a call at once, without any configuration", async () => {
	const cwd = mkdtempSync(join(folder, "demo-"));
	chmodSync(cwd, 0o755);
	const [sip, xml, http] = await freePorts(3);
	const demo = Bun.spawn(
		[EXECUTABLE, "demo", `--UDPTCPPort=${sip}`, `--XmlRpcPort=${xml}`, `--HttpPort=${http}`],
		{ cwd, stdout: "pipe", stderr: "inherit" },
	);
	let output = "";
	const { promise: ready, resolve } = Promise.withResolvers<void>();
	const reading = (async () => {
		for await (const chunk of demo.stdout.pipeThrough(new TextDecoderStream())) {
			output += chunk;
			if (output.includes("is listening")) resolve();
		}
	})();
	await ready;
	const call = Bun.spawnSync([EXECUTABLE, "call", "alice", "bob", "--server", `localhost:${xml}`], { cwd });
	expect(call.stdout.toString()).toContain("200 Destination");
	expect(call.exitCode).toBe(0);
	demo.kill("SIGTERM");
	expect(await demo.exited).toBe(0);
	await reading;
	expect(output).toContain(`http://localhost:${http}/`);
	expect(output).toMatch(/alice\s+rings/);
	expect(output).toMatch(/bob\s+has answered/);
});
