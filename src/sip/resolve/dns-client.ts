import { promises as dns } from "node:dns";
import { errorCode } from "../../error-code.ts";

/** Milliseconds for the first try of one server; without it a dead server holds a look-up for 20 s. */
const TIMEOUT = 1000;
const TRIES = 2;

/** Answers that say that there is no such record, rather than that nobody answered. */
const ABSENT: ReadonlySet<string> = new Set(["ENOTFOUND", "ENODATA"]);

/**
 * A client that gives up on a dead server after 3 s.
 *
 * @param servers each an IP address with or without a port; empty for the system's current ones.
 */
export function makeDnsResolver(servers: readonly string[]): dns.Resolver {
	const resolver = new dns.Resolver({ timeout: TIMEOUT, tries: TRIES });
	if (servers.length > 0) resolver.setServers(servers);
	return resolver;
}

/** Whether an error of a DNS look-up means that there is no such record. */
export function isAbsent(error: unknown): boolean {
	return ABSENT.has(errorCode(error));
}
