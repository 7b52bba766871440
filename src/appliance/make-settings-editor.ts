import { SETTINGS, type Settings } from "../config/settings.ts";
import type { ClosedSetUp } from "../http/box/types.ts";
import type { Logger } from "../log/logger.ts";
import type { Clock } from "../time/clock.ts";
import { systemWallClock } from "../time/wall-clock.ts";
import { ConfigTrial } from "./config-trial.ts";
import type { OwnPlace } from "./own-place.ts";
import { SettingsEditor } from "./settings-editor.ts";

/**
 * The editor of the configuration of this server.
 *
 * @param settings those that the server was started with.
 */
export function makeSettingsEditor(
	{ configFile, reload, restart }: OwnPlace,
	settings: Settings,
	{ clock, log }: { readonly clock: Clock; readonly log: Logger },
): SettingsEditor {
	const wall = systemWallClock;
	const trial = new ConfigTrial({
		configFile,
		clock,
		wall,
		log,
		goneBack: () => {
			void reload().then(() => {
				// It may run with what needed a restart.
				if (editor.waitingForRestart().length > 0) restart?.();
			});
		},
	});
	const editor = new SettingsEditor({ configFile, running: settings, reload, trial, wall, log });
	trial.resume();
	return editor;
}

/** Why the pages change nothing; undefined if they may. */
export function closedSetUp(settings: Settings): ClosedSetUp | undefined {
	if (!settings.browserSetup) return "closed";
	return hasOwnPassword(settings) ? undefined : "no password";
}

/**
 * Whether the pages may change the set-up: not while everybody who reaches them could run another program here, with no
 * password at all or with that of the sample.
 */
function hasOwnPassword({ httpAuth, httpAuthPwd, firstRun }: Settings): boolean {
	// A new box does nothing before it has one.
	return firstRun || (httpAuth && httpAuthPwd !== SETTINGS.httpAuthPwd.default);
}
