import type { BarRecord } from "./report.ts";
import { compareServers } from "./side-by-side.ts";

/** What keeping calls in the state file costs: CPU of a call with it and without it, in two servers side by side. */
export function measureState(executable: string, quick: boolean): Promise<BarRecord[]> {
	return compareServers({
		executable,
		quick,
		settings: {},
		against: { StateFile: "" },
		what: "with / without the state file",
		atMost: 1.1,
	});
}
