import type { Logger } from "./logger.ts";

function ignore(): void {}

/** Writes nothing. */
export const NULL_LOGGER: Logger = {
	crit: ignore,
	err: ignore,
	warning: ignore,
	info: ignore,
	debug: ignore,
	stack: ignore,
	enabled: () => false,
	child: () => NULL_LOGGER,
};
