/** The command line of `scripts/bench`; see USAGE in options.ts. */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { callBars, measureCalls } from "./call-part.ts";
import { kamailioMissing } from "./kamailio.ts";
import { type BenchmarkOptions, BenchmarkUsageError, readOptions, USAGE } from "./options.ts";
import { badCalls, type Report, type RunRecord, renderReport } from "./report.ts";

const ROOT = join(import.meta.dir, "../..");
const EXECUTABLE = join(ROOT, "dist/clicktocall");

async function main(options: BenchmarkOptions): Promise<number> {
	const { quick } = options;
	const parts = new Set(options.parts);
	const [cpu] = cpus();
	const git = Bun.spawnSync(["git", "describe", "--always", "--dirty"], { cwd: ROOT, stderr: "ignore" });
	const report: Report = {
		machine: `${cpus().length} x ${cpu?.model.trim() ?? "unknown processor"}`,
		commit: git.stdout.toString().trim(),
		runs: [],
		bars: [],
		plain: [],
		notes: [],
	};
	const missing = kamailioMissing();
	if (parts.has("kamailio") && missing !== undefined) {
		parts.delete("kamailio");
		report.notes.push(`not compared with Kamailio: ${missing}`);
	}
	const progress = (run: RunRecord): void => say(run);
	report.runs.push(...(await measureCalls({ executable: EXECUTABLE, parts, quick, progress })));
	report.bars.push(...callBars(report.runs));
	console.log(renderReport(report));
	const json = `${JSON.stringify(report, null, "\t")}\n`;
	if (options.json === undefined) console.log(json);
	else writeFileSync(options.json, json);
	return badCalls(report) === 0 ? 0 : 1;
}

/** A line for each run, so that one sees it go on. */
function say({ name, round, done, failed, lost, cpuMsPerCall, callsPerSecond, faults }: RunRecord): void {
	const bad = failed + lost > 0 ? `, ${failed} failed, ${lost} lost` : "";
	console.error(
		`${name} (${round}): ${done} calls${bad}, ${callsPerSecond.toFixed(0)} a second, ${cpuMsPerCall.toFixed(3)} ms of CPU a call`,
	);
	for (const fault of faults) console.error(`  ${fault}`);
}

try {
	const options = readOptions(process.argv.slice(2));
	if (options.help) console.log(USAGE);
	else process.exitCode = await main(options);
} catch (error) {
	if (!(error instanceof BenchmarkUsageError)) throw error;
	console.error(`bench: ${error.message}\n\n${USAGE}`);
	process.exitCode = 2;
}
