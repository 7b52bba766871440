import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Why a file that the server writes cannot be written. */
export interface PlaceTrouble {
	/** The folder that is not there, if that is why: a mistake in the settings, and not of a moment. */
	readonly missing: string | undefined;
	/** For people. */
	readonly text: string;
}

/**
 * Looks whether a file could be written; undefined when it could. It need not be there, but its folder.
 *
 * @param base where relative names begin.
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
