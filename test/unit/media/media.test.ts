import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Media } from "../../../src/media/media.ts";
import { RtpStream } from "../../../src/media/rtp-stream.ts";
import { PERIOD, Ticker } from "../../../src/media/ticker.ts";
import { systemWallClock } from "../../../src/time/wall-clock.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

const PORTS = { first: 20_000, last: 20_999 };

const OPTIONS = {
	country: "de",
	ports: PORTS,
	bind: "127.0.0.1",
	longest: 94_000,
	wall: systemWallClock,
	log: new MemoryLogger(),
} as const;

describe("the stream", () => {
	const read = (packet: Uint8Array) => {
		const view = Buffer.from(packet);
		return {
			version: (view[0] ?? 0) >> 6,
			marker: (view[1] ?? 0) >> 7,
			type: (view[1] ?? 0) & 0x7f,
			sequence: view.readUInt16BE(2),
			timestamp: view.readUInt32BE(4),
			ssrc: view.readUInt32BE(8),
		};
	};

	test("counts packets and samples from a random start, and marks what follows silence", () => {
		const stream = new RtpStream();
		const sound = new Uint8Array(320).fill(7);
		const first = read(stream.next(sound, 0, 0));
		const second = read(stream.next(sound, 160, 0));
		stream.skip(10);
		const third = read(stream.next(sound, 0, 8));
		expect(first).toMatchObject({ version: 2, marker: 1, type: 0 });
		expect(second).toEqual({
			...first,
			marker: 0,
			sequence: (first.sequence + 1) & 0xffff,
			timestamp: (first.timestamp + 160) >>> 0,
		});
		expect(third).toEqual({
			...first,
			type: 8,
			sequence: (first.sequence + 2) & 0xffff,
			timestamp: (first.timestamp + 320 + 1600) >>> 0,
		});
		const other = read(new RtpStream().next(sound, 0, 0));
		expect([other.ssrc, other.timestamp]).not.toEqual([first.ssrc, first.timestamp]);
	});

	test("ends with a report, a name and a BYE, each of whole words", () => {
		const stream = new RtpStream();
		const { ssrc } = read(stream.next(new Uint8Array(160), 0, 0));
		const packet = Buffer.from(stream.report(1_700_000_000_500, true));
		const types: number[] = [];
		for (let at = 0; at < packet.length; at += 4 * (packet.readUInt16BE(at + 2) + 1)) {
			types.push(packet[at + 1] ?? 0);
			expect(packet.readUInt32BE(at + 4)).toBe(ssrc);
		}
		expect(types).toEqual([200, 202, 203]);
		expect(packet.readUInt32BE(8)).toBe(1_700_000_000 + 2_208_988_800);
		expect(packet.readUInt32BE(12)).toBe(2 ** 31);
		expect(packet.readUInt32BE(20)).toBe(1);
		expect(packet.readUInt32BE(24)).toBe(160);
	});
});

describe("the ticker", () => {
	test("keeps time whatever the delay of each tick, and stops when nobody plays", () => {
		const clock = new FakeClock();
		const ticker = new Ticker(clock);
		const at: number[] = [];
		const player = { tick: () => void at.push(clock.now()) };
		ticker.add(player);
		ticker.add(player);
		clock.advance(1000);
		expect(at).toHaveLength(50);
		expect(at.at(-1)).toBe(1000);
		ticker.delete(player);
		expect(clock.pending).toBe(0);
	});

	test("has not drifted after an hour in which each timer was late", () => {
		const clock = new FakeClock();
		let late = 0;
		const slow = {
			now: () => clock.now(),
			after: (delay: number, task: () => void) => {
				late = (late + 7) % 16;
				return clock.after(delay + late, task);
			},
		};
		let ticks = 0;
		new Ticker(slow).add({
			tick: (missed) => {
				ticks += 1 + missed;
			},
		});
		clock.advance(3_600_000);
		expect(ticks).toBeWithin(3600 * 50 - 1, 3600 * 50 + 1);
	});

	test("leaves out what it has missed in a pause, without a burst", () => {
		let now = 0;
		let task = (): void => {};
		const clock = {
			now: () => now,
			after: (_delay: number, next: () => void) => {
				task = next;
				return () => {};
			},
		};
		const missed: number[] = [];
		new Ticker(clock).add({ tick: (count) => void missed.push(count) });
		for (now of [PERIOD, 2 * PERIOD + 5, 500, 505, 520]) task();
		expect(missed).toEqual([0, 0, 22, 0, 0].slice(0, missed.length));
		expect(missed.reduce((sum, count) => sum + count, missed.length) * PERIOD).toBeLessThanOrEqual(540);
	});
});

