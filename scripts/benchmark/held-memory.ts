import { Load } from "./load.ts";
import { WatchingClient } from "./placers.ts";
import { memory } from "./process-figures.ts";
import type { BarRecord } from "./report.ts";
import { LOAD_SETTINGS, ServerProcess } from "./server-process.ts";
import type { BenchSettings } from "./side-by-side.ts";

/** What the transaction layer remembers is over by then, and memory has been given back, in milliseconds. */
const REST_MS = 50_000;
const IN_FLIGHT = 50;
const KB = 1000;

/** What one setting adds to the memory of a held call, in KB: two servers hold calls at the same time. */
export async function compareHeldMemory(
	executable: string,
	calls: number,
	[mine, other]: readonly [BenchSettings, BenchSettings],
): Promise<BarRecord> {
	const [each = 0, without = 0] = await Promise.all(
		[mine, other].map((settings) => heldMemory(executable, calls, settings)),
	);
	return {
		what: `${calls} anchored calls held: memory each with the state file, above that without`,
		figure: each - without,
		unit: "KB",
		atMost: 3,
		below: true,
		detail: `${each.toFixed(1)} and ${without.toFixed(1)} KB above idle`,
	};
}

async function heldMemory(executable: string, calls: number, settings: BenchSettings): Promise<number> {
	const server = await ServerProcess.start({
		command: [executable],
		settings: { ...LOAD_SETTINGS, ...settings },
	});
	try {
		const load = await Load.start((listener) => WatchingClient.connect(server.xmlPort, listener));
		// Most of what grows grows with the first calls, whether they are held or not.
		await load.run({ calls, anchored: true, inFlight: IN_FLIGHT, perSecond: 0 });
		await Bun.sleep(REST_MS);
		const idle = memory(server.pids).resident;
		await load.run({ calls, anchored: true, inFlight: IN_FLIGHT, perSecond: 0, hold: true });
		await Bun.sleep(REST_MS);
		const held = memory(server.pids).resident;
		await load.release();
		load.stop();
		return (held - idle) / calls / KB;
	} finally {
		await server.stop();
	}
}
