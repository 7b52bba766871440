import { includesLevel } from "./levels.ts";
import { type LogClock, SYSTEM_LOG_CLOCK } from "./log-clock.ts";
import { type LogDisk, NODE_LOG_DISK } from "./log-disk.ts";
import { LogFile } from "./log-file.ts";
import { LineFormat } from "./log-line.ts";
import type { LogContext, Logger, LogLevel, LogMessage } from "./logger.ts";
import { OutputChannel } from "./output-channel.ts";

export interface FileLoggerOptions {
	/** The least important level that is written, to the file and to the console. */
	readonly level: LogLevel;
	/** Path of the log file; empty = no file. */
	readonly path: string;
	/** Lines after which the file is renamed to `path.1` and a new one is started; 0 = never. */
	readonly maxLines: number;
	/** Writes some octets to the console; absent = no console. @returns how many were taken. */
	readonly console?: (bytes: Uint8Array) => Promise<number>;
	/** Hears each line as it is written; has to be quick. */
	readonly tail?: (line: string) => void;
	readonly disk?: LogDisk;
	readonly clock?: LogClock;
}

/**
 * The server's log: one line an event, to a file and to the console.
 *
 * Both are written in batches, so that nobody waits for them; errors of either never reach the code that logs.
 */
export class FileLogger implements Logger {
	readonly #output: LogOutput;
	readonly #root: ContextLogger;

	constructor(options: FileLoggerOptions) {
		this.#output = new LogOutput(options);
		this.#root = new ContextLogger(this.#output, {});
	}

	crit(message: LogMessage): void {
		this.#root.crit(message);
	}
	err(message: LogMessage): void {
		this.#root.err(message);
	}
	warning(message: LogMessage): void {
		this.#root.warning(message);
	}
	info(message: LogMessage, call?: string): void {
		this.#root.info(message, call);
	}
	debug(message: LogMessage): void {
		this.#root.debug(message);
	}
	stack(message: LogMessage): void {
		this.#root.stack(message);
	}
	enabled(level: LogLevel): boolean {
		return this.#root.enabled(level);
	}
	child(context: LogContext): Logger {
		return this.#root.child(context);
	}

	/** Changes the level of this log and of all its children. */
	setLevel(level: LogLevel): void {
		this.#output.level = level;
	}

	/** Says something on the console that is not a line of the log. */
	say(text: string): void {
		this.#output.say(text);
	}

	/** Tries at once what could not be written; the file may be another one now. */
	reopen(): void {
		this.#output.reopen();
	}

	/** Writes what waits and ends; later lines are lost. Never rejects. */
	close(): Promise<void> {
		return this.#output.close();
	}
}

/** A view of the log for one part of the server or one call. */
class ContextLogger implements Logger {
	readonly #output: LogOutput;
	readonly #part: string | undefined;
	readonly #call: string | undefined;

	constructor(output: LogOutput, { part, call }: LogContext) {
		this.#output = output;
		this.#part = part;
		this.#call = call;
	}

	crit(message: LogMessage): void {
		this.#output.write("CRIT", message, this.#part, this.#call);
	}
	err(message: LogMessage): void {
		this.#output.write("ERR", message, this.#part, this.#call);
	}
	warning(message: LogMessage): void {
		this.#output.write("WARNING", message, this.#part, this.#call);
	}
	info(message: LogMessage, call = this.#call): void {
		this.#output.write("INFO", message, this.#part, call);
	}
	debug(message: LogMessage): void {
		this.#output.write("DEBUG", message, this.#part, this.#call);
	}
	stack(message: LogMessage): void {
		this.#output.write("STACK", message, this.#part, this.#call);
	}
	enabled(level: LogLevel): boolean {
		return includesLevel(this.#output.level, level);
	}
	child({ part = this.#part, call = this.#call }: LogContext): Logger {
		return new ContextLogger(this.#output, { part, call });
	}
}

/** Where all lines go. */
class LogOutput {
	level: LogLevel;
	readonly #clock: LogClock;
	readonly #format = new LineFormat();
	readonly #console: OutputChannel | undefined;
	readonly #tail: ((line: string) => void) | undefined;
	readonly #file: LogFile | undefined;
	#closed = false;

	constructor(options: FileLoggerOptions) {
		const clock = options.clock ?? SYSTEM_LOG_CLOCK;
		this.level = options.level;
		this.#clock = clock;
		this.#tail = options.tail;
		if (options.console) {
			this.#console = new OutputChannel({
				write: options.console,
				clock,
				formatNotice: (text) => this.#notice(text),
				onNotice: (text) => this.#toFile(this.#notice(text)),
			});
		}
		if (options.path === "") return;
		this.#file = new LogFile({
			path: options.path,
			maxLines: options.maxLines,
			disk: options.disk ?? NODE_LOG_DISK,
			clock,
			formatNotice: (text) => this.#notice(text),
			onNotice: (text) => this.#console?.write(this.#notice(text), true),
		});
	}

	write(level: LogLevel, message: LogMessage, part?: string, call?: string): void {
		if (this.#closed || !includesLevel(this.level, level)) return;
		const line = this.#format.line(this.#clock.now(), level, textOf(message), part, call);
		this.#toFile(line);
		this.#console?.write(line, level === "CRIT" || level === "ERR");
	}

	say(text: string): void {
		this.#console?.write(text, true);
	}

	reopen(): void {
		this.#file?.reopen();
	}

	async close(): Promise<void> {
		this.#closed = true;
		await this.#file?.close();
		await this.#console?.close();
	}

	/** What the log has to say of itself: the file of the console, and the console of the file. */
	#notice(text: string): string {
		return this.#format.line(this.#clock.now(), "WARNING", text, "log");
	}

	#toFile(line: string): void {
		this.#file?.write(line);
		this.#tail?.(line);
	}
}

/** A message that cannot be made must not end the call that it is about. */
function textOf(message: LogMessage): string {
	if (typeof message === "string") return message;
	try {
		return message();
	} catch (error) {
		return `(the message could not be made: ${String(error)})`;
	}
}
