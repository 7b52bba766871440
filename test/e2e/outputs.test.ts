/** Outputs that take nothing: a full disk, a pipe without a reader, a console that is closed. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../support/free-port.ts";
import { EXECUTABLE } from "../support/server-process.ts";

let folder: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "outputs-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a line of a shell in which $CTC is the executable. */
function shell(
	line: string,
	cwd = folder,
): { readonly exitCode: number; readonly stdout: string; readonly stderr: string } {
	const { exitCode, stdout, stderr } = Bun.spawnSync(["bash", "-c", line], {
		cwd,
		env: { ...process.env, CTC: EXECUTABLE },
		timeout: 30_000,
	});
	return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}

/** A folder with the configuration of a server that finds free ports. */
async function makeFolder(...lines: string[]): Promise<{ readonly cwd: string; readonly http: number }> {
	const [sip, xml, http = 0] = await freePorts(3);
	const cwd = mkdtempSync(join(folder, "run-"));
	const ports = [`UDPTCPPort = ${sip}`, `XmlRpcPort = ${xml}`, `HttpPort = ${http}`, "TLSPort = 0"];
	const rule = ["TranslationPattern = ^(sips?:.*)$", "TranslationOutput = $1"];
	writeFileSync(join(cwd, "clicktocall.config"), [...ports, ...rule, ...lines, ""].join("\n"));
	return { cwd, http };
}

test.each(["--sample-config", "help", "--version", "completion bash", "check", "translate sip:a@b"])(
	"%s says in one line that its output cannot be written, and nothing when nobody reads it",
	async (command) => {
		const { cwd } = await makeFolder();
		const full = shell(`"$CTC" ${command} >/dev/full`, cwd);
		expect(full.exitCode).toBe(1);
		expect(full.stderr).toMatch(/^clicktocall: cannot write the output: [^\n]*ENOSPC[^\n]*\n$/);
		expect(shell(`"$CTC" ${command} | true; echo "\${PIPESTATUS[0]}"`, cwd)).toMatchObject({
			stdout: "0\n",
			stderr: "",
		});
		expect(shell(`"$CTC" ${command} >/dev/full 2>/dev/full`, cwd).exitCode).toBe(1);
		expect(shell(`"$CTC" ${command} >&- 2>&-`, cwd).exitCode).toBe(0);
	},
);

test.each(["/dev/full", "a pipe without a reader", "closed"])(
	"a server whose console is %s works, and says so in its log once",
	async (console) => {
		const { cwd, http } = await makeFolder();
		const line =
			console === "closed"
				? 'exec "$CTC" >&- 2>&-'
				: console === "/dev/full"
					? 'exec "$CTC" >/dev/full 2>/dev/full'
					: 'exec "$CTC" > >(exit 0) 2>&1';
		const server = Bun.spawn(["bash", "-c", line], { cwd, env: { ...process.env, CTC: EXECUTABLE } });
		try {
			const healthy = async (): Promise<boolean> =>
				fetch(`http://127.0.0.1:${http}/healthz`).then(
					({ ok }) => ok,
					() => false,
				);
			while (!(await healthy())) await Bun.sleep(50);
			// A request that is refused is a line of the log.
			const url = `http://127.0.0.1:${http}/clicktocall.html?initiator=x&destination=y`;
			for (let request = 0; request < 20; request += 1) await fetch(url).then((answer) => answer.text());
			expect(await healthy()).toBe(true);
		} finally {
			server.kill("SIGTERM");
		}
		expect(await server.exited).toBe(0);
		const log = readFileSync(join(cwd, "clicktocall.log"), "utf8");
		expect(log).toContain("clicktocall stopped");
		expect(log).not.toContain("unexpected error");
		expect(log.split("\n").filter((text) => text.includes("the console cannot be written"))).toHaveLength(
			console === "closed" ? 0 : 1,
		);
	},
);

test("a server whose log file cannot be written starts and says so on the console", async () => {
	const { cwd } = await makeFolder("LogFilename = log");
	mkdirSync(join(cwd, "log"));
	const console = openSync(join(cwd, "out"), "a");
	const server = Bun.spawn([EXECUTABLE], { cwd, stdout: console, stderr: console });
	closeSync(console);
	const said = (): string => readFileSync(join(cwd, "out"), "utf8");
	while (!said().includes("log file log cannot be written")) await Bun.sleep(50);
	server.kill("SIGTERM");
	expect(await server.exited).toBe(0);
});
