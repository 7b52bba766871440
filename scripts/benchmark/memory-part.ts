import { Load, type LoadPlan } from "./load.ts";
import { MB, measureLoad } from "./measure.ts";
import { WatchingClient } from "./placers.ts";
import { cpuMs, memory } from "./process-figures.ts";
import type { BarRecord, RunRecord } from "./report.ts";
import { LOAD_SETTINGS, ServerProcess } from "./server-process.ts";
import { median } from "./statistics.ts";

/** What a part measured. */
export interface PartFigures {
	readonly runs: readonly RunRecord[];
	readonly bars: readonly BarRecord[];
}

const FULL_SPEED: LoadPlan = { calls: 0, anchored: true, inFlight: 50, perSecond: 0 };
/** From the start until a server has settled, in milliseconds. */
const SETTLE_MS = 3000;

/** Many anchored calls in a row: none may be lost, and memory must not pile up. */
export async function measureMany(executable: string, quick: boolean): Promise<PartFigures> {
	const calls = quick ? 3000 : 20_000;
	const pauseSeconds = quick ? 10 : 60;
	return withServer(executable, async (server, load) => {
		const before = cpuMs(server.pids);
		const plan = { ...FULL_SPEED, calls };
		const run = await measureLoad(load, server, plan, `${calls} anchored calls at full speed`, 1);
		await Bun.sleep(pauseSeconds * 1000);
		const { resident } = memory(server.pids);
		const cpu = (cpuMs(server.pids) - before) / calls;
		const bar = { unit: "MB", below: true };
		return {
			runs: [run],
			bars: [
				{ what: `${calls} calls: lost or failed`, figure: run.lost + run.failed, unit: "", atMost: 0 },
				{ what: `${calls} calls: peak resident memory`, figure: run.peakMb, atMost: 200, ...bar },
				{
					what: `${calls} calls: resident memory ${pauseSeconds} s later`,
					figure: resident / MB,
					atMost: 100,
					...bar,
					detail: `${cpu.toFixed(3)} ms of CPU a call with these ${pauseSeconds} s`,
				},
			],
		};
	});
}

/** Calls that stay open: their memory, and what they add to the cost of others. */
export async function measureHeld(executable: string, quick: boolean): Promise<PartFigures> {
	const memoryFigures = await measureHeldMemory(executable, quick ? 500 : 2000, quick ? [3, 10] : [15, 60]);
	const costFigures = await measureCostBesideHeld(executable, quick ? 1000 : 10_000, quick);
	return {
		runs: [...memoryFigures.runs, ...costFigures.runs],
		bars: [...memoryFigures.bars, ...costFigures.bars],
	};
}

/** @param pauses when to look, in seconds after the last call: what the transaction layer remembers ends after 32. */
async function measureHeldMemory(
	executable: string,
	calls: number,
	[soon, late]: readonly [number, number],
): Promise<PartFigures> {
	return withServer(executable, async (server, load) => {
		const idle = memory(server.pids).resident;
		const plan = { ...FULL_SPEED, calls, hold: true };
		const run = await measureLoad(load, server, plan, `${calls} anchored calls that are held`, 1);
		const each = (resident: number, base: number): number => (resident - base) / calls / 1000;
		await Bun.sleep(soon * 1000);
		const heldSoon = memory(server.pids).resident;
		await Bun.sleep((late - soon) * 1000);
		const held = memory(server.pids).resident;
		await load.release();
		await Bun.sleep(late * 1000);
		const after = memory(server.pids).resident;
		const bar: BarRecord = {
			what: `${calls} anchored calls held, memory each above idle`,
			figure: each(held, idle),
			unit: "KB",
			atMost: 25,
			detail:
				`${(idle / MB).toFixed(0)} MB after the start, ${(held / MB).toFixed(0)} MB ${late} s after the last one; ` +
				`${each(heldSoon, idle).toFixed(1)} KB after ${soon} s; ` +
				`${each(held, after).toFixed(1)} KB above ${late} s after their end`,
		};
		return { runs: [run], bars: [bar] };
	});
}

/** The same server with few and with many calls held, in turns of both loads that a JIT has seen before. */
async function measureCostBesideHeld(executable: string, many: number, quick: boolean): Promise<PartFigures> {
	const few = 10;
	return withServer(executable, async (server, load) => {
		const runs: RunRecord[] = [];
		const plan = { ...FULL_SPEED, calls: quick ? 1000 : 3000 };
		const cost = async (held: number): Promise<number> => {
			const costs: number[] = [];
			for (let round = 1; round <= (quick ? 1 : 3); round++) {
				const run = await measureLoad(load, server, plan, `anchored beside ${held} held calls`, round);
				runs.push(run);
				costs.push(run.cpuMsPerCall);
			}
			return median(costs);
		};
		await load.run({ ...FULL_SPEED, calls: many / 2 });
		await load.run({ ...FULL_SPEED, calls: few, hold: true });
		const fewCost = await cost(few);
		await load.run({ ...FULL_SPEED, calls: many - few, hold: true });
		const manyCost = await cost(many);
		await load.release();
		const bar: BarRecord = {
			what: `CPU a call at ${many} held calls / at ${few}`,
			figure: manyCost / fewCost,
			unit: "",
			atMost: 1.2,
			detail: `${manyCost.toFixed(3)} / ${fewCost.toFixed(3)} ms`,
		};
		return { runs, bars: [bar] };
	});
}

async function withServer(
	executable: string,
	use: (server: ServerProcess, load: Load) => Promise<PartFigures>,
): Promise<PartFigures> {
	const server = await ServerProcess.start({ command: [executable], settings: LOAD_SETTINGS });
	try {
		const load = await Load.start((listener) => WatchingClient.connect(server.xmlPort, listener));
		await Bun.sleep(SETTLE_MS);
		const figures = await use(server, load);
		load.stop();
		return figures;
	} finally {
		await server.stop();
	}
}
