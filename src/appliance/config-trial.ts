import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { replaceFile } from "../durable-file.ts";
import { BY_ITSELF } from "../http/box/settings-types.ts";
import type { Logger } from "../log/logger.ts";
import type { Clock } from "../time/clock.ts";
import type { WallClock } from "../time/wall-clock.ts";
import { ConfigVersions } from "./config-versions.ts";
import { statesOf, thoseThatChange, writeStates } from "./kept-files.ts";
import { writeConfig } from "./write-config.ts";

/** How long a browser has to confirm that it still reaches the pages, in milliseconds. */
const CONFIRM_TIME = 60_000;

/** A configuration that nobody has confirmed yet. */
interface Trial {
	/** When the version before comes back, in milliseconds since 1970. */
	readonly until: number;
	/** The change that it goes back to the time before of. */
	readonly version: number;
}

export interface ConfigTrialOptions {
	readonly configFile: string;
	readonly clock: Clock;
	readonly wall: WallClock;
	readonly log: Logger;
	/** Takes over the file once it is the one before again. */
	readonly goneBack: () => void;
}

/**
 * Goes back to the configuration before when nobody confirms the new one in time. What is tried is noted next to the
 * file: a restart, or a crash, in between does not make it stay.
 */
export class ConfigTrial {
	readonly #options: ConfigTrialOptions;
	#stop: (() => void) | undefined;

	constructor(options: ConfigTrialOptions) {
		this.#options = options;
	}

	/** Until when it waits for a confirmation, in milliseconds since 1970; undefined: nothing is tried. */
	get until(): number | undefined {
		return readTrial(this.#options.configFile)?.until;
	}

	/** The change that it would go back to the time before of; undefined: nothing is tried. */
	get version(): number | undefined {
		return readTrial(this.#options.configFile)?.version;
	}

	/** Goes on waiting for what was begun before a restart. */
	resume(): void {
		const trial = readTrial(this.#options.configFile);
		if (trial) this.#wait(trial);
	}

	/** Begins to wait for a confirmation; several changes go back together. @throws {Error} of the file system. */
	begin(version: number): void {
		const { configFile, wall } = this.#options;
		const known = readTrial(configFile)?.version ?? version;
		const trial: Trial = { until: wall.now() + CONFIRM_TIME, version: Math.min(known, version) };
		replaceFile(trialFile(configFile), 0o600, (file) => writeFileSync(file, JSON.stringify(trial)));
		this.#wait(trial);
	}

	/** The new configuration stays. */
	confirm(): void {
		this.stop();
		rmSync(trialFile(this.#options.configFile), { force: true });
	}

	stop(): void {
		this.#stop?.();
		this.#stop = undefined;
	}

	#wait({ until, version }: Trial): void {
		const { configFile, clock, wall, log, goneBack } = this.#options;
		this.stop();
		this.#stop = clock.after(Math.min(Math.max(until - wall.now(), 0), CONFIRM_TIME), () => {
			this.#stop = undefined;
			let names: readonly string[] | undefined;
			try {
				names = goBack(configFile, wall.now());
			} catch (error) {
				log.err(`the configuration before cannot be put back, it is tried again in 60 s: ${error}`);
				return this.#wait({ until: wall.now() + CONFIRM_TIME, version });
			}
			if (!names) return;
			log.warning(`nobody has confirmed the change of ${names.join(", ")}: the configuration before is back`);
			goneBack();
		});
	}
}

/**
 * Before the configuration is read at a start: one that nobody has confirmed in time is taken back, since it may be
 * the reason why the server does not start.
 *
 * @returns what was taken back; undefined if nothing was. Never throws.
 */
export function settleTrial(configFile: string, now: number): readonly string[] | undefined {
	const trial = readTrial(configFile);
	if (!trial || trial.until > now) return undefined;
	try {
		return goBack(configFile, now);
	} catch {
		// The server starts with what there is; its own timer tells why it cannot go back.
		return undefined;
	}
}

/** @returns the names of what has changed back; undefined if nothing has. @throws {Error} of the file system. */
function goBack(configFile: string, now: number): readonly string[] | undefined {
	const trial = readTrial(configFile);
	if (!trial) return undefined;
	const versions = new ConfigVersions(configFile);
	const before = versions.before(trial.version);
	const files = thoseThatChange(versions.filesBefore(trial.version));
	const gone = versions.list().filter(({ id }) => id >= trial.version);
	if (before) {
		// Somebody may have changed the file by hand meanwhile: that is among the versions, then.
		const about = { at: now, who: BY_ITSELF, needed: [trial.version] };
		versions.keep(readFileSync(configFile), before, about, statesOf(files));
		writeStates(files);
		writeConfig(configFile, before);
	}
	rmSync(trialFile(configFile), { force: true });
	return before && [...new Set(gone.flatMap(({ what, order }) => [...what, ...order]))];
}

function trialFile(configFile: string): string {
	return `${configFile}.trial`;
}

function readTrial(configFile: string): Trial | undefined {
	try {
		const { until, version } = JSON.parse(readFileSync(trialFile(configFile), "utf8"));
		return Number.isFinite(until) && Number.isInteger(version) ? { until, version } : undefined;
	} catch {
		return undefined;
	}
}
