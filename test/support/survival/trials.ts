import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SCENARIOS } from "../../e2e/scenarios.ts";
import { forgetMemory } from "../server-folder.ts";
import { CrashScene } from "./crash-scene.ts";
import { anchoredCall, Dice, nextCall } from "./mixture.ts";
import type { Link } from "./phones.ts";
import { checkAfter, reachStages } from "./stages.ts";
import type { Verdict } from "./verdict.ts";

/** What a trial came to. */
export interface TrialResult {
	readonly verdict: Verdict;
	/** How long each restart took until the server listened, in milliseconds. */
	readonly restarts: readonly number[];
	/** Beside the verdict: what the trial itself saw to be wrong. */
	readonly wrong: readonly string[];
}

/** The state file, and what it was before it began anew. */
const STATE_FILES = ["clicktocall-state.sqlite", "clicktocall-state.sqlite-old"];
const LINKS: readonly Link[] = ["UDP", "TCP"];
/** What happened so long ago is on the disk, in milliseconds. */
const SYNCED_MS = 1000;
const HANG_UP_TRIES = 100;
const CONNECT_LIMIT_MS = 60_000;

async function trial(
	seed: number,
	loss: number,
	act: (scene: CrashScene, dice: Dice, wrong: string[]) => Promise<void>,
	settings: Record<string, number> = {},
): Promise<TrialResult> {
	const scene = await CrashScene.start(seed, loss, settings);
	const wrong: string[] = [];
	try {
		await act(scene, new Dice(seed), wrong);
		return { verdict: await scene.verdict(), restarts: scene.restarts, wrong };
	} finally {
		await scene.stop();
	}
}

const either = (number: number): "initiator" | "destination" =>
	number % 2 === 0 ? "initiator" : "destination";

/** Places anchored calls, at most 100 a second, and waits until all are connected. */
async function connect(scene: CrashScene, count: number): Promise<void> {
	for (let placed = 0; placed < count; placed++) {
		scene.place(anchoredCall(LINKS[placed % 4 === 3 ? 1 : 0] ?? "UDP"));
		if (placed % 5 === 4) await Bun.sleep(50);
	}
	const limit = performance.now() + CONNECT_LIMIT_MS;
	while (scene.connected < count && performance.now() < limit) await Bun.sleep(50);
}

/**
 * Anchored calls are up when the server is killed. After its restart half of the phones put the other one on
 * hold and take it back; then each call is hung up from one side.
 */
export function heldCalls(seed: number, count: number): Promise<TrialResult> {
	return trial(seed, 0, async (scene, _dice, wrong) => {
		await connect(scene, count);
		if (scene.connected !== count) wrong.push(`${scene.connected} of ${count} calls were connected`);
		await scene.kill();
		await scene.restart();
		const refused = await scene.holdAndResume(either);
		for (const text of refused) wrong.push(text);
		let hung = 0;
		// A phone that is being probed can be hung up a moment later.
		for (let time = 0; hung < count && time < HANG_UP_TRIES; time++) {
			hung += scene.hangUpConnected(either);
			await Bun.sleep(100);
		}
		if (hung !== count) wrong.push(`${hung} of ${count} calls could be hung up`);
		await scene.settle(either);
	});
}

/** Places mixed calls for a while, then kills the server in the midst of them and starts it again at once. */
export function randomKill(
	seed: number,
	rate: number,
	kill: (scene: CrashScene, dice: Dice) => Promise<void>,
): Promise<TrialResult> {
	return trial(seed, 0.1, async (scene, dice) => {
		// The first call of a process is slow, so that a busy machine would see it killed before it did anything.
		await scene.place(anchoredCall("UDP")).placed.reached("180 Initiator");
		const until = 500 + dice.below(2500);
		const start = performance.now();
		for (let elapsed = 0; elapsed < until; elapsed = performance.now() - start) {
			const due = 1 + Math.floor((elapsed / 1000) * rate);
			while (scene.calls.length < due) scene.place(nextCall(dice));
			await Bun.sleep(1 + dice.below(10));
		}
		await kill(scene, dice);
		await scene.settle(either);
	});
}

export async function killOnce(scene: CrashScene): Promise<void> {
	await scene.kill();
	await scene.restart();
}

