import { accessSync, constants, existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { CommandLine } from "../config/command-line.ts";
import { DEFAULT_CONFIG_FILE } from "../config/config-file.ts";
import type { Settings } from "../config/settings.ts";
import { CONFIG_FILE, STATE_FOLDER } from "./install/layout.ts";

/** Whether a configuration is that of the service, here or in an image. */
export function isOfService(configFile: string | undefined): boolean {
	return configFile?.endsWith(CONFIG_FILE) === true;
}

/** What the service is started with in addition to its configuration; settings of another one stay as they are. */
export function asService(settings: Settings, configFile: string | undefined): Settings {
	if (configFile === undefined || !isOfService(configFile) || settings.certificatePath !== "")
		return settings;
	return { ...settings, certificatePath: dirname(configFile) };
}

/** The configuration of the service on this machine. */
export interface ServiceConfig {
	readonly file: string;
	/** Its working directory, where relative names in the file begin. */
	readonly folder: string;
}

/**
 * The settings of the service, for commands that ask the server when no other file was named or found.
 *
 * @returns undefined when there is no service, or when its settings are not for us to read.
 */
export function serviceConfig(
	{ configFile }: Pick<CommandLine, "configFile">,
	cwd: string,
	file = CONFIG_FILE,
): ServiceConfig | undefined {
	const named = configFile === undefined ? undefined : resolve(cwd, configFile);
	if (named !== undefined ? named !== file : existsSync(resolve(cwd, DEFAULT_CONFIG_FILE))) return undefined;
	try {
		accessSync(file, constants.R_OK);
		return { file, folder: STATE_FOLDER };
	} catch {
		return undefined;
	}
}
