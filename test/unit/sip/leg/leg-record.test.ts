import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { RecordError } from "../../../../src/record.ts";
import { type LegRecord, readLegRecord } from "../../../../src/sip/leg/leg-record.ts";
import type { Target } from "../../../../src/sip/transport/types.ts";
import {
	answeredLeg,
	header,
	LegBench,
	PHONE_SDP,
	type PhoneOptions,
	settle,
} from "../../../support/leg-bench.ts";

const NOW = 1_800_000_000_000;
/** A time of day that stands still. */
const at = (time: number) => ({ now: () => time });
const how = { wall: at(NOW), jump: 100 };

/** The record of a leg that was answered. */
async function recorded(options: PhoneOptions = {}): Promise<LegRecord> {
	const { leg } = await answeredLeg(options);
	const record = leg.record(at(NOW));
	if (!record) throw new Error("no record");
	return JSON.parse(JSON.stringify(record));
}

/** That record in another process. */
async function restored(options: PhoneOptions = {}, time = NOW) {
	const bench = new LegBench();
	const record = await recorded(options);
	const leg = bench.restore(readLegRecord(record), { ...how, wall: at(time) });
	return { bench, leg, record };
}

describe("a record", () => {
	test("is there from the INVITE to the end of our BYE", async () => {
		const bench = new LegBench();
		const leg = await bench.call(false);
		const invite = bench.last("INVITE");
		const via = header(invite, "Via");
		expect(leg.record(at(NOW))).toMatchObject({
			stage: "calling",
			dialog: { remoteTag: "", remoteTarget: "sip:phone@192.0.2.9", inviteCSeq: 1 },
			invite: { branch: /branch=([^;]+)/.exec(via)?.[1] ?? "", via: "TCP 192.0.2.1:5072" },
		});
		await bench.respond(invite, 200, { sdp: PHONE_SDP });
		expect(leg.record(at(NOW))).toMatchObject({ stage: "answered", offer: PHONE_SDP });
		leg.acknowledge(PHONE_SDP);
		const record = leg.record(at(NOW));
		expect(record).toMatchObject({ stage: "confirmed", dialog: { remoteTag: "phone" } });
		expect([record?.offer, record?.invite]).toEqual([undefined, undefined]);
		leg.end();
		await settle();
		expect(leg.record(at(NOW))?.stage).toBe("confirmed");
		await bench.respond(bench.last("BYE"), 200);
		expect(leg.record(at(NOW))).toBeUndefined();
	});

	test("is not there before the INVITE has left, and after it was refused", async () => {
		const bench = new LegBench();
		bench.connect = () => new Promise(() => {});
		expect((await bench.call()).record(at(NOW))).toBeUndefined();
		const second = new LegBench();
		const leg = await second.call();
		await second.respond(second.last("INVITE"), 486);
		expect(leg.record(at(NOW))).toBeUndefined();
	});

	test("takes little room", async () => {
		expect(JSON.stringify(await recorded()).length).toBeLessThan(1500);
	});

	test("that is damaged anywhere is refused with an error that can be told, or makes a leg that works", async () => {
		const text = JSON.stringify(await recorded());
		const damage = fc.record({
			at: fc.nat(text.length - 1),
			length: fc.integer({ min: 0, max: 20 }),
			by: fc.constantFrom("", "0", '"', "null", "{}", "[]", "\\r\\n", "true", "x", "-1"),
		});
		fc.assert(
			fc.property(damage, ({ at, length, by }) => {
				let value: unknown;
				try {
					value = JSON.parse(text.slice(0, at) + by + text.slice(at + length));
				} catch {
					return;
				}
				const bench = new LegBench();
				try {
					bench.restore(readLegRecord(value), how).end();
				} catch (error) {
					expect(error).toBeInstanceOf(RecordError);
					expect(bench.endpoint.legs).toBe(0);
				}
			}),
			{ numRuns: 2000 },
		);
	});

	test.each<[string, (record: LegRecord) => unknown]>([
		["leg.version", (record) => ({ ...record, version: 1 })],
		["leg.dialog.version", (record) => ({ ...record, dialog: { ...record.dialog, version: 0 } })],
		[
			"leg.dialog.remoteTarget",
			(record) => ({ ...record, dialog: { ...record.dialog, remoteTarget: "nowhere" } }),
		],
		["leg.local.slots", (record) => ({ ...record, local: { ...record.local, slots: "audio" } })],
		["leg.timer.expiryAt", (record) => ({ ...record, timer: { ...record.timer, expiryAt: "soon" } })],
		[
			"leg.flow.found.target.port",
			(record) => ({
				...record,
				flow: {
					...record.flow,
					found: { nextHop: "sip:x", target: { protocol: "UDP", address: "::1", port: -1 } },
				},
			}),
		],
	])("with a wrong %s is refused", async (place, change) => {
		const changed = change(await recorded());
		expect(() => readLegRecord(changed)).toThrow(RecordError);
		expect(() => readLegRecord(changed)).toThrow(`${place}: `);
	});

	test("is taken up once: another leg with its Call-ID is refused", async () => {
		const { bench, leg, record } = await restored();
		expect(() => bench.restore(record, how)).toThrow(RecordError);
		await bench.request(leg, "INFO", { type: "text/plain", body: "a" });
		expect(bench.heard).toEqual(["INFO a"]);
	});
});

