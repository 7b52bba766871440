import { type Levels, LoggerFactory, type Logger as SipJsLogger } from "sip.js/lib/core/index.js";
import type { Logger } from "../../log/logger.ts";

/** SIP.js's own log lines, at our DEBUG level. */
export function debugLoggers(log: Logger): LoggerFactory {
	return new DebugLoggers(log);
}

/** Every SIP.js log line passes through `genericLog`, which would otherwise write to the console. */
class DebugLoggers extends LoggerFactory {
	readonly #log: Logger;

	constructor(log: Logger) {
		super();
		this.#log = log;
	}

	/** The label is not written, so that one logger serves a whole category. */
	override getLogger(category: string): SipJsLogger {
		return super.getLogger(category);
	}

	override genericLog(_level: Levels, category: string, _label: unknown, content: unknown): void {
		if (this.#log.enabled("DEBUG")) this.#log.debug(`${category}: ${content}`);
	}
}