describe("a port", () => {
	let clock: FakeClock;
	let media: Media;
	let phone: Bun.udp.Socket<"buffer">;
	let heard: Buffer[];

	beforeEach(async () => {
		clock = new FakeClock();
		heard = [];
		media = await Media.start({ ...OPTIONS, clock });
		phone = await Bun.udpSocket({
			hostname: "127.0.0.1",
			socket: { data: (_socket, bytes) => void heard.push(Buffer.from(bytes)) },
		});
	});

	afterEach(() => {
		media.close();
		phone.close();
	});

	/** Waits until so many packets have come. */
	async function packets(count: number): Promise<void> {
		for (let turn = 0; turn < 500 && heard.length < count; turn += 1) await Bun.sleep(2);
		expect(heard).toHaveLength(count);
	}

	test("sends a packet each 20 ms until it is stopped, and a BYE when it is released", async () => {
		const port = media.open();
		expect(port?.port).toBeGreaterThanOrEqual(PORTS.first);
		expect((port?.port ?? 1) % 2).toBe(0);
		const target = { address: "127.0.0.1", port: phone.port, rtcpPort: phone.port, payloadType: 8 as const };
		port?.play("ringback", target);
		expect(media.figures).toMatchObject({ ports: 1, playing: 1, packets: 0 });
		clock.advance(100);
		await packets(5);
		expect(heard.every((packet) => packet.length === 172)).toBe(true);
		port?.stop();
		expect(clock.pending).toBe(0);
		clock.advance(1000);
		port?.play("busy", target);
		clock.advance(20);
		await packets(6);
		const step = (heard[5]?.readUInt32BE(4) ?? 0) - (heard[4]?.readUInt32BE(4) ?? 0);
		expect(step >>> 0).toBe(51 * 160);
		port?.release();
		port?.release();
		await packets(7);
		expect(heard[6]?.[1]).toBe(200);
		expect(media.figures).toEqual({ ports: 0, playing: 0, packets: 6, unsent: 0 });
	});

	test("sends reports to the RTCP port, from the second one of its own", async () => {
		const reports: { readonly bytes: Buffer; readonly port: number }[] = [];
		const rtcp = await Bun.udpSocket({
			hostname: "127.0.0.1",
			socket: {
				data: (_socket, bytes, from) => void reports.push({ bytes: Buffer.from(bytes), port: from }),
			},
		});
		const port = media.open();
		port?.play("ringback", { address: "127.0.0.1", port: phone.port, rtcpPort: rtcp.port, payloadType: 0 });
		// Reports are 2.5 to 7.5 s apart.
		for (let second = 0; second < 30; second += 1) {
			clock.advance(1000);
			await Bun.sleep(0);
		}
		for (let turn = 0; turn < 500 && reports.length < 4; turn += 1) await Bun.sleep(2);
		const types = reports.map(({ bytes }) => [bytes[1], bytes.length]);
		expect(types.length).toBeWithin(4, 13);
		expect(new Set(types.map(String))).toEqual(new Set(["200,56"]));
		expect(new Set(reports.map((report) => report.port))).toEqual(new Set([(port?.port ?? 0) + 1]));
		const last = reports.at(-1)?.bytes;
		const count = last?.readUInt32BE(20) ?? 0;
		expect(count).toBeWithin(4 * 125, 1501);
		expect(last?.readUInt32BE(24)).toBe(count * 160);
		// The time of the report is that of the next packet.
		const first = heard[0]?.readUInt32BE(4) ?? 0;
		expect(last?.readUInt32BE(16)).toBe((first + count * 160) >>> 0);
		rtcp.close();
	});

	test("stops by itself after the longest time, whatever its call does", async () => {
		const short = await Media.start({ ...OPTIONS, longest: 1000, clock });
		const port = short.open();
		const target = { address: "127.0.0.1", port: phone.port, rtcpPort: 0, payloadType: 0 as const };
		port?.play("wait", target);
		clock.advance(600);
		port?.play("ringback", target);
		clock.advance(10_000);
		expect(short.figures).toMatchObject({ playing: 0, packets: 50 });
		expect(clock.pending).toBe(0);
		port?.play("ringback", target);
		clock.advance(1000);
		expect(short.figures).toMatchObject({ playing: 0, packets: 50 });
		short.close();
	});

	test("leaves out what a pause of 500 ms has missed, and shares the beat with another", async () => {
		// The event loop stands still: the clock goes on, and the timer comes late.
		let stood = 0;
		const loop = {
			now: () => clock.now() + stood,
			after: (delay: number, task: () => void) => clock.after(delay, task),
		};
		const stalling = await Media.start({ ...OPTIONS, clock: loop });
		const ports = [stalling.open(), stalling.open()];
		const target = { address: "127.0.0.1", port: phone.port, rtcpPort: 0, payloadType: 0 as const };
		ports[0]?.play("ringback", target);
		clock.advance(50);
		ports[1]?.play("busy", target);
		expect(clock.pending).toBe(1);
		clock.advance(50);
		await packets(5 + 3);
		stood = 500;
		clock.advance(20);
		await packets(6 + 4);
		clock.advance(40);
		await packets(8 + 6);
		const sources = new Map<number, Buffer[]>();
		for (const packet of heard)
			sources.set(packet.readUInt32BE(8), [...(sources.get(packet.readUInt32BE(8)) ?? []), packet]);
		expect(sources.size).toBe(2);
		for (const stream of sources.values()) {
			const steps = stream
				.slice(1)
				.map((packet, index) => (packet.readUInt32BE(4) - (stream[index]?.readUInt32BE(4) ?? 0)) >>> 0);
			expect(steps.filter((step) => step !== 160)).toEqual([26 * 160]);
			const marked = stream.map((packet) => (packet[1] ?? 0) >> 7);
			expect(marked.filter((bit) => bit === 1)).toHaveLength(2);
		}
		stalling.close();
	});

	test("that has sent nothing says nothing", async () => {
		const port = media.open();
		port?.play("ringback", { address: "127.0.0.1", port: phone.port, rtcpPort: phone.port, payloadType: 0 });
		port?.release();
		const other = media.open();
		other?.play("ringback", { address: "127.0.0.1", port: phone.port, rtcpPort: 0, payloadType: 0 });
		clock.advance(20);
		await packets(1);
		expect(heard[0]).toHaveLength(172);
	});

	test("that has played nothing says nothing", async () => {
		media.open()?.release();
		const port = media.open();
		port?.play("ringback", { address: "127.0.0.1", port: phone.port, rtcpPort: 0, payloadType: 0 });
		clock.advance(20);
		port?.release();
		await packets(1);
	});

	test("is different for each call, and there is none beyond the range", async () => {
		const log = new MemoryLogger();
		const small = await Media.start({ ...OPTIONS, ports: { first: 21_000, last: 21_005 }, clock, log });
		const ports = [small.open(), small.open(), small.open()];
		expect(new Set(ports.map((port) => port?.port)).size).toBe(3);
		expect(small.open()).toBeUndefined();
		expect(small.open()).toBeUndefined();
		// Twice, but once in the log.
		expect(log.at("WARNING")).toEqual([
			"no port of RtpPorts = 21000-21005 is free: a call goes on without tones",
		]);
		ports[0]?.release();
		let again = small.open();
		for (let turn = 0; turn < 500 && !again; turn += 1) {
			await Bun.sleep(2);
			again = small.open();
		}
		expect(again?.port).toBe(ports[0]?.port ?? 0);
		small.close();
	});
});
