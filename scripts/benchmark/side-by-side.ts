import { Load } from "./load.ts";
import { WatchingClient } from "./placers.ts";
import { cpuMs } from "./process-figures.ts";
import type { BarRecord } from "./report.ts";
import { LOAD_SETTINGS, ServerProcess } from "./server-process.ts";
import { median } from "./statistics.ts";

const IN_FLIGHT = 50;
/**
 * Both servers are loaded in turns, a slice of so many calls at a time, so that noise hits both alike; after enough calls
 * that the JIT has compiled nearly all that it will.
 */
const THOROUGH = { slices: 24, slice: 500, warmUp: 10_000 };
const QUICK = { slices: 8, slice: 250, warmUp: 3000 };

/** Lines of a configuration. */
export type BenchSettings = Readonly<Record<string, string | number>>;

/** A comparison of two servers. */
export interface Comparison {
	readonly executable: string;
	readonly quick: boolean;
	/** What sets the server apart whose cost is measured, and the one that it is measured against. */
	readonly settings: BenchSettings;
	readonly against: BenchSettings;
	/** Such as `with / without the state file`. */
	readonly what: string;
	/** The highest ratio that passes. */
	readonly atMost: number;
	/** Another process that works for the calls of the first server, and what it is called. */
	readonly helper?: { readonly name: string; readonly pids: readonly number[] };
}

interface Contender {
	readonly server: ServerProcess;
	readonly load: Load;
	readonly helperPids: readonly number[];
}

/** What one way of placing calls takes. */
interface Plan {
	readonly anchored: boolean;
	/** 0 for full speed. */
	readonly perSecond: number;
	readonly slices: number;
	readonly slice: number;
	readonly warmUp: number;
}

/** Milliseconds of CPU a call. */
interface SliceCost {
	readonly server: number;
	readonly helper: number;
}

/** CPU of a call in one server by that in another, both loaded in turns: by REFER and anchored, at two speeds. */
export async function compareServers(comparison: Comparison): Promise<BarRecord[]> {
	const { executable, quick, settings, against, what, atMost, helper } = comparison;
	const bars: BarRecord[] = [];
	for (const anchored of [false, true]) {
		for (const perSecond of [0, 100]) {
			const mine = await contender(executable, settings, helper?.pids);
			const other = await contender(executable, against);
			try {
				const pairs = await compare(mine, other, { anchored, perSecond, ...(quick ? QUICK : THOROUGH) });
				const name = `${anchored ? "anchored" : "REFER"}, ${perSecond ? `${perSecond} a second` : "full speed"}`;
				const cost = `${median(pairs.map((pair) => pair.mine.server)).toFixed(3)} ms`;
				const help = median(pairs.map((pair) => pair.mine.helper)).toFixed(3);
				const bar = {
					what: `${name}, CPU a call, ${what}`,
					figure: median(pairs.map((pair) => pair.mine.server / (pair.other.server || 1))),
					unit: "",
					atMost,
					below: true,
					detail: helper ? `${cost}; ${helper.name}: ${help} ms` : cost,
				};
				console.error(`${bar.what}: ${bar.figure.toFixed(3)} (${bar.detail})`);
				bars.push(bar);
			} finally {
				for (const { load, server } of [mine, other]) {
					load.stop();
					await server.stop();
				}
			}
		}
	}
	return bars;
}

async function compare(
	mine: Contender,
	other: Contender,
	plan: Plan,
): Promise<{ readonly mine: SliceCost; readonly other: SliceCost }[]> {
	for (const it of [mine, other]) await costOf(it, { ...plan, calls: plan.warmUp, perSecond: 0 });
	const pairs: { mine: SliceCost; other: SliceCost }[] = [];
	for (let slice = 0; slice < plan.slices; slice += 1) {
		// Who comes first changes, too.
		if (slice % 2 === 0) {
			const first = await costOf(mine, { ...plan, calls: plan.slice });
			pairs.push({ mine: first, other: await costOf(other, { ...plan, calls: plan.slice }) });
		} else {
			const first = await costOf(other, { ...plan, calls: plan.slice });
			pairs.push({ other: first, mine: await costOf(mine, { ...plan, calls: plan.slice }) });
		}
	}
	return pairs;
}

async function costOf(
	{ server, load, helperPids }: Contender,
	plan: { readonly calls: number; readonly anchored: boolean; readonly perSecond: number },
): Promise<SliceCost> {
	const before = [cpuMs(server.pids), cpuMs(helperPids)] as const;
	const { done } = await load.run({ ...plan, inFlight: IN_FLIGHT });
	const calls = Math.max(1, done);
	return {
		server: (cpuMs(server.pids) - before[0]) / calls,
		helper: (cpuMs(helperPids) - before[1]) / calls,
	};
}

async function contender(
	executable: string,
	settings: BenchSettings,
	helperPids: readonly number[] = [],
): Promise<Contender> {
	const server = await ServerProcess.start({
		command: [executable],
		settings: { ...LOAD_SETTINGS, ...settings },
	});
	const load = await Load.start((listener) => WatchingClient.connect(server.xmlPort, listener));
	return { server, load, helperPids };
}