describe("a leg of a record", () => {
	test("answers by the flow of the phone's request before it has asked anything itself", async () => {
		const { bench, leg } = await restored();
		const { local, ...rest } = bench.flow;
		const flow = { ...rest, remote: { address: "192.0.2.9", port: 40_000 }, local: { ...local, port: 5099 } };
		Object.assign(bench, { flow });
		await bench.request(leg, "UPDATE", { sdp: PHONE_SDP });
		expect(bench.methods()).toEqual(["200"]);
		expect(header(bench.last(), "Contact")).toBe(`<sip:${leg.id}@192.0.2.1:5099;transport=tcp>`);
		expect(bench.held).toBe(1);
		await bench.request(leg, "BYE");
		expect(bench.methods()).toEqual(["200", "200"]);
		expect(bench.heard.at(-1)).toBe("ended bye");
		expect(bench.held).toBe(0);
	});

	test.each([
		["OPTIONS", [], "200"],
		["INFO", ["Require: nonsense"], "420"],
	])("answers %s, which is answered outside it", async (method, headers, status) => {
		const { bench, leg } = await restored();
		await bench.request(leg, method, { headers });
		expect(bench.methods()).toEqual([status]);
	});

	test("goes on beyond the numbers that may have been used since", async () => {
		const { bench, leg, record } = await restored();
		leg.end();
		await settle();
		expect(header(bench.last("BYE"), "CSeq")).toBe(`${record.dialog.localCSeq + 101} BYE`);
	});

	test("refuses what comes again of the phone", async () => {
		const { leg: first, bench } = await answeredLeg();
		await bench.request(first, "INFO", { cseq: 700 });
		const record = first.record(at(NOW));
		const second = new LegBench();
		const leg = second.restore(readLegRecord(JSON.parse(JSON.stringify(record))), how);
		await second.request(leg, "UPDATE", { cseq: 700 });
		await second.request(leg, "UPDATE", { cseq: 701 });
		expect(second.methods()).toEqual(["500", "200"]);
	});

	test("reaches the phone where it was reached before, without a look-up", async () => {
		const { bench, leg } = await restored();
		const reached: Target[] = [];
		bench.connect = (target) => {
			reached.push(target);
			return bench.flow;
		};
		bench.targets = [{ protocol: "UDP", address: "192.0.2.77", port: 5060 }];
		leg.end();
		await settle();
		expect(reached).toEqual([{ protocol: "TCP", address: "192.0.2.9", port: 5060 }]);
		expect(bench.resolved).toEqual([]);
	});

	test("looks for the phone when it is not there any more", async () => {
		const { bench, leg } = await restored();
		bench.targets = [{ protocol: "UDP", address: "192.0.2.77", port: 5060 }];
		bench.connect = ({ address }) => {
			if (address === "192.0.2.9") throw new Error("refused");
			return bench.flow;
		};
		leg.end();
		await settle();
		expect(bench.failed).toEqual([{ protocol: "TCP", address: "192.0.2.9", port: 5060 }]);
		expect(bench.methods()).toEqual(["BYE"]);
	});

	test("reaches a phone behind a NAT where its packets came from", async () => {
		const first = new LegBench();
		const hidden = { protocol: "UDP", reliable: false, remote: { address: "203.0.113.5", port: 1024 } };
		Object.assign(first.flow, hidden);
		const called = await first.call();
		await first.respond(first.last("INVITE"), 200, {
			sdp: PHONE_SDP,
			contact: false,
			headers: ["Contact: <sip:phone@192.168.1.7>"],
		});
		const record = readLegRecord(JSON.parse(JSON.stringify(called.record(at(NOW)))));
		const bench = new LegBench();
		bench.restore({ ...record, flow: { ...record.flow, found: undefined } }, how).end();
		await settle();
		expect(bench.resolved).toEqual(["sip:203.0.113.5:1024;transport=udp"]);
		expect(bench.last("BYE")).toStartWith("BYE sip:phone@192.168.1.7 SIP/2.0\r\n");
	});

	test("stays on TLS when the phone was called by sips:", async () => {
		const first = new LegBench();
		const called = await first.call(true, {}, { to: "sips:phone@192.0.2.9" });
		await first.respond(first.last("INVITE"), 200, { sdp: PHONE_SDP });
		const record = readLegRecord(JSON.parse(JSON.stringify(called.record(at(NOW)))));
		const bench = new LegBench();
		const leg = bench.restore({ ...record, flow: { ...record.flow, found: undefined } }, how);
		leg.reinvite(() => PHONE_SDP, { onAccepted: () => {}, onRefused: () => {} });
		await settle();
		expect(bench.resolved).toEqual(["sips:phone@192.0.2.9:5060"]);
		expect(header(bench.last("INVITE"), "Contact")).toStartWith("<sips:");
	});

	test("is challenged again, and answers with its next number", async () => {
		const record = await recorded();
		const bench = new LegBench([{ user: "click2call", password: "open sesame", realm: "pbx" }]);
		bench.restore(readLegRecord(record), how).end();
		await settle();
		const challenge = 'Proxy-Authenticate: Digest realm="pbx", nonce="1", qop="auth"';
		await bench.respond(bench.last("BYE"), 407, { headers: [challenge] });
		expect(bench.methods()).toEqual(["BYE", "BYE"]);
		expect(header(bench.last("BYE"), "Proxy-Authorization")).toContain('nonce="1"');
		expect(header(bench.last("BYE"), "CSeq")).toBe(`${record.dialog.localCSeq + 102} BYE`);
	});

	test("is found by a Replaces that names its dialog", async () => {
		const { bench, leg, record } = await restored();
		const { callId, localTag, remoteTag } = record.dialog;
		expect(bench.endpoint.findLeg(`${callId};to-tag=${localTag};from-tag=${remoteTag}`)).toBe(leg);
		expect(bench.endpoint.findLeg(`${callId};to-tag=${localTag};from-tag=other`)).toBeUndefined();
	});

	test("tells the phone where we are when the address that it was told is gone", async () => {
		const { bench, leg } = await restored();
		leg.networkChanged(new Set(["192.0.2.1"]));
		await settle();
		expect(bench.methods()).toEqual([]);
		leg.networkChanged(new Set(["192.0.2.200"]));
		await settle();
		expect(bench.methods()).toEqual(["INVITE"]);
	});
});

