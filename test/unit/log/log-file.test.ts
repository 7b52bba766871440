import { beforeEach, describe, expect, test } from "bun:test";
import { CLOSE_TIME, FLUSH_DELAY, LogFile, MAX_PENDING, RETRY_DELAY } from "../../../src/log/log-file.ts";
import { ManualClock, MemoryDisk, settle } from "./support.ts";

let clock: ManualClock;
let disk: MemoryDisk;
let notices: string[];

beforeEach(() => {
	clock = new ManualClock();
	disk = new MemoryDisk();
	notices = [];
});

function makeFile(maxLines = 0): LogFile {
	return new LogFile({
		path: "a.log",
		maxLines,
		disk,
		clock,
		formatNotice: (text) => `notice: ${text}\n`,
		onNotice: (text) => notices.push(text),
	});
}

describe("a log file", () => {
	test("is written in batches, in order, and only when there is something to write", async () => {
		const file = makeFile();
		file.write("one\n");
		file.write("two\n");
		expect(disk.appends).toBe(0);
		await clock.advance(FLUSH_DELAY);
		expect(disk.text("a.log")).toBe("one\ntwo\n");
		expect(disk.appends).toBe(1);
		expect(clock.timers).toBe(0);
		file.write("three\n");
		await clock.advance(FLUSH_DELAY);
		expect(disk.text("a.log")).toBe("one\ntwo\nthree\n");
	});

	test("takes lines while a batch is being written", async () => {
		const gate = Promise.withResolvers<void>();
		disk.gate = gate.promise;
		const file = makeFile();
		file.write("one\n");
		await clock.advance(FLUSH_DELAY);
		file.write("two\n");
		gate.resolve();
		await settle();
		await clock.advance(FLUSH_DELAY);
		expect(disk.text("a.log")).toBe("one\ntwo\n");
	});

	test("writes what waits when it is closed, and nothing later", async () => {
		const file = makeFile();
		file.write("one\n");
		await file.close();
		file.write("two\n");
		expect(clock.timers).toBe(0);
		expect(disk.text("a.log")).toBe("one\n");
	});

	test("on a disk that does not answer does not keep the server from ending", async () => {
		const file = makeFile();
		disk.gate = new Promise(() => {});
		file.write("one\n");
		await clock.advance(FLUSH_DELAY);
		const closed = file.close();
		await clock.advance(CLOSE_TIME);
		await closed;
		expect(clock.timers).toBe(0);
	});

	test("that is full is renamed, and one earlier file is kept", async () => {
		const file = makeFile(2);
		for (const line of ["1\n", "2\n", "3\n", "4\n", "5\n"]) file.write(line);
		await file.close();
		expect(Object.fromEntries(disk.files)).toEqual({ "a.log": "5\n", "a.log.1": "3\n4\n" });
	});

	test("counts the lines that it held at the start, and each line of an entry", async () => {
		disk.files.set("a.log", "old\nold\n");
		const file = makeFile(4);
		file.write("a\n    b\n");
		file.write("c\n");
		await file.close();
		expect(Object.fromEntries(disk.files)).toEqual({ "a.log": "c\n", "a.log.1": "old\nold\na\n    b\n" });
	});

	test("takes an entry that is longer than a whole file", async () => {
		const file = makeFile(2);
		file.write("1\n");
		file.write("a\nb\nc\n");
		file.write("2\n");
		await file.close();
		expect(Object.fromEntries(disk.files)).toEqual({ "a.log": "2\n", "a.log.1": "a\nb\nc\n" });
	});

	test("that was moved away by somebody else is created again", async () => {
		const file = makeFile(1);
		file.write("1\n");
		await clock.advance(FLUSH_DELAY);
		disk.files.delete("a.log");
		file.write("2\n");
		await file.close();
		expect(Object.fromEntries(disk.files)).toEqual({ "a.log": "2\n" });
		expect(notices).toEqual([]);
	});

	describe("that another program rotates as well", () => {
		const write = async (file: LogFile, ...lines: string[]): Promise<void> => {
			for (const line of lines) file.write(`${line}\n`);
			await clock.advance(FLUSH_DELAY);
		};

		test("by renaming it and making an empty one is counted again", async () => {
			const file = makeFile(4);
			await write(file, "1", "2", "3");
			disk.move("a.log", "a.log.1");
			disk.files.set("a.log", "");
			await write(file, "4", "5");
			await write(file, "6");
			expect(Object.fromEntries(disk.files)).toEqual({ "a.log": "4\n5\n6\n", "a.log.1": "1\n2\n3\n" });
			await write(file, "7", "8");
			expect(Object.fromEntries(disk.files)).toEqual({
				"a.log": "8\n",
				"a.log.old": "4\n5\n6\n7\n",
				"a.log.1": "1\n2\n3\n",
			});
		});

		test("by copying and truncating it is counted again", async () => {
			const file = makeFile(4);
			await write(file, "1", "2", "3");
			disk.files.set("a.log.1", disk.text("a.log"));
			disk.files.set("a.log", "");
			await write(file, "4", "5", "6");
			await file.close();
			expect(Object.fromEntries(disk.files)).toEqual({ "a.log": "4\n5\n6\n", "a.log.1": "1\n2\n3\n" });
		});

		test("and that moves ours out of the way loses none of them", async () => {
			const file = makeFile(2);
			await write(file, "1", "2", "3");
			disk.move("a.log.1", "a.log.2");
			disk.move("a.log", "a.log.1");
			await write(file, "4", "5", "6");
			expect(Object.fromEntries(disk.files)).toEqual({
				"a.log": "6\n",
				"a.log.old": "4\n5\n",
				"a.log.1": "3\n",
				"a.log.2": "1\n2\n",
			});
			disk.files.delete("a.log.1");
			await write(file, "7", "8", "9", "10");
			expect(disk.text("a.log.1")).toBe("8\n9\n");
		});

		test("left one that is too short to be ours, before the server was started", async () => {
			disk.files.set("a.log.1", "1\n2\n");
			const file = makeFile(4);
			await write(file, "3", "4", "5", "6", "7");
			expect(disk.text("a.log.1")).toBe("1\n2\n");
			expect(disk.text("a.log.old")).toBe("3\n4\n5\n6\n");
		});
	});

	test("of an earlier run that is full takes the place of the one before", async () => {
		disk.files.set("a.log.1", "1\n2\n");
		disk.files.set("a.log", "3\n4\n");
		const file = makeFile(2);
		file.write("5\n");
		await file.close();
		expect(Object.fromEntries(disk.files)).toEqual({ "a.log": "5\n", "a.log.1": "3\n4\n" });
	});

	test("that cannot be renamed grows on, and says so once", async () => {
		disk.rename = async () => {
			throw new Error("permission denied");
		};
		const file = makeFile(2);
		for (let line = 1; line <= 5; line++) {
			file.write(`${line}\n`);
			await clock.advance(FLUSH_DELAY);
		}
		expect(disk.text("a.log")).toBe("1\n2\n3\n4\n5\n");
		expect(notices).toEqual([expect.stringContaining("cannot be renamed")]);
	});

	test("that is a device is neither counted nor renamed", async () => {
		disk.look = async () => ({ id: "null", size: 0, regular: false });
		disk.countLines = async () => {
			throw new Error("endless");
		};
		const file = makeFile(1);
		file.write("1\n");
		file.write("2\n");
		await file.close();
		expect(Object.fromEntries(disk.files)).toEqual({ "a.log": "1\n2\n" });
		expect(notices).toEqual([]);
	});

	test("is tried at once when it is to be opened again", async () => {
		disk.failure = new Error("permission denied");
		const file = makeFile();
		file.write("one\n");
		await clock.advance(FLUSH_DELAY);
		disk.failure = undefined;
		file.reopen();
		await clock.advance(0);
		expect(disk.text("a.log")).toBe("one\n");
	});

	test("that cannot be written is told of once, tried each 30 s, and loses nothing that fits in memory", async () => {
		disk.failure = new Error("permission denied");
		const file = makeFile();
		file.write("one\n");
		await clock.advance(FLUSH_DELAY);
		file.write("two\n");
		await clock.advance(RETRY_DELAY);
		await clock.advance(RETRY_DELAY);
		expect(notices).toEqual(["log file a.log cannot be written, trying again every 30 s: permission denied"]);
		disk.failure = undefined;
		await clock.advance(RETRY_DELAY - 1);
		expect(disk.appends).toBe(0);
		await clock.advance(1);
		expect(disk.text("a.log")).toBe("one\ntwo\n");
		expect(notices.slice(1)).toEqual(["log file a.log can be written again"]);
	});

	test("on a disk that fills up goes on where it stopped", async () => {
		disk.room = 6;
		const file = makeFile();
		file.write("first\n");
		file.write("second\n");
		await clock.advance(FLUSH_DELAY);
		expect(disk.text("a.log")).toBe("first\n");
		disk.room = 3;
		await clock.advance(RETRY_DELAY);
		expect(disk.text("a.log")).toBe("first\nsec");
		disk.room = Number.POSITIVE_INFINITY;
		await clock.advance(RETRY_DELAY);
		expect(disk.text("a.log")).toBe("first\nsecond\n");
	});

	test("keeps bounded memory, and says how many events were dropped", async () => {
		disk.failure = new Error("no space");
		const file = makeFile();
		const line = `${"x".repeat(1023)}\n`;
		const fit = MAX_PENDING / line.length;
		for (let i = 0; i < fit + 5; i++) file.write(line);
		await clock.advance(FLUSH_DELAY);
		file.write(line);
		disk.failure = undefined;
		await clock.advance(RETRY_DELAY);
		await clock.advance(FLUSH_DELAY);
		const lines = disk.text("a.log").trimEnd().split("\n");
		expect(lines).toHaveLength(fit + 1);
		expect(lines.at(-1)).toStartWith("notice: 6 events were not written");
		file.write("again\n");
		await file.close();
		expect(disk.text("a.log")).toEndWith("again\n");
	});

	test("ends although it cannot be written", async () => {
		disk.failure = new Error("no space");
		const file = makeFile();
		file.write("one\n");
		await file.close();
		expect(notices).toHaveLength(1);
		expect(clock.timers).toBe(0);
	});
});
