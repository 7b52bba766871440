import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COMMAND_LIST } from "../../../src/cli/command-list.ts";
import { renderBashCompletion } from "../../../src/cli/completion.ts";

let folder: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "completion-"));
	writeFileSync(join(folder, "completion.bash"), renderBashCompletion());
	mkdirSync(join(folder, "image folder"));
	writeFileSync(join(folder, "my.config"), "");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bash(script: string): string {
	const { exitCode, stdout, stderr } = Bun.spawnSync(["bash", "--norc", "-c", script], {
		cwd: folder,
		timeout: 10_000,
	});
	expect(stderr.toString()).toBe("");
	expect(exitCode).toBe(0);
	return stdout.toString();
}

/** What bash offers for the last of these words; it splits words at `=`, too. */
function complete(...words: string[]): string[] {
	const quoted = ["clicktocall", ...words].map((word) => `'${word}'`).join(" ");
	const script = `source ./completion.bash; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}
_clicktocall; for reply in "\${COMPREPLY[@]}"; do printf '%s\\n' "$reply"; done`;
	return bash(script).split("\n").filter(Boolean);
}

describe("in bash", () => {
	test("the completion is registered, whatever options the shell has", () => {
		const script = "set -eu; source ./completion.bash; complete -p clicktocall";
		expect(bash(script).trim()).toBe("complete -F _clicktocall clicktocall");
	});

	test("the first word is a command", () => {
		expect(complete("")).toEqual(COMMAND_LIST.map(({ name }) => name));
		expect(complete("h")).toEqual(["hangup", "history", "help"]);
		expect(complete("--config", "my.config", "un")).toEqual(["uninstall"]);
		expect(complete("--LogLevel", "=", "DEBUG", "ca")).toEqual(["call"]);
		expect(complete("help", "tr")).toEqual(["translate", "trace"]);
		expect(complete("completion", "")).toEqual(["bash"]);
		expect(complete("call", "h")).toEqual([]);
	});

	test("a command has its own options, and those of all", () => {
		expect(complete("call", "a", "b", "--a")).toEqual(["--anchor"]);
		expect(complete("hangup", "--a")).toEqual(["--all"]);
		expect(complete("status", "--anc")).toEqual([]);
		expect(complete("history", "-")).toEqual(
			expect.arrayContaining(["--search", "--days", "--limit", "--csv", "--json", "--config", "--help"]),
		);
		expect(complete("check", "-")).not.toContain("--purge");
		expect(complete("--sam")).toEqual(["--sample-config"]);
	});

	test("every setting is an option, from its first letter on", () => {
		expect(complete("--Xml")).toEqual([
			"--XmlRpcPort=",
			"--XmlRpcBind=",
			"--XmlRpcAllow=",
			"--XmlRpcMaxConnections=",
			"--XmlRpcMaxPerAddress=",
			"--XmlRpcTlsPort=",
			"--XmlRpcMutualTls=",
		]);
		expect(complete("run", "--HttpApi")).toEqual([
			"--HttpApiToken=",
			"--HttpApiTokenName=",
			"--HttpApiTokenPhone=",
		]);
		expect(complete("--")).not.toContain("--XmlRpcPort=");
	});

	test("a file follows --config and trace, a folder follows --root, and nothing what we do not know", () => {
		expect(complete("--config", "m")).toEqual(["my.config"]);
		expect(complete("--config", "=", "m")).toEqual(["my.config"]);
		expect(complete("check", "--config", "=").sort()).toEqual([
			"completion.bash",
			"image folder",
			"my.config",
		]);
		expect(complete("trace", "m")).toEqual(["my.config"]);
		expect(complete("trace", "a.log", "--pcap", "m")).toEqual(["my.config"]);
		expect(complete("install", "--root", "")).toEqual(["image folder"]);
		expect(complete("call", "--server", "")).toEqual([]);
		expect(complete("--UDPTCPPort", "=")).toEqual([]);
		expect(complete("--UDPTCPPort", "=", "5")).toEqual([]);
	});
});
