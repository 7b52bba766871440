import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { freePorts } from "../support/free-port.ts";
import { EXECUTABLE, ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";

let folder: string;
let phone: SimulatedPhone;
/** A file that no server has open. */
let stored: string;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "history-command-"));
	phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
	stored = join(folder, "stored.sqlite");
	const server = await start({ HistoryFile: stored });
	await placeTwo(server);
	await server.stop();
});

afterAll(async () => {
	await phone.idle();
	await phone.stop();
	rmSync(folder, { recursive: true, force: true });
});

function start(settings: Record<string, string | number>): Promise<ServerProcess> {
	return ServerProcess.start({ settings: { MaxCalls: 0, MaxCallsPerSecond: 0, ...settings } });
}

/** One call that fails, and one that is refused: both are over when this is. */
async function placeTwo(server: ServerProcess): Promise<void> {
	const client = await XmlClient.connect(server.xmlPort);
	await client.place({ initiator: phone.uri("busy"), destination: phone.uri("answer") }).finished();
	await client.place({ initiator: "=nobody", destination: phone.uri("answer") }).finished();
	client.stop();
	await phone.idle();
}

interface Said {
	readonly exitCode: number;
	readonly stdout: string;
	readonly stderr: string;
}

function history(path: string, ...args: string[]): Said {
	const { exitCode, stdout, stderr } = Bun.spawnSync(
		[EXECUTABLE, "history", `--HistoryFile=${path}`, ...args],
		{
			cwd: folder,
			timeout: 20_000,
		},
	);
	return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}

describe("the history of a server that has ended", () => {
	test("is read from its file: a table, CSV, JSON", () => {
		const table = history(stored);
		expect(table.exitCode).toBe(0);
		const [head = "", refused = "", busy = ""] = table.stdout.split("\n");
		expect(head).toMatch(/^STARTED +FROM +TO +WAY +RESULT +TALK +ID$/);
		expect(refused).toMatch(/ =nobody .* refused: No translation rule/);
		expect(busy).toMatch(/ busy \(initiator\) /);
		const csv = history(stored, "--csv").stdout.split("\r\n");
		expect(csv[0]).toStartWith("id,started,");
		expect(csv[1]).toContain(",=nobody,");
		expect(csv).toHaveLength(4);
		const { calls } = JSON.parse(history(stored, "--json").stdout);
		expect(calls).toMatchObject([
			{ state: "refused", initiator: { address: "=nobody" } },
			{ state: "ended", result: { code: 486, leg: "Initiator" }, initiator: { address: phone.uri("busy") } },
		]);
	});

	test("is searched, and is no longer than asked for", () => {
		expect(history(stored, "--search", "NOBODY", "--csv").stdout.split("\r\n")).toHaveLength(3);
		expect(history(stored, "--search", "never").stdout).toBe("no calls\n");
		expect(history(stored, "--search", "never", "--json").stdout).toBe('{"calls":[]}\n');
		expect(history(stored, "--limit", "1", "--json").stdout.match(/"id"/g)).toHaveLength(1);
		expect(history(stored, "--limit", "1").stdout).toContain("and earlier ones: --limit 2");
		expect(history(stored, "--days", "2", "--json").stdout.match(/"id"/g)).toHaveLength(2);
	});

	test("may be read by somebody who may not write there", () => {
		const readable = join(folder, "readable");
		mkdirSync(readable);
		const file = join(readable, "h.sqlite");
		copyFileSync(stored, file);
		chmodSync(folder, 0o755);
		chmodSync(readable, 0o555);
		chmodSync(file, 0o444);
		const args = [EXECUTABLE, "history", `--HistoryFile=${file}`, "--json"];
		const command =
			process.getuid?.() === 0
				? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...args]
				: args;
		const { stdout, exitCode } = Bun.spawnSync(command, { cwd: "/" });
		expect(exitCode).toBe(0);
		expect(JSON.parse(stdout.toString()).calls).toHaveLength(2);
		chmodSync(readable, 0o755);
	});

	test("whoever reads only its beginning is not told of it", () => {
		const { exitCode, stderr } = Bun.spawnSync(
			["bash", "-c", `set -o pipefail; '${EXECUTABLE}' history --HistoryFile='${stored}' --csv | true`],
			{ cwd: folder },
		);
		expect(stderr.toString()).toBe("");
		expect(exitCode).toBe(0);
	});
});

describe("the history of a server that runs", () => {
	test.each([
		["open to everyone", {}],
		["with a password", { HttpAuth: 1, HttpAuthPwd: "päss word" }],
		["with a token", { HttpApiToken: "a-token-of-32-characters-or-more" }],
		["with both", { HttpAuth: 1, HttpAuthPwd: "other", HttpApiToken: "a-token-of-32-characters-or-more" }],
	])("is asked of it, %s", async (_, settings) => {
		const server = await start({ HistoryFile: "history.sqlite", ...settings });
		await placeTwo(server);
		const size = (): number => statSync(join(server.folder, "history.sqlite-wal")).size;
		// The server writes about a second after the last event.
		let said: Said;
		do said = await server.run("history", "--json");
		while (said.exitCode === 0 && JSON.parse(said.stdout).calls.length < 2);
		expect(said.stderr).toBe("");
		expect(JSON.parse(said.stdout).calls).toMatchObject([{ state: "refused" }, { state: "ended" }]);
		const before = size();
		expect((await server.run("history", "--search", "nobody")).stdout).toContain("=nobody");
		expect((await server.run("history", "--csv", "--limit", "1")).stdout.split("\r\n")).toHaveLength(3);
		expect(size()).toBe(before);
		await server.stop();
	});

	test("is not told to who has not its settings; what to do is said, without secrets", async () => {
		const server = await start({ HistoryFile: "history.sqlite", HttpAuth: 1, HttpAuthPwd: "s3cret" });
		const said = history(join(folder, "none.sqlite"), "--server", `localhost:${server.httpPort}`);
		expect(said).toMatchObject({ exitCode: 2, stdout: "" });
		expect(said.stderr).toContain("requires a token or a password");
		expect(said.stderr).not.toContain("s3cret");
		await server.stop();
	});
});

describe("there is no history", () => {
	test("when there is neither a file nor a server: both are named, and what to do", async () => {
		const [port = 0] = await freePorts(1);
		const said = history(join(folder, "none.sqlite"), `--HttpPort=${port}`);
		expect(said).toMatchObject({ exitCode: 2, stdout: "" });
		expect(said.stderr).toContain(`${folder}/none.sqlite: no such file`);
		expect(said.stderr).toContain(`no server answers at localhost:${port} (HttpPort): connection refused`);
		expect(said.stderr).toContain("--config FILE");
		expect(history("").stderr).toContain("HistoryFile is empty");
	});

	test("in a file that is none", () => {
		const path = join(folder, "text.sqlite");
		writeFileSync(path, "some text that is no database ".repeat(100));
		expect(history(path, "--HttpPort=0").stderr).toContain(`${path}: it is not a history`);
	});

	test.each([
		["--days", "0"],
		["--days", "many"],
		["--limit", "-1"],
		["--limit", "1.5"],
		["--search", "x".repeat(201)],
		["--csv", "--json"],
		["surplus", "x"],
		["--anchor", "--csv"],
	])("with %s %s: that is refused", (first, second) => {
		const said = history(stored, first, second);
		expect(said.exitCode).toBe(2);
		expect(said.stderr).toContain("usage: clicktocall history ");
		expect(said.stderr.split("\n")[0]).toContain(first);
	});
});
