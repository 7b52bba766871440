import { LimitedLog, type Notices } from "../../log/limited-log.ts";
import type { Logger } from "../../log/logger.ts";
import type { Clock } from "../../time/clock.ts";
import type { AgentTraits } from "../sipjs/core-configuration.ts";
import { debugLoggers } from "../sipjs/loggers.ts";

/** The methods we accept in a dialog, as written in Allow. */
export const ALLOW = "INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, UPDATE, PRACK, INFO, MESSAGE";

/** What all user agents of one kind share. */
export class AgentProfile implements AgentTraits {
	/** Value of User-Agent. */
	readonly userAgent: string;
	/** Value of Allow. */
	readonly allow: string;
	/** Option tags of the Supported header field. */
	readonly supported: readonly string[];
	/** Value of Supported. */
	readonly supportedText: string;
	readonly log: Logger;
	/**
	 * Faults that peers can cause as often as they like: one line a second for all user agents of the kind.
	 */
	readonly faults: Notices;
	readonly loggers: AgentTraits["loggers"];

	constructor(userAgent: string, allow: string, supported: readonly string[], log: Logger, clock: Clock) {
		this.userAgent = userAgent;
		this.allow = allow;
		this.supported = supported;
		this.supportedText = supported.join(", ");
		this.log = log;
		this.faults = new LimitedLog(log, clock);
		this.loggers = debugLoggers(log);
	}
}

/** The profile of the legs' user agents. @param sessionInterval in seconds (RFC 4028); 0 for none. */
export function legProfile(
	userAgent: string,
	sessionInterval: number,
	log: Logger,
	clock: Clock,
): AgentProfile {
	const supported = ["replaces", ...(sessionInterval > 0 ? ["timer"] : []), "norefersub", "100rel"];
	return new AgentProfile(userAgent, ALLOW, supported, log, clock);
}