/** Killed, and away for up to 5 s, in which phones ring on, answer, and hang up; every other time for a moment only. */
export async function killForAWhile(scene: CrashScene, dice: Dice): Promise<void> {
	await scene.kill();
	await Bun.sleep(dice.below(2) * dice.below(5000));
	await scene.restart();
}

/** Killed again as soon as it listens. */
export async function killTwice(scene: CrashScene, dice: Dice): Promise<void> {
	await killOnce(scene);
	await Bun.sleep(dice.below(200));
	await killOnce(scene);
}

/** Killed while it starts, somewhere between the first instruction and the last restored call. */
export async function killWhileRestoring(scene: CrashScene, dice: Dice): Promise<void> {
	await scene.kill();
	for (let time = 0; time < 3; time++) {
		scene.server.relaunch();
		await Bun.sleep(50 + dice.below(400));
		await scene.kill();
	}
	await scene.restart();
}

/**
 * The file is put back to what it was before the server was killed: a power cut leaves what was written by the last sync. Calls that were connected two seconds before the end must be restored.
 */
export function powerCut(seed: number, rate: number): Promise<TrialResult> {
	return trial(seed, 0, async (scene, _dice, wrong) => {
		const place = async (count: number): Promise<void> => {
			for (let placed = 0; placed < count; placed++) {
				scene.place(anchoredCall("UDP"));
				await Bun.sleep(1000 / rate);
			}
		};
		await place(rate * 2);
		const known = scene.connectedNumbers();
		await place(rate);
		// A call that goes on after the last sync is lost, so none does, however slow the machine is.
		await Promise.all(scene.calls.map(({ placed }) => placed.finished()));
		await Bun.sleep(SYNCED_MS);
		const { folder } = scene.server;
		const saved = join(folder, "copy");
		for (const name of STATE_FILES) {
			if (existsSync(join(folder, name))) cpSync(join(folder, name), join(saved, name));
		}
		await scene.kill();
		forgetMemory(folder);
		for (const name of STATE_FILES) rmSync(join(folder, name), { force: true });
		cpSync(saved, folder, { recursive: true });
		await scene.restart();
		const restored = await scene.restoredNumbers();
		if (known.length === 0) wrong.push("no call was connected in time");
		for (const number of known) if (!restored.has(number)) wrong.push(`call ${number} is not restored`);
		await scene.settle(either);
	});
}

/** Where the calls of the scenario table are when the server is killed: what is made to take its time. */
export const STAGES = ["initiator rings", "destination rings", "after the result", "on the way"] as const;

/** Every row of the scenario table, on a server that is killed at one stage of them all. */
export function scenariosKilled(seed: number, stage: (typeof STAGES)[number]): Promise<TrialResult> {
	return trial(seed, 0, async (scene, dice) => {
		const [first, second] = [stage === "initiator rings", stage === "destination rings"];
		for (const { initiator, destination, anchor } of SCENARIOS) {
			scene.place({
				initiator: first ? `${initiator}+late-4000ms` : initiator,
				destination: second ? `${destination}+late-4000ms` : destination,
				anchor,
				link: dice.pick(["UDP", "TCP"]),
			});
		}
		await Bun.sleep(stage === "on the way" ? dice.below(60) : 1200);
		await killOnce(scene);
		await scene.settle(either);
	});
}

/** A call at each stage that a call goes through, over each link, when the server is killed. */
export function everyStage(seed: number): Promise<TrialResult> {
	const act = async (scene: CrashScene, _dice: Dice, wrong: string[]): Promise<void> => {
		const calls = await reachStages(scene, LINKS);
		await killOnce(scene);
		wrong.push(...(await checkAfter(scene, calls)));
		await scene.settle(either, 500);
		for (const { stage, made } of calls) {
			const final = await scene.final(made);
			if (!stage.finals.includes(final))
				wrong.push(`${stage.name} (${made.link}): ${final}, not ${stage.finals.join(" or ")}`);
		}
	};
	// A busy machine takes its time to get all calls to their stages.
	return trial(seed, 0, act, { InitiatorTimeout: 90, DestinationTimeout: 90 });
}
