import {
	chmodSync,
	chownSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { replaceFile } from "../durable-file.ts";
import { systemWallClock } from "../time/wall-clock.ts";

/** How many versions of a configuration are kept. */
const KEPT = 10;

/** A configuration that was in use. */
export interface ConfigVersion {
	/** Its name among the versions. */
	readonly id: string;
	/** Until when it was in use, in milliseconds since 1970. */
	readonly until: number;
	/** Who has replaced it. */
	readonly by: string;
}

const NAME = /^(\d{13,16})-([\w.@+-]{1,64})\.config$/;

/** The last versions of a configuration, the newest first. */
export function configVersions(configFile: string): readonly ConfigVersion[] {
	return names(configFile).flatMap((id) => {
		const [, until, by = ""] = NAME.exec(id) ?? [];
		return until === undefined ? [] : [{ id, until: Number(until), by }];
	});
}

/** @returns undefined when there is no such version. */
export function readVersion(configFile: string, id: string): Buffer | undefined {
	return names(configFile).includes(id) ? readFileSync(join(folderOf(configFile), id)) : undefined;
}

/**
 * Writes a configuration in the place of another, with the same mode and, as far as possible, the same owner; the other is
 * kept.
 *
 * @param by who does it.
 * @throws {Error} of the file system.
 */
export function putConfig(configFile: string, config: Uint8Array, by: string): void {
	const { uid, gid, mode } = statSync(configFile);
	const before = readFileSync(configFile);
	if (before.equals(config)) return;
	const folder = folderOf(configFile);
	mkdirSync(folder, { recursive: true });
	chmodSync(folder, 0o700 | (statSync(dirname(configFile)).mode & 0o070));
	// Names sort by time; two changes of one millisecond must not be one version.
	const newest = configVersions(configFile)[0]?.until ?? 0;
	const until = Math.max(systemWallClock.now(), newest + 1);
	const name = `${until}-${by.replace(/[^\w.@+-]/g, "_").slice(0, 64) || "admin"}.config`;
	put(join(folder, name), before, mode, uid, gid);
	for (const old of names(configFile).slice(KEPT)) rmSync(join(folder, old), { force: true });
	put(configFile, config, mode, uid, gid);
}

function put(path: string, octets: Uint8Array, mode: number, uid: number, gid: number): void {
	replaceFile(path, mode & 0o777, (file) => {
		writeFileSync(file, octets, { mode: 0o600 });
		const own = statSync(file);
		if (own.uid === uid && own.gid === gid) return;
		try {
			chownSync(file, uid, gid);
		} catch {
			// Its folder gives it to those who may read it.
		}
	});
}

function folderOf(configFile: string): string {
	return join(dirname(configFile), "versions");
}

function names(configFile: string): string[] {
	try {
		return readdirSync(folderOf(configFile))
			.filter((name) => NAME.test(name))
			.sort()
			.reverse();
	} catch {
		return [];
	}
}
