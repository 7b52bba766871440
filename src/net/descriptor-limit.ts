import { readFileSync } from "node:fs";
import { ConnectionBudget } from "./connection-limits.ts";

/**
 * Where Linux says how many files and sockets this process may have open; the runtime has raised it to the
 * maximum.
 */
const LIMITS = "/proc/self/limits";

/** Reserved for what the program opens itself: files, look-ups, connections to phones, handshakes. */
const LEAST_RESERVE = 64;

/**
 * How many connections all servers of the process may accept in total, so that its file descriptors are never
 * used up: three quarters of them, or less if there are few.
 *
 * @param text of the system's table of limits; read by default.
 */
export function connectionBudget(text = readLimits()): ConnectionBudget {
	const soft = /^Max open files\s+(\d+)/m.exec(text)?.[1];
	if (soft === undefined) return new ConnectionBudget(0);
	const descriptors = Number(soft);
	const reserve = Math.max(LEAST_RESERVE, Math.ceil(descriptors / 4));
	return new ConnectionBudget(Math.max(1, descriptors - reserve));
}

/** Empty on systems other than Linux. */
function readLimits(): string {
	try {
		return readFileSync(LIMITS, "latin1");
	} catch {
		return "";
	}
}
