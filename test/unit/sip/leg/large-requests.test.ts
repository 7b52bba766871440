import { describe, expect, test } from "bun:test";
import { StreamlessPeers } from "../../../../src/sip/leg/streamless-peers.ts";
import type { ReinviteListener } from "../../../../src/sip/leg/types.ts";
import { type Flow, TransportError } from "../../../../src/sip/transport/types.ts";
import { header, PHONE_SDP, settle } from "../../../support/leg-bench.ts";
import { RoutingBench } from "./routing-bench.ts";

/** Does not want to know what becomes of a REFER. */
const NOBODY = {
	onAccepted: () => {},
	onRefused: () => {},
	onReport: () => {},
	onUnreported: () => {},
	onLost: () => {},
};

const LARGE = "x".repeat(1400);

/** A bench whose phone gets datagrams. */
function datagramBench(): RoutingBench {
	const bench = new RoutingBench();
	bench.leadTo("UDP", 5060);
	return bench;
}

/** Protocol and first word of all that was sent. */
function ways({ sent }: RoutingBench): string[] {
	return sent.map((text) => `${header(text, "Via").slice(8, 11)} ${text.slice(0, text.indexOf(" "))}`);
}

const branchOf = (text: string): string => /;branch=([^;\r]+)/.exec(header(text, "Via"))?.[1] ?? "";

/** Every way in which the phone's TCP port takes no connection. */
function withoutTcp(bench: RoutingBench, tcp: () => Flow | Promise<Flow>): void {
	const { connect } = bench;
	bench.connect = (target) => (target.protocol === "TCP" ? tcp() : connect(target));
}

const refused = (): Promise<Flow> => Promise.reject(new TransportError("refused"));
const dropped = (): Promise<Flow> => new Promise(() => {});

/** What a re-INVITE came to. */
function listener(heard: string[], answer?: string): ReinviteListener {
	return {
		onAccepted: (_sdp, acknowledge) => {
			heard.push("accepted");
			acknowledge(answer);
		},
		onRefused: ({ status }) => heard.push(`refused ${status}`),
	};
}

