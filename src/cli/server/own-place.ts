import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { OwnPlace, ReloadOutcome } from "../../appliance/own-place.ts";
import { StartAgain } from "./start-again.ts";
import { ownUpdates } from "./updated-version.ts";

/**
 * Where this server has its configuration, and how it starts again.
 *
 * @param reload reads the settings again.
 */
export function ownPlace(
	configFile: string,
	again: StartAgain,
	reload: () => Promise<ReloadOutcome>,
): OwnPlace {
	const { STATE_DIRECTORY } = process.env;
	return {
		configFile: resolve(configFile),
		uploads: STATE_DIRECTORY === undefined ? tmpdir() : join(STATE_DIRECTORY, "uploads"),
		updates: ownUpdates(),
		reload,
		restart: StartAgain.isPossible ? again.ask : undefined,
	};
}
