import { join } from "node:path";
import { KamailioProcess } from "./kamailio.ts";
import { type Measurement, measure } from "./measure.ts";
import type { Part } from "./options.ts";
import { FifoClient, LeavingClient, type Placer, type ResultListener, WatchingClient } from "./placers.ts";
import type { BarRecord, RunRecord } from "./report.ts";
import { LOAD_SETTINGS, type MeasuredServer, ServerProcess, type ServerStart } from "./server-process.ts";
import { median } from "./statistics.ts";

export interface CallPartOptions {
	readonly executable: string;
	readonly parts: ReadonlySet<Part>;
	readonly quick: boolean;
	/** Called with each run when it is done. */
	readonly progress: (run: RunRecord) => void;
}

type ConnectedServer = MeasuredServer & { connect(listener: ResultListener): Promise<Placer> };

/** What is measured at full speed and steadily, in turns. */
interface Contender {
	readonly part: Part;
	readonly name: string;
	readonly anchored: boolean;
	readonly start: () => Promise<ConnectedServer>;
}

/** The program on Deno. */
const ON_DENO = join(import.meta.dir, "../testing/on-deno");
const IN_FLIGHT = 50;
const STEADY_PER_SECOND = 100;
const FULL_SPEED = "full speed";
const STEADY = `${STEADY_PER_SECOND} a second`;
const SPEEDS = [FULL_SPEED, STEADY];
/** Enough that the JIT has compiled nearly all that it will. */
const WARM_UP = 20_000;

/** Calls by REFER, anchored calls and Kamailio's, round by round, so that noise hits all of them alike. */
export async function measureCalls(options: CallPartOptions): Promise<RunRecord[]> {
	const runs: RunRecord[] = [];
	const contenders = contendersOf(options.executable).filter(({ part }) => options.parts.has(part));
	for (let round = 1; round <= (options.quick ? 1 : 3); round++) {
		for (const speed of SPEEDS) {
			for (const contender of contenders) {
				const run = await measure(measurementOf(contender, speed, round, options.quick));
				options.progress(run);
				runs.push(run);
			}
		}
	}
	return runs;
}

function measurementOf(contender: Contender, speed: string, round: number, quick: boolean): Measurement {
	const { name, anchored, start } = contender;
	const full = speed === FULL_SPEED;
	const calls = (full ? 4000 : 1500) / (quick ? 4 : 1);
	const perSecond = full ? 0 : STEADY_PER_SECOND;
	return {
		name: `${name}, ${speed}`,
		round,
		plan: { calls, anchored, inFlight: IN_FLIGHT, perSecond },
		warmUp: quick ? WARM_UP / 5 : WARM_UP,
		start,
	};
}

function contendersOf(executable: string): Contender[] {
	const ours = async (
		watching: boolean,
		more: ServerStart["settings"] = {},
		program = executable,
	): Promise<ConnectedServer> => {
		const settings = { ...LOAD_SETTINGS, ...more };
		const server = await ServerProcess.start({ command: [program], settings });
		return Object.assign(server, {
			connect: (listener: ResultListener): Promise<Placer> =>
				watching
					? WatchingClient.connect(server.xmlPort, listener)
					: Promise.resolve(new LeavingClient(server.xmlPort, (index) => listener(index, 503, ""))),
		});
	};
	const kamailio = async (): Promise<ConnectedServer> => {
		const server = await KamailioProcess.start();
		return Object.assign(server, { connect: async (): Promise<Placer> => new FifoClient(server.fifo) });
	};
	return [
		{ part: "refer", name: "REFER", anchored: false, start: () => ours(true) },
		{ part: "kamailio", name: "Kamailio REFER", anchored: false, start: kamailio },
		{ part: "anchored", name: "anchored", anchored: true, start: () => ours(true) },
		{ part: "deno", name: "REFER on Deno", anchored: false, start: () => ours(true, {}, ON_DENO) },
		{ part: "deno", name: "anchored on Deno", anchored: true, start: () => ours(true, {}, ON_DENO) },
		{
			part: "anchored",
			name: "anchored with tones",
			anchored: true,
			start: () => ours(true, { Ringback: "us" }),
		},
		{ part: "refer", name: "REFER, client leaves", anchored: false, start: () => ours(false) },
		{ part: "anchored", name: "anchored, client leaves", anchored: true, start: () => ours(false) },
	];
}

/** The bars that the runs of `measureCalls` have to reach. */
export function callBars(runs: readonly RunRecord[]): BarRecord[] {
	const bars: BarRecord[] = [];
	for (const [name, atFullSpeed, steadily] of [
		["REFER", 1.4, 1.7],
		["anchored", 1.8, 1.9],
	] as const) {
		for (const [speed, atMost] of [
			[FULL_SPEED, atFullSpeed],
			[STEADY, steadily],
		] as const) {
			const ratio = cpuRatio(runs, `${name}, ${speed}`, `Kamailio REFER, ${speed}`);
			const what = `${name}, CPU a call, ours / Kamailio's REFER call, ${speed}`;
			if (ratio) bars.push({ what, unit: "", atMost, ...ratio });
		}
	}
	for (const name of ["REFER", "anchored"]) {
		const steady = runs.filter((run) => run.name === `${name}, ${STEADY}`);
		if (steady.length === 0) continue;
		const what = `${name}, request to 200 Destination at ${STEADY}`;
		const middle = median(steady.map(({ medianMs }) => medianMs));
		const slow = median(steady.map(({ p99Ms }) => p99Ms));
		bars.push({ what: `${what}, median`, figure: middle, unit: "ms", atMost: 1.5 });
		bars.push({ what: `${what}, 99th percentile`, figure: slow, unit: "ms", atMost: 6 });
	}
	return bars;
}

/** Median of the ratios of each round. */
function cpuRatio(
	runs: readonly RunRecord[],
	ours: string,
	theirs: string,
): Pick<BarRecord, "figure" | "detail"> | undefined {
	const pairs = runs
		.filter(({ name }) => name === ours)
		.map((run) => [run, runs.find((other) => other.name === theirs && other.round === run.round)] as const)
		.flatMap(([run, other]) => (other ? [{ mine: run.cpuMsPerCall, other: other.cpuMsPerCall }] : []));
	if (pairs.length === 0) return undefined;
	const mine = median(pairs.map((pair) => pair.mine));
	const other = median(pairs.map((pair) => pair.other));
	return {
		figure: median(pairs.map((pair) => pair.mine / pair.other)),
		detail: `${mine.toFixed(3)} / ${other.toFixed(3)} ms`,
	};
}