describe("a request over 1,300 octets to a phone on UDP", () => {
	test("goes by TCP where the phone takes it; what is small does not", async () => {
		const bench = datagramBench();
		await bench.call(true, {}, { headers: [`X-Large: ${LARGE}`] });
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		expect(ways(bench)).toEqual(["TCP INVITE", "UDP ACK"]);
		bench.clock.advance(10_000);
		expect(bench.methods()).toEqual(["INVITE", "ACK"]);
		expect(bench.timers).toBe(1);
	});

	test("goes by UDP at once when TCP is refused, and TCP is not tried again", async () => {
		const bench = datagramBench();
		withoutTcp(bench, refused);
		const leg = await bench.answered({ headers: [`X-Large: ${LARGE}`] });
		leg.refer(`sip:${LARGE}@192.0.2.7`, "<sip:a@b>", NOBODY);
		await settle();
		expect(ways(bench)).toEqual(["UDP INVITE", "UDP ACK", "UDP REFER"]);
	});

	test("goes by UDP after 2 s when connection attempts are dropped", async () => {
		const bench = datagramBench();
		withoutTcp(bench, dropped);
		await bench.call(true, {}, { headers: [`X-Large: ${LARGE}`] });
		bench.clock.advance(1999);
		await settle();
		expect(bench.sent).toEqual([]);
		bench.clock.advance(1);
		await settle();
		expect(ways(bench)).toEqual(["UDP INVITE"]);
	});

	test("goes by UDP after 2 s of silence on TCP, with the same branch, and so does what follows", async () => {
		const bench = datagramBench();
		const leg = await bench.call(true, {}, { headers: [`X-Large: ${LARGE}`] });
		bench.clock.advance(2000);
		const [first = "", second = ""] = bench.sent;
		expect(ways(bench)).toEqual(["TCP INVITE", "UDP INVITE"]);
		expect(second).toBe(first.replace("SIP/2.0/TCP", "SIP/2.0/UDP"));
		await bench.respond(second, 200, { sdp: PHONE_SDP });
		leg.refer(`sip:${LARGE}@192.0.2.7`, "<sip:a@b>", NOBODY);
		await settle();
		expect(ways(bench).slice(2)).toEqual(["UDP ACK", "UDP REFER"]);
	});

	test("is repeated by UDP like any other, and fails in the end", async () => {
		const bench = datagramBench();
		await bench.call(true, {}, { headers: [`X-Large: ${LARGE}`] });
		bench.clock.advance(2000 + 32_000);
		await settle();
		expect(ways(bench)).toEqual(["TCP INVITE", ...Array(7).fill("UDP INVITE")]);
		expect(bench.heard).toEqual(["failed 408"]);
		expect(bench.endpoint.legs).toBe(0);
	});

	test.each(["INFO", "BYE"])("a connection that is reset in the middle costs nothing: %s", async (method) => {
		const bench = datagramBench();
		const name = `sip:phone@192.0.2.9;x=${LARGE}`;
		const leg = await bench.call();
		await bench.respond(bench.last("INVITE"), 200, {
			sdp: PHONE_SDP,
			contact: false,
			headers: [`Contact: <${name}>`],
		});
		if (method === "BYE") leg.end();
		else
			leg.relay({
				method: "INFO",
				body: undefined,
				headers: [],
				reply: (status) => bench.heard.push(`${status}`),
			});
		await settle();
		expect(ways(bench).at(-1)).toStartWith("TCP ");
		const line = streamOf(bench);
		line.open = false;
		bench.reception.onClosed(line);
		await settle();
		const last = bench.sent.at(-1) ?? "";
		expect(ways(bench).at(-1)).toStartWith("UDP ");
		expect(branchOf(last)).toBe(branchOf(bench.sent.at(-2) ?? ""));
		await bench.respond(last, 200);
		bench.clock.advance(5000);
		expect(bench.sent.at(-1)).toBe(last);
		if (method === "BYE") expect(bench.endpoint.legs).toBe(0);
		else expect(bench.heard.at(-1)).toBe("200");
	});

	test("a connection that is reset after a provisional response is made up for by UDP", async () => {
		const bench = datagramBench();
		await bench.call(true, {}, { headers: [`X-Large: ${LARGE}`] });
		await bench.respond(bench.last("INVITE"), 180);
		const line = streamOf(bench);
		line.open = false;
		bench.reception.onClosed(line);
		await settle();
		expect(ways(bench)).toEqual(["TCP INVITE", "UDP INVITE"]);
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		expect(bench.heard).toEqual(["progress 180", "answered sdp"]);
	});

	test("a provisional response ends the wait", async () => {
		const bench = datagramBench();
		await bench.call(true, {}, { headers: [`X-Large: ${LARGE}`] });
		await bench.respond(bench.last("INVITE"), 180);
		bench.clock.advance(30_000);
		expect(ways(bench)).toEqual(["TCP INVITE"]);
	});

	test("an answer on TCP that comes after the repetition counts", async () => {
		const bench = datagramBench();
		await bench.call(true, {}, { headers: [`X-Large: ${LARGE}`] });
		bench.clock.advance(2500);
		await bench.respond(bench.sent[0] ?? "", 200, { sdp: PHONE_SDP });
		expect(bench.heard).toEqual(["answered sdp"]);
		bench.clock.advance(10_000);
		expect(ways(bench)).toEqual(["TCP INVITE", "UDP INVITE", "UDP INVITE", "UDP ACK"]);
	});

	test("a CANCEL follows by UDP", async () => {
		const bench = datagramBench();
		const leg = await bench.call(true, {}, { headers: [`X-Large: ${LARGE}`] });
		bench.clock.advance(2000);
		await bench.respond(bench.last("INVITE"), 180);
		leg.end();
		await settle();
		expect(ways(bench).at(-1)).toBe("UDP CANCEL");
		expect(branchOf(bench.last("CANCEL"))).toBe(branchOf(bench.last("INVITE")));
	});

	test("an ACK waits neither for TCP nor for a request before it", async () => {
		const bench = datagramBench();
		withoutTcp(bench, dropped);
		const heard: string[] = [];
		const leg = await bench.answered();
		leg.reinvite(undefined, listener(heard, `${PHONE_SDP}a=${LARGE}\r\n`));
		await settle();
		leg.relay({ method: "INFO", body: { type: "text/plain", content: LARGE }, headers: [], reply: () => {} });
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		expect(heard).toEqual(["accepted"]);
		expect(ways(bench)).toEqual(["UDP INVITE", "UDP ACK", "UDP INVITE", "UDP ACK"]);
		bench.clock.advance(2000);
		await settle();
		expect(ways(bench).at(-1)).toBe("UDP INFO");
	});

	test("an ACK goes by TCP where the phone has answered on it", async () => {
		const bench = datagramBench();
		await bench.answered({ headers: [`Contact: <sip:phone@192.0.2.9;x=${LARGE}>`] });
		expect(ways(bench)).toEqual(["TCP INVITE", "TCP ACK"]);
	});

	test("what is asked of another phone at the same time is tried by TCP", async () => {
		const bench = datagramBench();
		withoutTcp(bench, refused);
		await bench.call(true, {}, { headers: [`X-Large: ${LARGE}`] });
		let asked = 0;
		bench.leadTo("UDP", 5062);
		withoutTcp(bench, () => {
			asked += 1;
			return refused();
		});
		await bench.call(true, {}, { headers: [`X-Large: ${LARGE}`] });
		expect(asked).toBe(1);
		expect(bench.trace).toEqual(["5060 INVITE", "5062 INVITE"]);
	});
});

test("no more than 4,096 phones without TCP are remembered", () => {
	const peers = new StreamlessPeers();
	const peer = (index: number) => ({ address: "192.0.2.1", port: index });
	for (let index = 1; index <= 5000; index += 1) peers.add(peer(index));
	expect(peers.size).toBe(4096);
	expect([peers.has(peer(1)), peers.has(peer(5000))]).toEqual([false, true]);
});

function streamOf(bench: RoutingBench) {
	const line = bench.lines.findLast(({ protocol }) => protocol === "TCP");
	if (!line) throw new Error("no connection was opened");
	return line;
}
