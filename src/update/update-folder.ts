import { join } from "node:path";

/** Where systemd's unit has the folder of the service, unless it says so itself (systemd.exec(5)). */
const SERVICE_FOLDER = "/var/lib/clicktocall";

/** The folder of the versions that updates have brought. */
export function updateFolder(
	environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
	return join(environment.STATE_DIRECTORY ?? SERVICE_FOLDER, "update");
}

/** The same for a program that is about to serve; undefined when it does not run as the service. */
export function ownUpdateFolder(
	environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
	return environment.STATE_DIRECTORY === undefined ? undefined : updateFolder(environment);
}
