import { expect, test } from "bun:test";
import {
	everyStage,
	heldCalls,
	killTwice,
	powerCut,
	randomKill,
	type TrialResult,
} from "../support/survival/trials.ts";

/** The same seed places the same calls; `sh scripts/bench --crash` tries many. */
const SEED = 7;
const PATIENCE_MS = 120_000;

const TRIALS: readonly [string, () => Promise<TrialResult>][] = [
	["with calls up: they are held, resumed and hung up from either side", () => heldCalls(SEED, 20)],
	["by a power cut", () => powerCut(SEED, 10)],
	["twice within a second", () => randomKill(SEED, 10, killTwice)],
	["with a call at every stage", () => everyStage(SEED)],
];

test.each(TRIALS)(
	"no phone is left and no call without a final result when the server is killed %s",
	async (_name, run) => {
		const { verdict, wrong } = await run();
		expect({ seed: SEED, left: verdict.left, unresolved: verdict.unresolved, wrong }).toEqual({
			seed: SEED,
			left: [],
			unresolved: [],
			wrong: [],
		});
		expect(verdict.answered).toBeGreaterThan(0);
	},
	PATIENCE_MS,
);
