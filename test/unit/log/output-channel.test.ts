import { beforeEach, describe, expect, test } from "bun:test";
import {
	CHANNEL_DELAY,
	CHANNEL_RETRY,
	CHANNEL_ROOM,
	OutputChannel,
} from "../../../src/log/output-channel.ts";
import { ManualClock, settle } from "./support.ts";

let clock: ManualClock;
let channel: OutputChannel;
let written: string;
let notices: string[];
let tries: number;
/** How many octets a write takes; an error is thrown. */
let takes: () => number | Error | Promise<number>;

beforeEach(() => {
	clock = new ManualClock();
	written = "";
	notices = [];
	tries = 0;
	takes = () => Number.POSITIVE_INFINITY;
	channel = new OutputChannel({
		write: async (bytes) => {
			tries += 1;
			const taken = await takes();
			if (taken instanceof Error) throw taken;
			const count = Math.min(taken, bytes.length);
			written += new TextDecoder().decode(bytes.subarray(0, count));
			return count;
		},
		clock,
		formatNotice: (text) => `notice: ${text}\n`,
		onNotice: (text) => notices.push(text),
	});
});

const failure = (code: string): Error => Object.assign(new Error(code), { code });

describe("the console", () => {
	test("gets text in batches and in order, and at once what is urgent", async () => {
		channel.write("one\n");
		channel.write("two\n");
		expect(tries).toBe(0);
		await clock.advance(CHANNEL_DELAY);
		expect([written, tries]).toEqual(["one\ntwo\n", 1]);
		channel.write("three\n");
		channel.write("four\n", true);
		await settle();
		expect(written).toBe("one\ntwo\nthree\nfour\n");
		expect(clock.timers).toBe(0);
	});

	test.each(["ENOSPC", "EPIPE", "EIO", "EBADF"])(
		"that refuses with %s is tried once a second, however much is said, and told of once",
		async (code) => {
			takes = () => failure(code);
			for (let second = 0; second < 10; second += 1) {
				for (let line = 0; line < 100; line += 1) channel.write(`${line}\n`, true);
				await settle();
				await clock.advance(CHANNEL_RETRY);
			}
			expect(tries).toBe(11);
			expect(notices).toEqual([expect.stringContaining(code)]);
			takes = () => Number.POSITIVE_INFINITY;
			await clock.advance(CHANNEL_RETRY);
			expect(notices).toEqual([expect.stringContaining(code), expect.stringContaining("again")]);
			expect(written.split("\n")).toHaveLength(1001);
		},
	);

	test("on a disk that fills up goes on where it stopped", async () => {
		let room = 6;
		takes = () => {
			const taken = room;
			room = 0;
			return taken > 0 ? taken : failure("ENOSPC");
		};
		channel.write("first\nsecond é\n", true);
		await settle();
		expect(written).toBe("first\n");
		room = 1000;
		await clock.advance(CHANNEL_RETRY);
		expect(written).toBe("first\nsecond é\n");
	});

	test("that is full for a moment loses nothing and is no trouble", async () => {
		let full = 3;
		takes = () => (full-- > 0 ? failure("EAGAIN") : 5);
		channel.write("one\ntwo\n", true);
		await settle();
		for (let wait = 0; wait < 3; wait += 1) await clock.advance(50);
		expect(written).toBe("one\ntwo\n");
		expect(notices).toEqual([]);
	});

	test("whose reader has stopped costs bounded memory, and it says what was left out", async () => {
		const reading = Promise.withResolvers<number>();
		takes = () => reading.promise;
		const line = `${"x".repeat(1023)}\n`;
		channel.write(line, true);
		for (let count = 0; count < CHANNEL_ROOM / line.length + 7; count += 1) channel.write(line);
		expect(tries).toBe(1);
		takes = () => Number.POSITIVE_INFINITY;
		reading.resolve(Number.POSITIVE_INFINITY);
		await settle();
		expect(written.length).toBeLessThan(CHANNEL_ROOM + 2 * line.length);
		expect(written).toContain("notice: 7 lines were not written");
	});

	test("gets the rest when it is closed, and nothing later", async () => {
		let full = 2;
		takes = () => (full-- > 0 ? failure("EAGAIN") : 4);
		channel.write("one\ntwo\n");
		const closed = channel.close();
		channel.write("three\n");
		for (let wait = 0; wait < 5; wait += 1) {
			await settle();
			await clock.advance(50);
		}
		await closed;
		expect(written).toBe("one\ntwo\n");
	});

	test.each([
		["takes nothing", () => failure("ENOSPC")],
		["is never read", () => new Promise<number>(() => {})],
		["stays full", () => failure("EAGAIN")],
	])("that %s does not keep the server from ending", async (_what, answer) => {
		takes = answer;
		channel.write("one\n", true);
		await settle();
		const closed = channel.close();
		for (let wait = 0; wait < 30; wait += 1) {
			await settle();
			await clock.advance(50);
		}
		await closed;
		await clock.advance(60_000);
		expect(clock.timers).toBe(0);
	});
});
