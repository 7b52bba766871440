import { Load } from "./load.ts";
import { WatchingClient } from "./placers.ts";
import { cpuMs } from "./process-figures.ts";
import type { BarRecord } from "./report.ts";
import { LOAD_SETTINGS, ServerProcess } from "./server-process.ts";
import { median } from "./statistics.ts";

const IN_FLIGHT = 50;
/** Calls of each slice; both servers are loaded in turns, so that noise hits both alike. */
const SLICE = 500;
/** Enough that the JIT has compiled nearly all that it will. */
const WARM_UP = 10_000;
const QUICK_WARM_UP = 3000;

interface Contender {
	readonly server: ServerProcess;
	readonly load: Load;
}

/** What keeping calls in the state file costs: CPU of a call with it and without it, in two servers side by side. */
export async function measureState(executable: string, quick: boolean): Promise<BarRecord[]> {
	const bars: BarRecord[] = [];
	const slices = quick ? 8 : 24;
	for (const anchored of [false, true]) {
		for (const perSecond of [0, 100]) {
			const kept = await contender(executable, {});
			const bare = await contender(executable, { StateFile: "" });
			try {
				const warmUp = quick ? QUICK_WARM_UP : WARM_UP;
				const ratios = await compare(kept, bare, { anchored, perSecond, slices, warmUp });
				const name = `${anchored ? "anchored" : "REFER"}, ${perSecond ? `${perSecond} a second` : "full speed"}`;
				bars.push({
					what: `${name}, CPU a call, with / without the state file`,
					figure: median(ratios.map(({ ratio }) => ratio)),
					unit: "",
					atMost: 1.1,
					below: true,
					detail: `${median(ratios.map(({ mine }) => mine)).toFixed(3)} ms`,
				});
			} finally {
				for (const { load, server } of [kept, bare]) {
					load.stop();
					await server.stop();
				}
			}
		}
	}
	return bars;
}

async function compare(
	kept: Contender,
	bare: Contender,
	plan: {
		readonly anchored: boolean;
		readonly perSecond: number;
		readonly slices: number;
		readonly warmUp: number;
	},
): Promise<{ readonly ratio: number; readonly mine: number }[]> {
	for (const it of [kept, bare]) await cpuOf(it, { ...plan, calls: plan.warmUp, perSecond: 0 });
	const pairs: { ratio: number; mine: number }[] = [];
	for (let slice = 0; slice < plan.slices; slice += 1) {
		// Who comes first changes, too.
		const order = slice % 2 === 0 ? [kept, bare] : [bare, kept];
		const figures = new Map<Contender, number>();
		for (const it of order) figures.set(it, await cpuOf(it, { ...plan, calls: SLICE }));
		const mine = figures.get(kept) ?? 0;
		pairs.push({ mine, ratio: mine / (figures.get(bare) || 1) });
	}
	return pairs;
}

/** @returns milliseconds of CPU a call. */
async function cpuOf(
	{ server, load }: Contender,
	plan: { readonly calls: number; readonly anchored: boolean; readonly perSecond: number },
): Promise<number> {
	const before = cpuMs(server.pids);
	const { done } = await load.run({ ...plan, inFlight: IN_FLIGHT });
	return (cpuMs(server.pids) - before) / Math.max(1, done);
}

async function contender(
	executable: string,
	settings: Readonly<Record<string, string | number>>,
): Promise<Contender> {
	const server = await ServerProcess.start({
		command: [executable],
		settings: { ...LOAD_SETTINGS, ...settings },
	});
	const load = await Load.start((listener) => WatchingClient.connect(server.xmlPort, listener));
	return { server, load };
}
