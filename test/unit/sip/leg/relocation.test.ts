import { describe, expect, test } from "bun:test";
import { TransportError } from "../../../../src/sip/transport/types.ts";
import { answeredLeg, header, type LegBench, PHONE_SDP, settle } from "../../../support/leg-bench.ts";
import { RoutingBench } from "./routing-bench.ts";

/** From now on our address on the flow is this one; undefined when there is no route. */
async function move(bench: LegBench, address: string | undefined): Promise<void> {
	Object.defineProperty(bench.flow, "local", {
		get: () => {
			if (address === undefined) throw new TransportError("no route");
			return { address, port: 5072 };
		},
	});
	bench.reception.onNetworkChange(new Set());
	await settle();
}

const invites = (bench: LegBench): number => bench.methods().filter((method) => method === "INVITE").length;

describe("when our address changes, the phone in a call", () => {
	test("is told by a re-INVITE with the new Contact and the session as it is", async () => {
		const { bench, leg } = await answeredLeg();
		const before = header(bench.last("INVITE"), "Contact");
		await move(bench, "192.0.2.77");
		const refresh = bench.last("INVITE");
		expect(invites(bench)).toBe(2);
		expect(header(refresh, "Contact")).toBe(before.replace("192.0.2.1", "192.0.2.77"));
		expect(header(refresh, "Via")).toStartWith("SIP/2.0/TCP 192.0.2.77:5072;");
		expect(header(refresh, "Call-ID")).toBe(leg.callId);
		await bench.respond(refresh, 200, { sdp: PHONE_SDP });
		expect(bench.methods().at(-1)).toBe("ACK");
		expect(bench.heard.at(-1)).toBe("refreshed");
	});

	test("is told once", async () => {
		const { bench } = await answeredLeg();
		await move(bench, "192.0.2.77");
		bench.reception.onNetworkChange(new Set());
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		bench.reception.onNetworkChange(new Set());
		await settle();
		expect(invites(bench)).toBe(2);
	});

	test("is not told of changes that do not concern it, nor while it cannot be reached", async () => {
		const { bench } = await answeredLeg();
		bench.reception.onNetworkChange(new Set());
		await move(bench, undefined);
		expect(invites(bench)).toBe(1);
		await move(bench, "192.0.2.1");
		expect(invites(bench)).toBe(1);
	});

	test("is told over a new connection when the old one was closed for it", async () => {
		const bench = new RoutingBench(5060);
		await bench.answered();
		await bench.close(5060);
		bench.reception.onNetworkChange(new Set());
		await settle();
		expect(bench.lines).toHaveLength(2);
		expect(bench.line(5060).sent[0]).toStartWith("INVITE ");
	});

	test("is not told when only its connection is closed: the address is still there", async () => {
		const bench = new RoutingBench(5060);
		await bench.answered();
		await bench.close(5060);
		bench.reception.onNetworkChange(new Set(["192.0.2.1"]));
		await settle();
		expect(bench.lines).toHaveLength(1);
	});

	test("that does not answer keeps its call, and is told again after the next change", async () => {
		const { bench } = await answeredLeg();
		await move(bench, "192.0.2.77");
		bench.clock.advance(32_000);
		await settle();
		expect(bench.heard.filter((line) => line.startsWith("ended"))).toEqual([]);
		expect(bench.methods()).not.toContain("BYE");
		await move(bench, "192.0.2.78");
		expect(header(bench.last("INVITE"), "Contact")).toContain("@192.0.2.78:");
	});

	test("that knows nothing of the call ends it", async () => {
		const { bench } = await answeredLeg();
		await move(bench, "192.0.2.77");
		await bench.respond(bench.last("INVITE"), 481);
		expect(bench.heard.at(-1)).toBe("ended failure");
	});

	test("is told as soon as its answer is acknowledged, when it answered just before", async () => {
		const { bench, leg } = await answeredLeg({}, { onAnswered: () => {} });
		await move(bench, "192.0.2.77");
		expect(invites(bench)).toBe(1);
		leg.acknowledge();
		await settle();
		expect(bench.methods().slice(-2)).toEqual(["ACK", "INVITE"]);
	});
});
