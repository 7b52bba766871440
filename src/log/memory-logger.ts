import type { LogContext, Logger, LogLevel, LogMessage } from "./logger.ts";
export class MemoryLogger implements Logger {
	readonly lines: string[] = [];
	#w(l: string, m: LogMessage) { const t = typeof m === "string" ? m : m(); this.lines.push(`${l} ${t}`); if (process.env.SHOWLOG) process.stderr.write(`${l} ${t}\n`); }
	crit(m: LogMessage) { this.#w("CRIT", m); }
	err(m: LogMessage) { this.#w("ERR", m); }
	warning(m: LogMessage) { this.#w("WARNING", m); }
	info(m: LogMessage) { this.#w("INFO", m); }
	debug(m: LogMessage) { this.#w("DEBUG", m); }
	stack(m: LogMessage) { this.#w("STACK", m); }
	enabled(_: LogLevel) { return true; }
	child(_: LogContext): Logger { return this; }
}
