import type { Updates } from "../update/updates.ts";

/** What has become of reading the configuration again; with problems, the server keeps what it has. */
export type ReloadOutcome =
	| { readonly ok: true }
	| { readonly ok: false; readonly problems: readonly string[] };

/** How the process that a server runs in was started, for the parts that change its set-up. */
export interface OwnPlace {
	/** Absolute path of the configuration. */
	readonly configFile: string;
	/** Where uploads go. */
	readonly uploads: string;
	/** Whether it is the service, which other versions of the program can take the place of. */
	readonly updates: Updates | undefined;
	/** Reads the configuration again, as on SIGHUP; resolves once that has ended, and never rejects. */
	readonly reload: () => Promise<ReloadOutcome>;
	/** Starts again; calls go on. Undefined where that is for somebody else. */
	readonly restart: (() => void) | undefined;
}
