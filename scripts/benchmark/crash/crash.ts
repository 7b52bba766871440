/** Kills a server again and again, and tells what became of its calls; the usage text is in `options.ts`. */
import {
	everyStage,
	heldCalls,
	killForAWhile,
	killTwice,
	killWhileRestoring,
	powerCut,
	randomKill,
	STAGES,
	scenariosKilled,
	type TrialResult,
} from "../../../test/support/survival/trials.ts";
import { renderTable } from "../report.ts";

/** New calls a second in the trials with a mixture. */
const RATE = 50;
const HELD_CALLS = 500;
const MANY_CALLS = 2000;
/** Servers that are killed at the same time: most of a trial is waiting for timers. */
const AT_ONCE = 3;
/** Most problems of a trial that are told. */
const MAX_TOLD = 5;

/** What is tried, in this order. */
export const CRASH_TRIALS = ["held", "many", "power", "stages", "twice", "restoring", "random"] as const;
export type CrashTrial = (typeof CRASH_TRIALS)[number];

export interface CrashOptions {
	/** How often the server is killed at a random moment, and as often twice, and while it restores. */
	readonly kills: number;
	readonly seed: number;
	/** Undefined: everything. */
	readonly only: CrashTrial | undefined;
	readonly say: (text: string) => void;
}

interface Trial {
	readonly name: string;
	readonly run: () => Promise<TrialResult>;
}

/** @returns the trials of each kind. */
function trialsOf({ kills, seed }: CrashOptions): Record<CrashTrial, readonly Trial[]> {
	const killed = (name: string, kill: Parameters<typeof randomKill>[2]): Trial[] =>
		Array.from({ length: kills }, (_, index) => ({
			name: `${name}, seed ${seed + index}`,
			run: () => randomKill(seed + index, RATE, kill),
		}));
	const held = (count: number): Trial => ({
		name: `${count} calls up, hold, hang up`,
		run: () => heldCalls(seed, count),
	});
	return {
		held: [held(HELD_CALLS)],
		many: [held(MANY_CALLS)],
		power: [{ name: "power cut", run: () => powerCut(seed, RATE) }],
		stages: [
			{ name: "a call at every stage", run: () => everyStage(seed) },
			...STAGES.map((stage) => ({
				name: `scenarios, ${stage}`,
				run: () => scenariosKilled(seed, stage),
			})),
		],
		twice: killed("killed twice", killTwice),
		restoring: killed("killed while restoring", killWhileRestoring),
		random: killed("random moment", killForAWhile),
	};
}

/** Runs the trials. @returns a table, and how many problems there were. */
export async function crashAll(options: CrashOptions): Promise<{ report: string; problems: number }> {
	const { only, say } = options;
	const rows: string[][] = [];
	let problems = 0;
	const run = async ({ name, run }: Trial): Promise<void> => {
		const { verdict, restarts, wrong } = await run();
		const { calls, answered, left, abandoned, unresolved, unnamed } = verdict;
		const told = [...left, ...abandoned.map((leg) => `${leg}: no ACK to its 200`), ...unresolved, ...wrong];
		problems += told.length;
		const faults = [left.length, abandoned.length, unresolved.length, unnamed, wrong.length];
		const times = restarts.map((time) => time.toFixed(0)).join(" ");
		const row = [name, ...[calls, answered, ...faults].map(String), times];
		rows.push(row);
		say(row.join(" | "));
		for (const problem of told.slice(0, MAX_TOLD)) say(`  ${problem}`);
	};
	for (const [kind, trials] of Object.entries(trialsOf(options))) {
		if (only !== undefined && only !== kind) continue;
		const waiting = [...trials];
		const work = async (): Promise<void> => {
			for (let trial = waiting.shift(); trial; trial = waiting.shift()) await run(trial);
		};
		await Promise.all(Array.from({ length: AT_ONCE }, work));
	}
	const head = [
		"trial",
		"calls",
		"legs answered",
		"left",
		"no ACK",
		"no final result",
		"no id",
		"other",
		"ms until it listened",
	];
	return { report: renderTable(head, rows), problems };
}
