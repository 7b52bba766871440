import { includesLevel } from "../../src/log/levels.ts";
import type { LogContext, Logger, LogLevel, LogMessage } from "../../src/log/logger.ts";

/** A log that keeps its lines: `LEVEL message`. */
export class MemoryLogger implements Logger {
	/** What was written, oldest first; shared with every child. */
	readonly lines: string[];
	readonly #level: LogLevel;

	/** @param level the least important level that is kept */
	constructor(level: LogLevel = "STACK", lines: string[] = []) {
		this.#level = level;
		this.lines = lines;
	}

	crit(message: LogMessage): void {
		this.#add("CRIT", message);
	}
	err(message: LogMessage): void {
		this.#add("ERR", message);
	}
	warning(message: LogMessage): void {
		this.#add("WARNING", message);
	}
	info(message: LogMessage): void {
		this.#add("INFO", message);
	}
	debug(message: LogMessage): void {
		this.#add("DEBUG", message);
	}
	stack(message: LogMessage): void {
		this.#add("STACK", message);
	}
	enabled(level: LogLevel): boolean {
		return includesLevel(this.#level, level);
	}
	child(_context: LogContext): Logger {
		return new MemoryLogger(this.#level, this.lines);
	}

	/** The messages of one level. */
	at(level: LogLevel): string[] {
		const start = `${level} `;
		return this.lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length));
	}

	#add(level: LogLevel, message: LogMessage): void {
		if (this.enabled(level)) this.lines.push(`${level} ${typeof message === "string" ? message : message()}`);
	}
}
