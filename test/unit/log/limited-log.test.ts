import { expect, test } from "bun:test";
import { LimitedLog } from "../../../src/log/limited-log.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

test("one line in a while is written at its own level, and tells how many were left out", () => {
	const clock = new FakeClock();
	const log = new MemoryLogger();
	const limited = new LimitedLog(log, clock);
	limited.info(() => "first");
	for (let time = 0; time < 5; time += 1) limited.warning(() => "left out");
	clock.advance(999);
	limited.info(() => "left out");
	clock.advance(1);
	limited.warning(() => "second");
	clock.advance(1000);
	limited.info(() => "third");
	expect(log.lines).toEqual(["INFO first", "WARNING second (and 6 more like it)", "INFO third"]);
});
