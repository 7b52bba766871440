import { compareHeldMemory } from "./held-memory.ts";
import type { BarRecord } from "./report.ts";
import { compareServers } from "./side-by-side.ts";

const WITHOUT = { StateFile: "" };

/** What keeping calls in the state file costs, with it and without it in two servers side by side. */
export async function measureState(executable: string, quick: boolean): Promise<BarRecord[]> {
	const cost = await compareServers({
		executable,
		quick,
		settings: {},
		against: WITHOUT,
		what: "with / without the state file",
		atMost: 1.1,
	});
	return [...cost, await compareHeldMemory(executable, quick ? 1000 : 4000, [{}, WITHOUT])];
}
