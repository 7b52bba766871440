import { Load, type LoadPlan } from "./load.ts";
import type { Placer, ResultListener } from "./placers.ts";
import { cpuMs, memory } from "./process-figures.ts";
import type { RunRecord } from "./report.ts";
import type { MeasuredServer } from "./server-process.ts";

/** Bytes of a megabyte, as memory and file sizes are given here. */
export const MB = 1e6;

/** A server, a load and a name for it. */
export interface Measurement {
	readonly name: string;
	readonly round: number;
	readonly plan: LoadPlan;
	/** Calls of the same kind before the measured ones, so that the JIT has seen them. */
	readonly warmUp: number;
	readonly start: () => Promise<MeasuredServer & { connect(listener: ResultListener): Promise<Placer> }>;
}

/** Runs one load against a fresh server. */
export async function measure({ name, round, plan, warmUp, start }: Measurement): Promise<RunRecord> {
	const server = await start();
	try {
		const load = await Load.start((listener) => server.connect(listener));
		await load.run({ ...plan, calls: warmUp, perSecond: 0, inFlight: 50 });
		const record = await measureLoad(load, server, plan, name, round);
		load.stop();
		return record;
	} finally {
		await server.stop();
	}
}

/** Runs one load against a server that runs already. */
export async function measureLoad(
	load: Load,
	server: MeasuredServer,
	plan: LoadPlan,
	name: string,
	round: number,
): Promise<RunRecord> {
	const before = cpuMs(server.pids);
	const figures = await load.run(plan);
	const cpuMsPerCall = (cpuMs(server.pids) - before) / Math.max(1, figures.done);
	const { resident, peak } = memory(server.pids);
	return { name, round, ...figures, cpuMsPerCall, residentMb: resident / MB, peakMb: peak / MB };
}
