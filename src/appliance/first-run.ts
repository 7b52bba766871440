import { readFileSync } from "node:fs";
import { SETTINGS, type Settings } from "../config/settings.ts";
import { withValues } from "../config/with-values.ts";
import { BoxError, type FirstRunSource } from "../http/box/types.ts";
import type { Logger } from "../log/logger.ts";
import { hashesOf, storedHashes } from "../password-hashes.ts";
import { putConfig } from "./config-versions.ts";

/** What callers are told until there is a password. */
const CLOSED = "The server waits for its set-up: open its pages in a browser";

/** A new box: nothing of it can be used before its first visitor has chosen the password of admin. */
export class FirstRun implements FirstRunSource {
	readonly #configFile: string;
	readonly #log: Logger;
	#pending = true;
	#password: string;

	constructor(configFile: string, { httpAuthPwd }: Settings, log: Logger) {
		this.#configFile = configFile;
		this.#password = httpAuthPwd;
		this.#log = log;
	}

	get pending(): boolean {
		return this.#pending;
	}

	/** HttpAuthPwd as it stands now. */
	get password(): string {
		return this.#password;
	}

	/** Told once the password is set. */
	taken: () => void = () => {};

	/** Why no calls are taken. */
	readonly closedBecause = (): string | undefined => (this.#pending ? CLOSED : undefined);

	/** All in one turn: of two visitors at once, one wins. */
	take(password: string, peer: string): boolean {
		if (!this.#pending) return false;
		const stored = storedHashes(hashesOf("admin", password));
		const { httpAuth, httpAuthPwd, firstRun } = SETTINGS;
		const values = { [httpAuth.name]: "1", [httpAuthPwd.name]: stored, [firstRun.name]: undefined };
		try {
			putConfig(this.#configFile, withValues(readFileSync(this.#configFile), values), peer);
		} catch (cause) {
			throw new BoxError(cause instanceof Error ? cause.message : String(cause), "files", { cause });
		}
		this.#pending = false;
		this.#password = stored;
		this.#log.info(() => `first run: ${peer} has set the password of admin`);
		this.taken();
		return true;
	}
}
