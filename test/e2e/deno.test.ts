/** The same program on Deno: what is pure, the demo with a call each way, and what is around a call. */
import "../support/on-deno.ts";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DemoServer } from "../support/demo-server.ts";
import { pureTests } from "../support/deno/pure-tests.ts";
import { freePorts } from "../support/free-port.ts";
import { EXECUTABLE } from "../support/server-process.ts";
import { PROJECT } from "../support/sources.ts";

/** As in `scripts/start`. */
const V8 = "--v8-flags=--expose-gc,--liftoff-only";

let server: DemoServer;
beforeAll(async () => {
	server = await DemoServer.start();
});
afterAll(() => server.stop());

async function run(...command: string[]): Promise<{ readonly exitCode: number; readonly output: string }> {
	const child = Bun.spawn(command, { cwd: server.folder, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
	const [output, errors, exitCode] = await Promise.all([
		new Response(child.stdout).text(),
		new Response(child.stderr).text(),
		child.exited,
	]);
	return { exitCode, output: output + errors };
}

const command = (...words: string[]) => run(EXECUTABLE, ...words, ...server.settings);

test("a call by REFER and an anchored one connect the phones, and all that tells of calls knows of both", async () => {
	const placed = await Promise.all([
		command("call", "alice", "bob"),
		command("call", "--anchor", "alice", "bob"),
	]);
	for (const { output, exitCode } of placed) {
		expect(output).toContain("200 Destination Connected to destination");
		expect(exitCode).toBe(0);
	}
	const { output: status } = await command("status");
	expect(status).toContain("alice");
	const page = async (path: string) => (await fetch(`http://localhost:${server.httpPort}${path}`)).text();
	expect(await page("/")).toContain("</html>");
	expect(await page("/style.css")).toContain("{");
	expect(await page("/api/v1/calls")).toContain('"way":"anchor"');
	expect(await page("/metrics")).toContain("clicktocall_calls");
	expect((await command("history")).output).toMatch(/anchor[\s\S]*refer|refer[\s\S]*anchor/);
});

test("both engines translate, and check finds no fault", async () => {
	const rules = ["^(\\d{3})$", "^(?!9)(\\d{4})$"].flatMap((pattern) => [
		`TranslationPattern = ${pattern}`,
		"TranslationOutput = sip:$1@example.test",
	]);
	const ports = ["UDPTCPPort", "XmlRpcPort", "HttpPort"];
	const free = await freePorts(ports.length);
	const lines = [...ports.map((name, index) => `${name} = ${free[index]}`), ...rules, ""];
	writeFileSync(join(server.folder, "clicktocall.config"), lines.join("\n"));
	const { output } = await run(EXECUTABLE, "translate", "101", "8123");
	expect(output).toContain("(RE2)");
	expect(output).toContain("(PCRE2)");
	expect((await run(EXECUTABLE, "check")).exitCode).toBe(0);
});

test("the unit tests of what is pure pass", async () => {
	const [deno = ""] = new Bun.Glob("node_modules/@deno/*/deno").scanSync({ cwd: PROJECT, absolute: true });
	const folder = join(PROJECT, "test/support/deno");
	const options = [
		"run",
		`--config=${folder}/deno.json`,
		"--no-lock",
		"--allow-all",
		V8,
		`${folder}/run-tests.ts`,
	];
	const { output, exitCode } = await run(deno, ...options, ...pureTests().map((path) => join(PROJECT, path)));
	expect(output).toMatch(/^[1-9]\d{3} passed, 0 failed$/m);
	expect(exitCode).toBe(0);
});
