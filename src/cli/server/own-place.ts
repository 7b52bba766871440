import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { OwnPlace, ReloadOutcome } from "../../appliance/own-place.ts";
import { sweepUploads } from "../../http/upload/receive-form.ts";
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
	const ownFolder = STATE_DIRECTORY && join(STATE_DIRECTORY, "uploads");
	if (ownFolder) sweepUploads(ownFolder, Number.POSITIVE_INFINITY);
	return {
		configFile: resolve(configFile),
		uploads: ownFolder || tmpdir(),
		updates: ownUpdates(),
		reload,
		restart: StartAgain.isPossible ? again.ask : undefined,
	};
}
