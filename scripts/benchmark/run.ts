/** The command line of `scripts/bench`; see USAGE in options.ts. */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { callBars, measureCalls } from "./call-part.ts";
import { measureCluster } from "./cluster-part.ts";
import { crashAll } from "./crash/crash.ts";
import { floodAll, floodProblems, renderFloods } from "./flood/flood.ts";
import { measureGarbage } from "./garbage-part.ts";
import { kamailioMissing } from "./kamailio.ts";
import { measureHeld, measureMany, type PartFigures } from "./memory-part.ts";
import { measureMicro } from "./micro-part.ts";
import { type BenchmarkOptions, BenchmarkUsageError, readOptions, USAGE } from "./options.ts";
import { measureIdle, measureSize, measureStart } from "./process-part.ts";
import { badCalls, type Report, type RunRecord, renderReport } from "./report.ts";
import { soak } from "./soak/soak.ts";
import { measureState } from "./state-part.ts";
import { measureTones } from "./tones-part.ts";

const ROOT = join(import.meta.dir, "../..");
const BUILT = join(ROOT, "dist/clicktocall");

async function main(options: BenchmarkOptions): Promise<number> {
	const { quick } = options;
	const executable = options.executable === undefined ? BUILT : resolve(options.executable);
	if (options.soak !== undefined) {
		const { report, problems } = await soak({ executable, minutes: options.soak, say: console.error });
		console.log(report);
		return problems.length === 0 ? 0 : 1;
	}
	if (options.crash !== undefined) {
		const { report, problems } = await crashAll({
			kills: options.crash,
			seed: options.seed,
			only: options.only,
			say: console.error,
		});
		console.log(report);
		return problems === 0 ? 0 : 1;
	}
	if (options.flood) {
		const results = await floodAll({ executable, quick, say: console.error });
		console.log(renderFloods(results));
		return results.flatMap(floodProblems).length === 0 ? 0 : 1;
	}
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
	report.runs.push(...(await measureCalls({ executable, parts, quick, progress: say })));
	report.bars.push(...callBars(report.runs));
	const take = ({ runs, bars }: PartFigures): void => {
		for (const run of runs) say(run);
		report.runs.push(...runs);
		report.bars.push(...bars);
	};
	if (parts.has("garbage")) report.bars.push(...(await measureGarbage(executable, quick)));
	if (parts.has("many")) take(await measureMany(executable, quick));
	if (parts.has("held")) take(await measureHeld(executable, quick));
	if (parts.has("idle")) report.bars.push(...(await measureIdle(executable, quick)));
	if (parts.has("start")) report.bars.push(...(await measureStart(executable, quick)));
	if (parts.has("size")) report.bars.push(...(await measureSize(executable)));
	if (parts.has("state")) report.bars.push(...(await measureState(executable, quick)));
	if (parts.has("cluster")) report.bars.push(...(await measureCluster(executable, quick)));
	if (parts.has("tones")) report.bars.push(...(await measureTones(quick)));
	if (parts.has("micro")) {
		const { bars, plain } = await measureMicro(quick);
		report.bars.push(...bars);
		report.plain.push(...plain);
	}
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
