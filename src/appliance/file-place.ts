import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Why a file that the server writes cannot be written. */
export interface PlaceTrouble {
	/** The missing folder, if that is the reason: a mistake in the settings, not a passing fault. */
	readonly missing: string | undefined;
	/** For people. */
	readonly text: string;
}

/**
 * Checks whether a file could be written; undefined if it could. The file itself need not exist, but its
 * folder must.
 *
 * @param base folder that relative names start from.
 */
export function placeTrouble(path: string, base: string): PlaceTrouble | undefined {
	const file = resolve(base, path);
	const folder = dirname(file);
	if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
		return { missing: folder, text: `there is no folder ${folder}` };
	const stats = statSync(file, { throwIfNoEntry: false });
	if (stats?.isDirectory()) return { missing: undefined, text: "it is a folder" };
	try {
		accessSync(stats ? file : folder, constants.W_OK);
		return undefined;
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		return { missing: undefined, text: `it cannot be written: ${reason}` };
	}
}
