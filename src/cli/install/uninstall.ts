import { isThere, remove } from "./files.ts";
import type { InstallOptions } from "./install.ts";
import { SERVICE } from "./layout.ts";

/**
 * Ends the service and removes program and unit. What cannot be had again stays: configuration, certificates,
 * log and history.
 *
 * @param purge true to remove these as well, and the service's user.
 * @throws {InstallError} when a step does not work.
 */
export function uninstall({ layout, staged, host, say }: InstallOptions, purge: boolean): void {
	const live = !staged && host.hasSystemd;
	if (live && isThere(layout.unit)) host.run(["systemctl", "disable", "--now", SERVICE]);
	for (const path of [layout.unit, layout.executable, layout.sysusers, layout.tmpfiles, layout.completion])
		remove(path);
	if (live) host.run(["systemctl", "daemon-reload"]);
	const kept = [layout.configFolder, layout.stateFolder, layout.logFolder];
	if (purge) {
		for (const path of kept) remove(path);
		if (live) host.run(["userdel", SERVICE]);
		say("removed, including configuration, log and history");
	} else {
		say(`removed; kept: ${kept.join(", ")} (--purge removes them)`);
	}
}
