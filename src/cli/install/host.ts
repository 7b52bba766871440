import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { isExecutable } from "#runtime";
import { errorCode } from "../../error-code.ts";

/** A step of an installation that failed; the message says which one. */
export class InstallError extends Error {
	override readonly name = "InstallError";
}

/** What an installation needs of the machine, other than files. */
export interface InstallHost {
	/** The compiled program that runs; undefined when it runs from its sources. */
	readonly program: string | undefined;
	/** Whether we are root. */
	readonly isRoot: boolean;
	/** Whether systemd runs this machine (sd_booted(3)). */
	readonly hasSystemd: boolean;
	/** Whether the Debian package's unit is there. */
	has(path: string): boolean;
	/** Runs a program. @throws {InstallError} when it cannot be run or fails. */
	run(command: readonly [string, ...string[]]): void;
}

/** The real machine. */
export const MACHINE: InstallHost = {
	program: isExecutable() ? process.execPath : undefined,
	isRoot: process.getuid?.() === 0,
	hasSystemd: isFolder("/run/systemd/system"),
	has: (path) => statSync(path, { throwIfNoEntry: false }) !== undefined,
	run(command) {
		const [program, ...parameters] = command;
		const { error, status, stderr } = spawnSync(program, parameters, { stdio: ["ignore", "ignore", "pipe"] });
		if (errorCode(error) === "ENOENT") throw new InstallError(`${program}: program not found`);
		if (error) throw new InstallError(`${program}: ${error.message}`);
		if (status === 0) return;
		throw new InstallError(`${command.join(" ")}: exit code ${status}\n${stderr.toString().trimEnd()}`);
	},
};

function isFolder(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
