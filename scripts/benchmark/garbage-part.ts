import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LOG_COLLECTIONS, readGarbage } from "./garbage.ts";
import { Load } from "./load.ts";
import { WatchingClient } from "./placers.ts";
import type { BarRecord } from "./report.ts";
import { LOAD_SETTINGS, ServerProcess } from "./server-process.ts";

const WARM_UP = 5000;

/** A third of what a call allocated when this was first measured, in KB: 184 by REFER, anchored 260. */
const BARS = { REFER: 61, anchored: 87 };

/** How much a call allocates, once the code that it runs is compiled. */
export async function measureGarbage(executable: string, quick: boolean): Promise<BarRecord[]> {
	const bars: BarRecord[] = [];
	for (const [name, atMost] of Object.entries(BARS)) {
		const calls = quick ? 1000 : 5000;
		const { allocated, collections } = await garbageOf(executable, name === "anchored", calls, quick);
		bars.push({
			what: `${name}, allocated by a call`,
			figure: allocated / calls / 1000,
			unit: "KB",
			atMost,
			detail: `${collections} collections in ${calls} calls`,
		});
	}
	return bars;
}

async function garbageOf(
	executable: string,
	anchored: boolean,
	calls: number,
	quick: boolean,
): Promise<ReturnType<typeof readGarbage>> {
	const folder = mkdtempSync(join(tmpdir(), "clicktocall-garbage-"));
	const errorFile = join(folder, "log");
	const start = { command: [executable], settings: LOAD_SETTINGS, environment: LOG_COLLECTIONS, errorFile };
	const server = await ServerProcess.start(start);
	try {
		const load = await Load.start((listener) => WatchingClient.connect(server.xmlPort, listener));
		const plan = { anchored, inFlight: 50, perSecond: 0 };
		await load.run({ ...plan, calls: quick ? WARM_UP / 5 : WARM_UP });
		const { size } = statSync(errorFile);
		await load.run({ ...plan, calls });
		load.stop();
		return readGarbage(readFileSync(errorFile).toString("latin1", size));
	} finally {
		await server.stop();
		rmSync(folder, { recursive: true, force: true });
	}
}
