import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileLogger, type FileLoggerOptions } from "../../../src/log/file-logger.ts";
import { LOG_LEVELS } from "../../../src/log/logger.ts";
import { CHANNEL_DELAY } from "../../../src/log/output-channel.ts";
import { ManualClock, MemoryDisk, settle } from "./support.ts";

const TIME = "2026-11-22T10:00:00.000Z";

let clock: ManualClock;
let disk: MemoryDisk;
let written: string;

beforeEach(() => {
	clock = new ManualClock();
	disk = new MemoryDisk();
	written = "";
});

function makeLog(options: Partial<FileLoggerOptions> = {}): FileLogger {
	const console = async (bytes: Uint8Array): Promise<number> => {
		written += new TextDecoder().decode(bytes);
		return bytes.length;
	};
	return new FileLogger({ level: "INFO", path: "a.log", maxLines: 0, console, disk, clock, ...options });
}

describe("the log", () => {
	test("is one line an event: time, level, part, call id, message", async () => {
		const log = makeLog();
		log.info("started");
		log.child({ part: "sip" }).warning("odd");
		log.child({ part: "call" }).child({ call: "c1" }).err("broken\r\nX: y");
		await log.close();
		const lines = [
			`${TIME} INFO    - - started`,
			`${TIME} WARNING sip - odd`,
			`${TIME} ERR     call c1 broken\\r\\nX: y`,
			"",
		];
		expect(disk.text("a.log")).toBe(lines.join("\n"));
		expect(written).toBe(lines.join("\n"));
	});

	test.each(LOG_LEVELS.map((level, rank) => [level, rank] as const))(
		"at level %s has the first %d levels",
		async (level, rank) => {
			const log = makeLog({ level });
			for (const write of ["crit", "err", "warning", "info", "debug", "stack"] as const) log[write](write);
			await log.close();
			expect(written.split("\n").filter((line) => line !== "")).toHaveLength(rank);
			expect(disk.text("a.log")).toBe(written);
			expect(LOG_LEVELS.filter((each) => log.enabled(each))).toEqual(LOG_LEVELS.slice(1, rank + 1));
		},
	);

	test("makes a message only when its level is on, and survives one that cannot be made", async () => {
		const log = makeLog();
		const fail = (): string => {
			throw new Error("no text");
		};
		log.debug(fail);
		log.info(fail);
		log.info(() => "made");
		await log.close();
		expect(written).toBe(
			`${TIME} INFO    - - (the message could not be made: Error: no text)\n${TIME} INFO    - - made\n`,
		);
	});

	test("changes its level for its children too", async () => {
		const log = makeLog();
		const child = log.child({ part: "sip" });
		log.setLevel("DEBUG");
		child.debug("now");
		log.setLevel("NONE");
		child.crit("never");
		await log.close();
		expect(written).toBe(`${TIME} DEBUG   sip - now\n`);
	});

	test("writes to the console in batches, errors at once", async () => {
		const log = makeLog();
		log.info("one");
		log.info("two");
		expect(written).toBe("");
		await clock.advance(CHANNEL_DELAY);
		expect(written).toContain("two\n");
		log.info("three");
		log.err("four");
		await settle();
		expect(written).toContain("three\n");
		expect(written).toContain("four\n");
		await log.close();
	});

	test("survives a console that is gone", async () => {
		const console = async (): Promise<number> => {
			throw new Error("EPIPE");
		};
		const log = makeLog({ console });
		log.crit("one");
		await log.close();
		expect(disk.text("a.log")).toContain("one");
	});

	test("tells the console, once, of a file that cannot be written", async () => {
		disk.failure = new Error("no space left on device");
		const log = makeLog();
		log.info("one");
		await clock.advance(1000);
		log.info("two");
		await clock.advance(60_000);
		await log.close();
		expect(written.match(/WARNING log - log file a\.log cannot be written/g)).toHaveLength(1);
		expect(written).toContain("two");
	});

	test("has no file when the path is empty", async () => {
		const log = makeLog({ path: "" });
		log.info("one");
		await log.close();
		expect(disk.files.size).toBe(0);
		expect(written).toContain("one");
	});

	test("keeps SIP messages in lines of their own, without credentials", async () => {
		const log = makeLog({ level: "STACK" });
		log.stack(
			'sent to 192.0.2.1\r\nREGISTER sip:h SIP/2.0\r\nAuthorization: Digest username="a", response="geheim"\r\n\r\n',
		);
		await log.close();
		expect(written).toBe(
			`${TIME} STACK   - - sent to 192.0.2.1\n    REGISTER sip:h SIP/2.0\n    Authorization: Digest (hidden)\n`,
		);
	});
});

describe("the log on a real disk", () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "clicktocall-log-"));
	});
	afterEach(() => rmSync(folder, { recursive: true }));

	test("appends to the file that is there, rotates by lines and keeps one earlier file", async () => {
		const path = join(folder, "a.log");
		writeFileSync(path, "old\n");
		const log = new FileLogger({ level: "INFO", path, maxLines: 2 });
		for (const text of ["1", "2", "3", "4é"]) log.info(text);
		await log.close();
		expect(readFileSync(path, "utf8")).toMatch(/^\S+ INFO {4}- - 4é\n$/);
		expect(readFileSync(`${path}.1`, "utf8")).toMatch(/- 2\n.*- 3\n$/);
	});

	test("never throws for a path that cannot be written", async () => {
		let told = "";
		const console = async (bytes: Uint8Array): Promise<number> => {
			told += new TextDecoder().decode(bytes);
			return bytes.length;
		};
		const path = join(folder, "none", "a.log");
		const log = new FileLogger({ level: "INFO", path, maxLines: 2, console });
		log.info("one");
		await log.close();
		expect(told).toContain("cannot be written");
	});
});
