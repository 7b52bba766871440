import type { Updates } from "../update/updates.ts";

/** How the process that a server runs in was started, for the parts that change its set-up. */
export interface OwnPlace {
	/** Absolute path of the configuration. */
	readonly configFile: string;
	/** Where uploads go. */
	readonly uploads: string;
	/** Whether it is the service, which other versions of the program can take the place of. */
	readonly updates: Updates | undefined;
	/** Reads the configuration again, as on SIGHUP. */
	readonly reload: () => void;
	/** Starts again; calls go on. Undefined where that is for somebody else. */
	readonly restart: (() => void) | undefined;
}
