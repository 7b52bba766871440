import { isExecutable } from "#runtime";
import { systemWallClock } from "../../time/wall-clock.ts";
import { SYSTEM_PROGRAMS } from "../../update/system-programs.ts";
import { ownUpdateFolder } from "../../update/update-folder.ts";
import { Updates } from "../../update/updates.ts";
import { VERSION } from "../../version.ts";
import { replaceProcess } from "./replace-process.ts";

/** The updates of the service that this process is; undefined when it is none. */
export function ownUpdates(): Updates | undefined {
	const folder = ownUpdateFolder();
	if (folder === undefined || process.platform !== "linux" || !isExecutable()) return undefined;
	return new Updates({
		folder,
		running: VERSION,
		programs: SYSTEM_PROGRAMS,
		now: () => systemWallClock.now(),
	});
}

/**
 * Goes on as the version that an update has brought, if there is one. The version that was installed decides about it
 * at each start, so that no update can keep the one before from coming back.
 */
export function runUpdatedVersion(): void {
	const folder = ownUpdateFolder();
	if (folder === undefined || process.execPath.startsWith(`${folder}/`)) return;
	try {
		const program = ownUpdates()?.start();
		if (program !== undefined) replaceProcess(program);
	} catch {
		// A disk that cannot be read or written must not keep the version that was installed from serving.
	}
}

/** The version that runs serves now. */
export function updatedVersionServes(): void {
	const folder = ownUpdateFolder();
	if (folder === undefined) return;
	try {
		if (process.execPath.startsWith(`${folder}/`)) ownUpdates()?.ready();
		else ownUpdates()?.removeUnused();
	} catch {
		// It has another try at the next start.
	}
}
