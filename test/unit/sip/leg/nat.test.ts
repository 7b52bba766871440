import { describe, expect, test } from "bun:test";
import { header, PHONE_SDP, settle } from "../../../support/leg-bench.ts";
import { RoutingBench } from "./routing-bench.ts";

const HIDDEN = "Contact: <sip:phone@192.168.1.7:5060>";

/** A phone at 203.0.113.5:1024, beyond a NAT, that names another place; next hops that are resolved are written down. */
async function answered(headers: readonly string[] = [HIDDEN], from = "203.0.113.5") {
	const bench = new RoutingBench();
	bench.leadTo("UDP", 5060);
	Object.assign(bench.flow, { protocol: "UDP", reliable: false, remote: { address: from, port: 1024 } });
	const leg = await bench.call();
	bench.resolved.length = 0;
	await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP, contact: false, headers });
	return { bench, leg };
}

describe("a phone whose Contact is a private address", () => {
	test("gets its ACK and BYE where its packets came from, with its Contact as the Request-URI", async () => {
		const { bench, leg } = await answered();
		leg.end();
		await settle();
		expect(new Set(bench.resolved)).toEqual(new Set(["sip:203.0.113.5:1024;transport=udp"]));
		expect(bench.last("ACK")).toStartWith("ACK sip:phone@192.168.1.7:5060 SIP/2.0\r\n");
		expect(bench.last("BYE")).toStartWith("BYE sip:phone@192.168.1.7:5060 SIP/2.0\r\n");
	});

	test.each([
		["a proxy has recorded a route", [HIDDEN, "Record-Route: <sip:203.0.113.9;lr>"], "203.0.113.5"],
		["it is seen from a private address, too", [HIDDEN], "10.0.0.9"],
		["it is seen from that address", [HIDDEN], "192.168.1.7"],
		["the Contact is a public address", ["Contact: <sip:phone@198.51.100.7>"], "203.0.113.5"],
		["the Contact is a name", ["Contact: <sip:phone@phone.example.com>"], "203.0.113.5"],
	])("is taken at its word when %s", async (_name, headers, from) => {
		const { bench } = await answered(headers, from);
		expect(bench.resolved.join()).not.toContain(`${from}:1024`);
		expect(bench.methods()).toEqual(["INVITE", "ACK"]);
	});

	test("is followed when its NAT gives it another port, and when its Contact becomes a good one", async () => {
		const { bench, leg } = await answered();
		Object.assign(bench.flow, { remote: { address: "203.0.113.5", port: 1025 } });
		await bench.request(leg, "INFO", { contact: false });
		const ask = async (): Promise<string | undefined> => {
			bench.resolved.length = 0;
			leg.relay({ method: "INFO", body: undefined, headers: [], reply: () => {} });
			await settle();
			await bench.respond(bench.last("INFO"), 200, { contact: false });
			return bench.resolved.at(-1);
		};
		expect(await ask()).toBe("sip:203.0.113.5:1025;transport=udp");
		await bench.request(leg, "UPDATE", { contact: false, headers: ["Contact: <sip:phone@198.51.100.7>"] });
		expect(await ask()).toBe("sip:phone@198.51.100.7");
	});

	test("gets its PRACK there, too", async () => {
		const bench = new RoutingBench();
		bench.leadTo("UDP", 5060);
		Object.assign(bench.flow, { protocol: "UDP", remote: { address: "203.0.113.5", port: 1024 } });
		await bench.call();
		const headers = [HIDDEN, "Require: 100rel", "RSeq: 1"];
		await bench.respond(bench.last("INVITE"), 183, { contact: false, headers });
		expect(bench.last("PRACK")).toStartWith("PRACK sip:phone@192.168.1.7:5060 ");
		expect(bench.resolved.at(-1)).toBe("sip:203.0.113.5:1024;transport=udp");
	});
});

test("a CANCEL has the Via of its INVITE, whatever our address is called meanwhile", async () => {
	const bench = new RoutingBench();
	bench.leadTo("UDP", 5060);
	const leg = await bench.call();
	await bench.respond(bench.last("INVITE"), 180);
	Object.assign(bench.line(5060), { local: { address: "198.51.100.1", port: 40_000 } });
	leg.end();
	await settle();
	expect(header(bench.last("CANCEL"), "Via")).toBe(header(bench.last("INVITE"), "Via"));
});

test("a phone whose INVITE had another address of ours than the one by which it knows us is told at once", async () => {
	const bench = new RoutingBench();
	bench.leadTo("UDP", 5060);
	await bench.call();
	Object.assign(bench.line(5060), { local: { address: "198.51.100.1", port: 40_000 } });
	await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
	expect(bench.methods()).toEqual(["INVITE", "ACK", "INVITE"]);
	expect(header(bench.last("INVITE"), "Contact")).toContain("@198.51.100.1:40000>");
});
