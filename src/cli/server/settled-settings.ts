import { settleTrial } from "../../appliance/config-trial.ts";
import type { LoadedSettings } from "../../config/load.ts";
import { COMMAND_LINE } from "../../config/problem.ts";
import { systemWallClock } from "../../time/wall-clock.ts";

/** Reads the settings for a start: a change by the pages that nobody has confirmed in time is taken back first. */
export function readSettled(read: () => LoadedSettings, complain: (text: string) => void): LoadedSettings {
	const loaded = read();
	const file = loaded.ok
		? loaded.configFile
		: loaded.problems.find((problem) => problem.file !== undefined && problem.file !== COMMAND_LINE)?.file;
	const names = file === undefined ? undefined : settleTrial(file, systemWallClock.now());
	if (!names) return loaded;
	complain(`nobody has confirmed the change of ${names.join(", ")}: the configuration before is back`);
	return read();
}
