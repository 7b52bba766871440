import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildExecutable } from "../build-executable.ts";
import { MB } from "./measure.ts";
import { cpuMs, memory } from "./process-figures.ts";
import type { BarRecord } from "./report.ts";
import { ServerProcess } from "./server-process.ts";
import { median } from "./statistics.ts";

/** From the start until a server has settled, in milliseconds. */
const SETTLE_MS = 5000;

/** An unused server with the default settings, and one with a translation rule. */
export async function measureIdle(executable: string, quick: boolean): Promise<BarRecord[]> {
	const seconds = quick ? 10 : 60;
	const plain = await idle(executable, seconds, false);
	const withRule = await idle(executable, seconds, true);
	const detail = `${(withRule.resident / MB).toFixed(1)} MB with a translation rule, which loads RE2`;
	const cpu = `${plain.cpu} ms in ${seconds} s`;
	return [
		{
			what: "idle, resident memory",
			figure: plain.resident / MB,
			unit: "MB",
			atMost: 60,
			below: true,
			detail,
		},
		{ what: "idle, CPU", figure: plain.cpu / seconds / 10, unit: "%", atMost: 0.2, below: true, detail: cpu },
	];
}

async function idle(
	executable: string,
	seconds: number,
	rule: boolean,
): Promise<{ resident: number; cpu: number }> {
	const server = await ServerProcess.start({ command: [executable], settings: {}, rule });
	try {
		await Bun.sleep(SETTLE_MS);
		const before = cpuMs(server.pids);
		await Bun.sleep(seconds * 1000);
		return { resident: memory(server.pids).resident, cpu: cpuMs(server.pids) - before };
	} finally {
		await server.stop();
	}
}

/** From the start of the process until it listens on all ports. */
export async function measureStart(executable: string, quick: boolean): Promise<BarRecord[]> {
	const times: number[] = [];
	for (let round = 0; round < (quick ? 3 : 10); round++) {
		const server = await ServerProcess.start({ command: [executable], settings: {} });
		times.push(server.startMs);
		await server.stop();
	}
	const detail = `median of ${times.length}, worst ${Math.max(...times).toFixed(0)} ms`;
	return [
		{
			what: "process start to listening on all ports",
			figure: median(times),
			unit: "ms",
			atMost: 300,
			below: true,
			detail,
		},
	];
}

/** The executable against one that does nothing. */
export async function measureSize(executable: string): Promise<BarRecord[]> {
	const folder = mkdtempSync(join(tmpdir(), "clicktocall-size-"));
	try {
		const entry = join(folder, "empty.ts");
		const outfile = join(folder, "empty");
		writeFileSync(entry, "export {};\n");
		const errors = await buildExecutable({ entry, outfile, commit: "" });
		if (errors) throw new Error(`the empty program could not be built: ${errors.join("\n")}`);
		const size = statSync(executable).size;
		const empty = statSync(outfile).size;
		return [
			{
				what: "executable beyond the bare Bun runtime",
				figure: (size - empty) / MB,
				unit: "MB",
				atMost: 6,
				below: true,
				detail: `${(size / MB).toFixed(1)} MB, an empty program ${(empty / MB).toFixed(1)} MB`,
			},
		];
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
