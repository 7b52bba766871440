import { expect, test } from "bun:test";
import { sources } from "../../support/sources.ts";

/** What takes the time from the machine, or waits, by a clock that tests cannot move. */
const OWN_TIME =
	/\b(setTimeout|setInterval|clearTimeout|clearInterval|Date\.now|performance\.now|Bun\.sleep|Bun\.nanoseconds|process\.hrtime|AbortSignal\.timeout)\b|\bnew Date\(\)|"(node:)?timers(\/promises)?"/;

/** Why a file may do so all the same. */
const ALLOWED: Readonly<Record<string, string>> = {
	"cli/output.ts": "a command waits for who reads its pipe, in the middle of a write",
	"runtime/bun/redis.ts":
		"a connection that is refused is asked why, with the time-out of the runtime's own client",
	"runtime/deno/udp.ts":
		"the socket asks for errors that its runtime keeps to itself; nothing above waits for that",
	"simulator/timers.ts": "the phones share no code with the server; they take a clock of their own",
	"time/system-clock.ts": "the machine's clock itself",
	"time/wall-clock.ts": "the machine's time of day itself",
};

test("time comes from a clock that tests can move, everywhere", () => {
	const files = sources().filter(({ code }) => OWN_TIME.test(code));
	expect(files.map(({ path }) => path)).toEqual(Object.keys(ALLOWED).sort());
});
