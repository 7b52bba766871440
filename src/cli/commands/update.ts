import { existsSync } from "node:fs";
import { pause } from "../../time/pause.ts";
import { systemClock } from "../../time/system-clock.ts";
import { systemWallClock } from "../../time/wall-clock.ts";
import { type Programs, UpdateError } from "../../update/candidate.ts";
import { SYSTEM_PROGRAMS } from "../../update/system-programs.ts";
import { updateFolder } from "../../update/update-folder.ts";
import { Updates } from "../../update/updates.ts";
import { VERSION } from "../../version.ts";
import { CONFIG_FILE, SERVICE } from "../install/layout.ts";
import { complain, say } from "../output.ts";
import { UsageError } from "../usage-error.ts";

/** How long the new version may take until it serves, in milliseconds: two starts that systemd gives up on. */
const PATIENCE = 240_000;
const LOOK = 500;

/** The input of `clicktocall update`. */
export interface UpdateCommand {
	readonly operands: readonly string[];
	readonly back: boolean;
	/** Whether a version older than the one that runs is taken. */
	readonly older: boolean;
	/** The checksum that the file must have. */
	readonly sha256: string | undefined;
	readonly programs?: Programs;
	readonly sleep?: (milliseconds: number) => Promise<void>;
}

/**
 * Puts another version of the program in the place of the one that the service runs, and waits until it serves.
 *
 * @returns the exit code: 0 it serves, 1 it was not taken, or the one before came back.
 */
export async function updateCommand(command: UpdateCommand): Promise<number> {
	const { operands, back, programs = SYSTEM_PROGRAMS } = command;
	const [file] = operands;
	if (back ? operands.length > 0 : operands.length !== 1 || file === undefined) {
		throw new UsageError(back ? "expected no file with --back" : "expected one file");
	}
	const updates = new Updates({
		folder: updateFolder(),
		running: VERSION,
		programs,
		now: () => systemWallClock.now(),
	});
	try {
		if (back) {
			const { current } = updates.goBack();
			say(`back to ${current?.version ?? "the version that was installed"}`);
			return (await restart(programs)) ? 0 : 1;
		}
		return await take(updates, file ?? "", command, programs);
	} catch (error) {
		if (!(error instanceof UpdateError)) throw error;
		complain(`clicktocall: ${error.message}`);
		return 1;
	}
}

async function take(
	updates: Updates,
	file: string,
	command: UpdateCommand,
	programs: Programs,
): Promise<number> {
	const candidate = await updates.stage(file, existsSync(CONFIG_FILE) ? CONFIG_FILE : undefined);
	say(`version        ${candidate.version} (this is ${VERSION})`);
	say(`SHA-256        ${candidate.sha256}`);
	if (command.sha256 !== undefined && command.sha256.toLowerCase() !== candidate.sha256) {
		throw new UpdateError(`expected a file with the SHA-256 ${command.sha256}: it is not taken`);
	}
	if (candidate.is === "older" && !command.older) {
		throw new UpdateError(`${candidate.version} is older than ${VERSION}: expected --older with it`);
	}
	updates.adopt(candidate);
	if (!(await restart(programs))) return 1;
	const { sleep = (milliseconds) => pause(systemClock, milliseconds) } = command;
	for (let waited = 0; waited < PATIENCE; waited += LOOK) {
		const { current, trialStarts, fellBack } = updates.record;
		if (fellBack) {
			complain(
				`clicktocall: ${fellBack.from} did not become ready: ${current?.version ?? "the installed version"} is back`,
			);
			return 1;
		}
		if (trialStarts === undefined) {
			say(`${candidate.version} serves`);
			return 0;
		}
		await sleep(LOOK);
	}
	complain(`clicktocall: ${candidate.version} is not ready yet: see systemctl status ${SERVICE}`);
	return 1;
}

/** Restarts the service; calls go on. */
async function restart(programs: Programs): Promise<boolean> {
	// Not waited for: a version that does not become ready would hold the command.
	const { exitCode, text } = await programs.run(["systemctl", "--no-block", "restart", `${SERVICE}.service`]);
	if (exitCode !== 0) complain(`clicktocall: the service could not be restarted: ${text.trim()}`);
	return exitCode === 0;
}
