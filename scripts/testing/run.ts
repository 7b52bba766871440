/** Runs the checks and tests of `scripts/test`, which documents the arguments. */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findMissing, findProgram, PROGRAMS } from "./packages.ts";
import { planTests, TestArgumentError, type TestGroup, type TestPlan } from "./plan.ts";
import { readReport, type TestOutcome } from "./report.ts";
import { runProgram } from "./run-program.ts";

const ROOT = join(import.meta.dir, "../..");
const REPORT = join(ROOT, ".bun/test-report.xml");
const BUN = process.execPath;
const MINUTE = 60_000;

/** Bounds that only a run which hangs reaches. */
const CHECK_LIMIT = 10 * MINUTE;
const FILE_LIMIT = 10 * MINUTE;
const GROUP_LIMIT = 20 * MINUTE;

/** Has the tests run the program on Deno. */
const ON_DENO = { CLICKTOCALL_TESTED: join(import.meta.dir, "on-deno") };

/** Has the tests leave out nothing that would take too long for every run. */
const FULLY = { CLICKTOCALL_TESTED_FULLY: "1" };

/** Debian keeps some of the programs where only root looks. */
const PATH = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;

interface StepResult {
	readonly name: string;
	readonly outcomes: readonly TestOutcome[];
	readonly seconds: number;
}

async function run(
	command: readonly string[],
	limit: number,
	env: Record<string, string> = {},
): Promise<number> {
	const code = await runProgram(command, { cwd: ROOT, limit, env: { ...process.env, PATH, ...env } });
	if (code === "timeout") console.error(`${command.join(" ")}: ended after ${limit / MINUTE} minutes`);
	return code === "timeout" ? 124 : code;
}

async function step(name: string, work: () => Promise<readonly TestOutcome[]>): Promise<StepResult> {
	console.log(`\n== ${name}`);
	const start = performance.now();
	const outcomes = await work();
	return { name, outcomes, seconds: (performance.now() - start) / 1000 };
}

/** A check is one test case. */
function check(name: string, work: () => Promise<boolean>): Promise<StepResult> {
	return step(name, async () => {
		const passed = await work();
		return [{ file: "", title: name, passed, reason: passed ? "" : "failed", seconds: 0 }];
	});
}

function checkCommand(name: string, command: readonly string[]): Promise<StepResult> {
	return check(name, async () => (await run(command, CHECK_LIMIT)) === 0);
}

function checkPrograms(): Promise<StepResult> {
	return check(`programs for the tests: ${Object.keys(PROGRAMS).join(", ")}`, async () => {
		const find = () => findMissing((program) => findProgram(program, PATH), process.getuid?.() === 0);
		// Whether a command fails says little (a package source that nobody needs may be down); what counts
		// is what is there afterwards.
		for (const command of find()?.commands ?? []) {
			await run(command, CHECK_LIMIT, { DEBIAN_FRONTEND: "noninteractive" });
		}
		const missing = find();
		if (missing !== undefined) console.error(`missing: ${missing.description}; run as root to install them`);
		return missing === undefined;
	});
}

async function runFiles(
	files: readonly string[],
	group: TestGroup,
	limit: number,
	extra: Record<string, string>,
): Promise<TestOutcome[]> {
	rmSync(REPORT, { force: true });
	const command = [
		BUN,
		"test",
		"--only-failures",
		`--timeout=${group.testTimeout}`,
		"--reporter=junit",
		`--reporter-outfile=${REPORT}`,
		...files.map((file) => `./${file}`),
	];
	// CI makes `test.only` an error: it would leave the others out unseen.
	const exitCode = await run(command, limit, { CI: "true", ...extra });
	return readReport(existsSync(REPORT) ? readFileSync(REPORT, "utf8") : undefined, files, exitCode);
}

async function runGroup(group: TestGroup, extra: Record<string, string>): Promise<TestOutcome[]> {
	if (group.files.length === 0) {
		return [
			{ file: `test/${group.name}`, title: "", passed: false, reason: "holds no test file", seconds: 0 },
		];
	}
	if (!group.oneByOne) {
		const outcomes = await runFiles(group.files, group, GROUP_LIMIT, extra);
		if (existsSync(REPORT)) return outcomes;
		console.error("The run crashed: running again, file by file.");
	}
	const outcomes: TestOutcome[] = [];
	for (const file of group.files) outcomes.push(...(await runFiles([file], group, FILE_LIMIT, extra)));
	return outcomes;
}

async function runPlan(plan: TestPlan): Promise<StepResult[]> {
	const results: StepResult[] = [];
	if (plan.sources) {
		results.push(
			await checkCommand("Biome", [BUN, "node_modules/.bin/biome", "check", "--error-on-warnings"]),
		);
		results.push(await checkCommand("type check", [BUN, "node_modules/.bin/tsc", "--noEmit", "-p", "."]));
	}
	if (plan.executables) {
		results.push(await checkPrograms());
	}
	if (plan.executables && !plan.onDeno) {
		results.push(await checkCommand("build", [BUN, "scripts/build.ts"]));
		results.push(await checkCommand("build linux-arm64", [BUN, "scripts/build.ts", "linux-arm64"]));
	}
	const environment = { ...(plan.onDeno && ON_DENO), ...(plan.fully && FULLY) };
	for (const group of plan.groups) {
		results.push(await step(`${group.name} tests`, () => runGroup(group, environment)));
	}
	return results;
}

function printSummary(results: readonly StepResult[]): boolean {
	const all = results.flatMap((result) => result.outcomes);
	const failed = all.filter((outcome) => !outcome.passed);
	console.log("\n== Durations");
	for (const { name, outcomes, seconds } of results) {
		const bad = outcomes.filter((outcome) => !outcome.passed).length;
		console.log(
			`${seconds.toFixed(1).padStart(8)} s  ${name}: ${outcomes.length - bad} passed, ${bad} failed`,
		);
	}
	const slowest = all.filter((outcome) => outcome.seconds >= 1).sort((a, b) => b.seconds - a.seconds);
	if (slowest.length > 0) console.log("\n== Slowest tests");
	for (const { file, title, seconds } of slowest.slice(0, 10)) {
		console.log(`${seconds.toFixed(1).padStart(8)} s  ${file}: ${title}`);
	}
	if (failed.length > 0) console.log("\n== Failed");
	for (const { file, title, reason } of failed) {
		console.log(`${[file, title].filter((text) => text !== "").join(": ")}: ${reason}`);
	}
	console.log(`\n${all.length - failed.length} passed, ${failed.length} failed`);
	return all.length > 0 && failed.length === 0;
}

try {
	const plan = planTests(process.argv.slice(2), ROOT);
	mkdirSync(join(ROOT, ".bun"), { recursive: true });
	process.exitCode = printSummary(await runPlan(plan)) ? 0 : 1;
} catch (error) {
	if (!(error instanceof TestArgumentError)) throw error;
	console.error(`test: ${error.message}`);
	process.exitCode = 2;
}
