import { LOG_LEVELS, type LogLevel } from "./logger.ts";

const RANKS: Readonly<Record<LogLevel, number>> = Object.fromEntries(
	LOG_LEVELS.map((level, rank) => [level, rank]),
) as Record<LogLevel, number>;

/** Whether a log set to `configured` writes lines of `level`; NONE is not a level of a line. */
export function includesLevel(configured: LogLevel, level: LogLevel): boolean {
	return level !== "NONE" && RANKS[level] <= RANKS[configured];
}