describe("the session timer of a record", () => {
	const ours = { headers: ["Session-Expires: 120;refresher=uac"] };
	const theirs = { headers: ["Session-Expires: 120;refresher=uas"] };

	test("goes on from where it was", async () => {
		const { bench } = await restored(ours, NOW + 20_000);
		bench.clock.advance(39_000);
		await settle();
		expect(bench.methods()).toEqual([]);
		bench.clock.advance(1000);
		await settle();
		expect(bench.methods()).toEqual(["INVITE"]);
	});

	test("sends the refresh soon that was due meanwhile, or under way", async () => {
		const { bench } = await restored(ours, NOW + 70_000);
		bench.clock.advance(9000);
		await settle();
		expect(bench.methods()).toEqual(["INVITE"]);
		const { bench: first, leg } = await answeredLeg(ours);
		first.clock.advance(60_000);
		expect(first.methods()).toEqual(["INVITE", "ACK", "INVITE"]);
		const record = leg.record(at(NOW));
		expect(record?.timer.refreshAt).toBe(NOW);
	});

	test.each([ours, theirs])(
		"asks a phone first whose time ran out while nobody was here",
		async (options) => {
			const { bench, leg } = await restored(options, NOW + 3_600_000);
			bench.clock.advance(20_000);
			await settle();
			expect(bench.methods()).toEqual(["INVITE"]);
			await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP, headers: options.headers });
			bench.clock.advance(50_000);
			expect(leg.state).toBe("confirmed");
		},
	);

	test("ends the leg when that phone is gone", async () => {
		const { bench, leg } = await restored(theirs, NOW + 3_600_000);
		bench.clock.advance(20_000);
		await settle();
		await bench.respond(bench.last("INVITE"), 481);
		expect(leg.state).toBe("ended");
		expect(bench.heard).toEqual(["ended failure"]);
	});

	test("does not wait for years when the time of day was set back", async () => {
		const { bench } = await restored(ours, NOW - 31_536_000_000);
		bench.clock.advance(60_000);
		await settle();
		expect(bench.methods()).toEqual(["INVITE"]);
	});
});
