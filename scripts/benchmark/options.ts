import { CRASH_TRIALS, type CrashTrial } from "./crash/crash.ts";
import { SHORTEST_SOAK } from "./soak/plan.ts";

/** Parts of the benchmark, in the order they run in. */
export const PARTS = [
	"refer",
	"anchored",
	"kamailio",
	"deno",
	"garbage",
	"many",
	"held",
	"idle",
	"start",
	"size",
	"tones",
	"micro",
	"state",
	"cluster",
] as const;

export type Part = (typeof PARTS)[number];

/** What the command line asks for. */
export interface BenchmarkOptions {
	readonly parts: ReadonlySet<Part>;
	/** Fewer calls, and one round. */
	readonly quick: boolean;
	/** File for the JSON; undefined: standard output gets it, after the tables. */
	readonly json: string | undefined;
	/** What is measured; undefined: the executable that was just built. */
	readonly executable: string | undefined;
	/** Minutes of a soak, which is then all that is done; undefined: none. */
	readonly soak: number | undefined;
	/** Whether the ports are flooded, which is then all that is done. */
	readonly flood: boolean;
	/** How often the server is killed at a random moment, which is then all that is done; undefined: never. */
	readonly crash: number | undefined;
	/** Of the crashes: the same seed places the same calls. */
	readonly seed: number;
	/** Of the crashes: the only kind that is tried; undefined: all. */
	readonly only: CrashTrial | undefined;
	readonly help: boolean;
}

/** The command line is not understood; the message says why. */
export class BenchmarkUsageError extends Error {
	override readonly name = "BenchmarkUsageError";
}

export const USAGE = `Usage: sh scripts/bench [--quick] [--json FILE] [--executable FILE] [PART...]
       sh scripts/bench --soak MINUTES [--executable FILE]
       sh scripts/bench --flood [--quick] [--executable FILE]
       sh scripts/bench --crash KILLS [--seed NUMBER] [--only TRIAL]
       sh scripts/bench --cluster-proof [PROOF...]

Measures the executable, and Kamailio in the same run. Without PART: everything, which takes an hour or more.

  refer      calls by REFER: at full speed and 100 a second, with clients that watch and that leave
  anchored   the same for calls that stay in the signalling path
  kamailio   dlg.bridge_dlg of Kamailio's dialog module, in turns with the two above
  deno       the two above once more, from the sources on Deno
  garbage    how much memory a call allocates, by the engine's log of its collections
  many       20,000 anchored calls at full speed, and the memory a minute later
  held       2,000 calls held, and what a call costs with 10 and with 10,000 of them held
  idle       memory and CPU of a server that has nothing to do
  start      from the start of the process until it listens on all ports
  size       the executable beyond the Bun runtime
  tones      ringback for 200 phones at once
  micro      reader, writer and translator, and SIP.js's parser
  state      what a call costs with and without the state file, and a held one in memory, in two servers side by side
  cluster    what a call costs in one of two boxes and in a box alone, likewise; needs redis-server

  --soak MINUTES     mixed calls for that long, at 20 a second with idle times between, over one XML connection
                     next to one event stream and one registration: every call must have one final result, and
                     memory, descriptors, timers and log must not grow
  --flood            floods the ports for SIP over UDP and TCP, XML and HTTP for a minute each, and tells the slowest
                     OPTIONS and the slowest call meanwhile
  --crash KILLS      kills the server and starts it again: every leg must end within 40 s, and every call have one
                     final result. KILLS is how often that is done at a random moment, three at a time
  --only TRIAL       held: 500 calls are up; many: 2,000; power: the file as it was at its last sync; stages: a call
                     at each stage, and the scenario table at four of them; random: under 50 mixed calls a second
                     with 10 % loss; twice, restoring: likewise, and once more as soon as it listens, or before
  --cluster          the part of that name
  --seed NUMBER      of the first random kill; each one tells its own
  --quick            fewer calls, one round; floods of ten seconds
  --json FILE        writes all figures to FILE instead of standard output
  --executable FILE  measures another build than dist/clicktocall

Exit code: 0; 1 when a call of ours failed or was lost, or a soak, a flood or a crash showed a fault; 2 for a command line that is not understood.
`;

/**
 * Reads the command line.
 *
 * @throws {BenchmarkUsageError} for an unknown option or part, or an option without its file.
 */
export function readOptions(args: readonly string[]): BenchmarkOptions {
	const parts = new Set<Part>();
	let quick = false;
	let help = false;
	let json: string | undefined;
	let executable: string | undefined;
	let soak: number | undefined;
	let flood = false;
	let crash: number | undefined;
	let seed = 1;
	let only: CrashTrial | undefined;
	for (let index = 0; index < args.length; index++) {
		const arg = args[index] ?? "";
		if (arg === "--quick") quick = true;
		else if (arg === "--help" || arg === "-h") help = true;
		else if (arg === "--flood") flood = true;
		else if (arg === "--cluster") parts.add("cluster");
		else if (arg === "--soak") soak = minutesAfter(arg, args[++index]);
		else if (arg === "--crash") crash = numberAfter(arg, args[++index]);
		else if (arg === "--seed") seed = numberAfter(arg, args[++index]);
		else if (arg === "--only") only = trialAfter(arg, args[++index]);
		else if (arg === "--json") json = fileAfter(arg, args[++index]);
		else if (arg === "--executable") executable = fileAfter(arg, args[++index]);
		else if (isPart(arg)) parts.add(arg);
		else throw new BenchmarkUsageError(`unknown argument "${arg}", expected a part (${PARTS.join(", ")})`);
	}
	return {
		parts: parts.size > 0 ? parts : new Set(PARTS),
		quick,
		json,
		executable,
		soak,
		flood,
		crash,
		seed,
		only,
		help,
	};
}

function fileAfter(option: string, file: string | undefined): string {
	if (file === undefined || file.startsWith("-")) throw new BenchmarkUsageError(`${option} needs a file`);
	return file;
}

function numberAfter(option: string, text = ""): number {
	if (!/^[1-9]\d{0,5}$/.test(text)) throw new BenchmarkUsageError(`${option} needs a number, 1 or more`);
	return Number(text);
}

function trialAfter(option: string, text = ""): CrashTrial {
	const trial = CRASH_TRIALS.find((name) => name === text);
	if (!trial) throw new BenchmarkUsageError(`${option} needs one of ${CRASH_TRIALS.join(", ")}`);
	return trial;
}

function minutesAfter(option: string, text = ""): number {
	const minutes = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
	if (minutes < SHORTEST_SOAK)
		throw new BenchmarkUsageError(`${option} needs a number of minutes, ${SHORTEST_SOAK} or more`);
	return minutes;
}

function isPart(text: string): text is Part {
	return PARTS.some((part) => part === text);
}
