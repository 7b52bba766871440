import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../../../../scripts/testing/run-program.ts";

let cwd: string;
const signals = () => process.listenerCount("SIGINT") + process.listenerCount("SIGTERM");

beforeEach(() => {
	cwd = mkdtempSync(join(tmpdir(), "run-"));
});

afterEach(() => {
	rmSync(cwd, { recursive: true });
});

const run = (script: string, limit = 60_000) =>
	runProgram(["sh", "-c", script], { cwd, limit, env: { PATH: process.env.PATH } });

test("the result is the exit code", async () => {
	expect(await run("exit 0")).toBe(0);
	expect(await run("exit 3")).toBe(3);
	expect(await run("kill -9 $$")).toBe(137);
});

test("what a program leaves running is killed when it ends", async () => {
	Bun.spawnSync(["mkfifo", "alive"], { cwd });
	// The shell opens the pipe before it starts what it leaves, and `cat` ends when nobody holds it any more.
	const reader = Bun.spawn(["cat", "alive"], { cwd, stdout: "ignore" });
	expect(await run("exec 9>alive; sleep 600 & exit 3")).toBe(3);
	expect(await reader.exited).toBe(0);
});

test("a program that does not end within the limit is killed with all it started", async () => {
	Bun.spawnSync(["mkfifo", "alive"], { cwd });
	const reader = Bun.spawn(["cat", "alive"], { cwd, stdout: "ignore" });
	expect(await run("sleep 600 >alive; exit 0", 200)).toBe("timeout");
	expect(await reader.exited).toBe(0);
});

test("it leaves no signal handler behind", async () => {
	const before = signals();
	await run("exit 0");
	expect(signals()).toBe(before);
});
