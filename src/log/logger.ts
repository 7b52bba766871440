/** The levels of the log, from silent to whole SIP messages; each includes those before it. */
export const LOG_LEVELS = ["NONE", "CRIT", "ERR", "WARNING", "INFO", "DEBUG", "STACK"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** A message, or how to make it: a function is called only when its level is written. */
export type LogMessage = string | (() => string);

/** Where a line belongs: the part of the server and, when there is one, the call. */
export interface LogContext {
	/** Part of the server: `sip`, `call`, `xml`, `http`, … */
	readonly part?: string | undefined;
	/** Id of the call the line is about. */
	readonly call?: string | undefined;
}

/** What every part of the server writes its events to; it never throws and never waits. */
export interface Logger {
	crit(message: LogMessage): void;
	err(message: LogMessage): void;
	warning(message: LogMessage): void;
	/** @param call as in the context: for the many lines that calls have in one part. */
	info(message: LogMessage, call?: string): void;
	debug(message: LogMessage): void;
	/** Whole SIP messages. */
	stack(message: LogMessage): void;
	/** Whether a line of this level would be written anywhere. */
	enabled(level: LogLevel): boolean;
	/** The same log with another context. */
	child(context: LogContext): Logger;
}
