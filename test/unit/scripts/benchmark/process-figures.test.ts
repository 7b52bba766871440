import { expect, test } from "bun:test";
import { cpuMs, family, memory, readSize, readStat } from "../../../../scripts/benchmark/process-figures.ts";

test("times are those of user and system, whatever the program is called", () => {
	const stat = "42 (a) b (c) S 7 42 42 0 -1 4194560 900 0 1 0 123 45 6 7 20 0 9 0 100 1 2";
	expect(readStat(stat)).toEqual({ parent: 7, cpuMs: 1680 });
});

test("sizes are given in bytes", () => {
	const status = "Name:\tVmRSS: 9 kB\nVmHWM:\t   2000 kB\nVmRSS:\t    1000 kB\nThreads:\t3\n";
	expect(readSize(status, "VmRSS")).toBe(1_024_000);
	expect(readSize(status, "VmHWM")).toBe(2_048_000);
	expect(readSize(status, "VmSwap")).toBe(0);
});

test("this process has memory and used time", () => {
	const { resident, peak } = memory([process.pid]);
	expect(resident).toBeGreaterThan(1_000_000);
	expect(peak).toBeGreaterThanOrEqual(resident);
	expect(cpuMs([process.pid])).toBeGreaterThan(0);
});

test("a family is a process with its descendants, and nobody else's", async () => {
	const shell = Bun.spawn(["sh", "-c", "sleep 60 & echo $!; wait"], { stdout: "pipe" });
	const reader = shell.stdout.getReader();
	const { value } = await reader.read();
	const child = Number(new TextDecoder().decode(value));
	expect(family(shell.pid).sort()).toEqual([shell.pid, child].sort());
	expect(family(child)).toEqual([child]);
	process.kill(child);
	await shell.exited;
});
