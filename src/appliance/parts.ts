import type { Settings } from "../config/settings.ts";
import type { Logger } from "../log/logger.ts";
import type { ListeningPlace } from "../net/listening-place.ts";

/** The settings that a running server can reload. */
export type Reloaded = Pick<
	Settings,
	"translationRules" | "numberCleaning" | "defaultCountry" | "contacts" | "sipAccounts"
>;

/** A part of the server, as far as starting and stopping it is concerned. */
export interface Part {
	/** For people. */
	readonly name: string;
	/** Where it listens. */
	readonly listening?: readonly ListeningPlace[];
	/** Opens what it needs; if it fails, nothing stays open. */
	start?(): void | Promise<void>;
	/**
	 * Takes over what it can of other settings.
	 * @param before the settings in force.
	 */
	reload?(settings: Reloaded, before: Reloaded): void | Promise<void>;
	/** Closes what it opened, once the parts that started after it have stopped. */
	stop?(): void | Promise<void>;
}

/** The running parts, in the order in which they started: each uses only those before it. */
export class Parts {
	readonly #log: Logger;
	readonly #running: Part[] = [];

	constructor(log: Logger) {
		this.#log = log;
	}

	/** Every place where one of them listens. */
	get listening(): ListeningPlace[] {
		return this.#running.flatMap(({ listening = [] }) => listening);
	}

	/**
	 * Starts the next part.
	 * @returns that part.
	 */
	async start<Started extends Part>(part: Started): Promise<Started> {
		await part.start?.();
		this.#running.push(part);
		return part;
	}

	/** Reloads the settings of all parts in order. If one throws, those after it keep what they have. */
	async reload(settings: Reloaded, before: Reloaded): Promise<void> {
		for (const part of this.#running) await part.reload?.(settings, before);
	}

	/** Stops the parts in reverse order; if one fails, the others still stop. */
	async stop(): Promise<void> {
		for (let part = this.#running.pop(); part; part = this.#running.pop()) {
			const { name } = part;
			try {
				await part.stop?.();
			} catch (error) {
				this.#log.err(() => `${name} could not be stopped: ${error}`);
			}
		}
	}
}
