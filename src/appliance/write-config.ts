import { chownSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { replaceFile } from "../durable-file.ts";

/**
 * Writes a configuration in the place of another, with the same owner and mode. A link stays one, and what it leads to is
 * written.
 *
 * @throws {Error} of the file system.
 */
export function writeConfig(path: string, config: Uint8Array): void {
	const { uid, gid, mode } = statSync(path);
	replaceFile(realpathSync(path), mode & 0o777, (file) => {
		writeFileSync(file, config, { mode: 0o600 });
		const own = statSync(file);
		if (own.uid === uid && own.gid === gid) return;
		try {
			chownSync(file, uid, gid);
		} catch {
			// Its folder gives it to those who may read it.
		}
	});
}
