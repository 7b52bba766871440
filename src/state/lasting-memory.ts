import { createHash } from "node:crypto";
import { readlinkSync, realpathSync, statfsSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** The type of a file system in memory (statfs(2)). */
const TMPFS = 0x0102_1994;
/** The machine's own process namespace (namespaces(7)): in a container, memory may end with the first process. */
const MACHINE_PROCESSES = "pid:[4026531836]";
/** The login manager removes what other users have here once they log out (logind.conf(5), RemoveIPC). */
const FIRST_PERSON = 1000;
const DIGITS = 16;

/** What the choice of a place depends on. */
export interface Surroundings {
	/** Variables of the environment. */
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** Whose process this is. */
	readonly user: number;
	/** The name of our process namespace. @throws {Error} when the system does not tell. */
	processes(): string;
	/** @throws {Error} when there is no such folder. */
	isInMemory(folder: string): boolean;
}

/**
 * A file in memory that outlives this process, but not the machine, for what belongs to another file.
 *
 * @param path of the other file.
 * @returns undefined if there may be none: of a service only its RuntimeDirectory stays, in which systemd must not be
 * told to remove it between two runs; and not all systems have such memory.
 */
export function lastingMemoryFor(path: string, around: Surroundings = HERE): string | undefined {
	const { environment, user } = around;
	const [ofService = ""] = environment.RUNTIME_DIRECTORY?.split(":") ?? [];
	const isService = environment.INVOCATION_ID !== undefined;
	try {
		const folder = ofService || (isService || user >= FIRST_PERSON ? "" : "/dev/shm");
		if (folder === "" || !around.isInMemory(folder)) return undefined;
		if (ofService === "" && around.processes() !== MACHINE_PROCESSES) return undefined;
		const real = join(realpathSync(dirname(path)), basename(path));
		return join(folder, `clicktocall-${createHash("sha256").update(real).digest("hex").slice(0, DIGITS)}`);
	} catch {
		return undefined;
	}
}

/** Where this process runs; on Linux only. */
export const HERE: Surroundings = {
	environment: process.env,
	user: process.geteuid?.() ?? FIRST_PERSON,
	processes: () => readlinkSync("/proc/self/ns/pid"),
	isInMemory: (folder) => statfsSync(folder).type === TMPFS,
};
