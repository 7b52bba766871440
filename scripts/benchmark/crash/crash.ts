/** Kills a server again and again, and tells what became of its calls; the usage text is in `options.ts`. */
import {
	heldCalls,
	killOnce,
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
/** Most problems of a trial that are told. */
const MAX_TOLD = 5;

export interface CrashOptions {
	/** How often the server is killed at a random moment. */
	readonly kills: number;
	readonly seed: number;
	readonly say: (text: string) => void;
}

/** Runs every trial. @returns a table, and how many problems there were. */
export async function crashAll({
	kills,
	seed,
	say,
}: CrashOptions): Promise<{ report: string; problems: number }> {
	const few = Math.max(1, Math.round(kills / 10));
	const trials: [string, () => Promise<TrialResult>][] = [
		[`${HELD_CALLS} calls up, hold, hang up`, () => heldCalls(seed, HELD_CALLS)],
		[`${MANY_CALLS} calls up, hold, hang up`, () => heldCalls(seed, MANY_CALLS)],
		["power cut", () => powerCut(seed, RATE)],
		...STAGES.map((stage): [string, () => Promise<TrialResult>] => [
			`scenarios, ${stage}`,
			() => scenariosKilled(seed, stage, true),
		]),
	];
	for (let time = 0; time < few; time++) {
		trials.push(["killed twice", () => randomKill(seed + time, RATE, killTwice)]);
		trials.push(["killed while restoring", () => randomKill(seed + time, RATE, killWhileRestoring)]);
	}
	for (let time = 0; time < kills; time++)
		trials.push([`random moment, seed ${seed + time}`, () => randomKill(seed + time, RATE, killOnce)]);
	const rows: string[][] = [];
	let problems = 0;
	for (const [name, run] of trials) {
		const { verdict, restarts, wrong } = await run();
		const { calls, answered, left, abandoned, unresolved, unnamed } = verdict;
		const told = [...left, ...abandoned.map((leg) => `${leg}: no ACK to its 200`), ...unresolved, ...wrong];
		problems += told.length;
		const figures = [
			calls,
			answered,
			left.length,
			abandoned.length,
			unresolved.length,
			unnamed,
			wrong.length,
		];
		const row = [name, ...figures.map(String), restarts.map((time) => time.toFixed(0)).join(" ")];
		rows.push(row);
		say(row.join(" | "));
		for (const problem of told.slice(0, MAX_TOLD)) say(`  ${problem}`);
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
