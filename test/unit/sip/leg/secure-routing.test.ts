import { describe, expect, test } from "bun:test";
import { header, PHONE_SDP, settle } from "../../../support/leg-bench.ts";
import { RoutingBench } from "./routing-bench.ts";

const PLAIN_CONTACT = "Contact: <sip:phone@192.0.2.9:5062>";

/** A call to a `sips:` URI over TLS to port 5061. */
function secureBench() {
	const bench = new RoutingBench();
	bench.leadTo("TLS", 5061);
	return bench;
}

describe("a call to a sips URI", () => {
	test("asks to be called back by sips", async () => {
		const bench = secureBench();
		await bench.call(true, {}, { to: "sips:phone@192.0.2.9" });
		expect(header(bench.last("INVITE"), "Contact")).toStartWith("<sips:");
		expect(header(bench.last("INVITE"), "Via")).toStartWith("SIP/2.0/TLS ");
	});

	test("goes over TLS through a proxy that is named by a sip URI", async () => {
		const bench = secureBench();
		await bench.call(true, {}, { to: "sips:phone@192.0.2.9", routeSet: ["<sip:proxy.example;lr>"] });
		expect(bench.resolved).toEqual(["sips:proxy.example;lr"]);
		expect(header(bench.last("INVITE"), "Route")).toBe("<sip:proxy.example;lr>");
	});

	test("keeps to TLS in the dialog, whatever Contact and Record-Route say", async () => {
		const bench = secureBench();
		const leg = await bench.answered({ to: "sips:phone@192.0.2.9", headers: [PLAIN_CONTACT] });
		expect(bench.resolved.at(-1)).toBe("sips:phone@192.0.2.9:5062");
		const routed = secureBench();
		await routed.answered({
			to: "sips:phone@192.0.2.9",
			headers: [PLAIN_CONTACT, "Record-Route: <sip:192.0.2.8;lr>"],
		});
		expect(routed.resolved.at(-1)).toBe("sips:192.0.2.8;lr");
		leg.end();
	});

	test("uses no other connection when none by TLS can be opened", async () => {
		const bench = secureBench();
		const leg = await bench.answered({ to: "sips:phone@192.0.2.9", headers: [PLAIN_CONTACT] });
		await bench.close(5061);
		bench.dead.add(5061);
		leg.end();
		await settle();
		expect(bench.methods()).toEqual(["INVITE", "ACK"]);
		expect(bench.endpoint.legs).toBe(0);
	});

	test("is not redirected to a sip URI", async () => {
		const bench = secureBench();
		await bench.call(true, {}, { to: "sips:phone@192.0.2.9" });
		await bench.respond(bench.last("INVITE"), 302, {
			contact: false,
			headers: ["Contact: <sip:b@192.0.2.7>, <sips:c@192.0.2.7>;q=0.1"],
		});
		expect(bench.last("INVITE")).toStartWith("INVITE sips:c@192.0.2.7 ");
		await bench.respond(bench.last("INVITE"), 302, {
			contact: false,
			headers: ["Contact: <sip:d@192.0.2.7>"],
		});
		expect(bench.heard).toEqual(["failed 302"]);
	});
});

describe("a call to a sip URI", () => {
	test("through a proxy by sips asks to be called back by sips, and may leave TLS in the dialog", async () => {
		const bench = secureBench();
		await bench.answered({ routeSet: ["<sips:proxy.example;lr>"], headers: [PLAIN_CONTACT] });
		expect(header(bench.last("INVITE"), "Contact")).toStartWith("<sips:");
		expect(bench.resolved.at(-1)).toBe("sip:phone@192.0.2.9:5062");
	});

	test("that is redirected to a sips URI is secure from then on", async () => {
		const bench = secureBench();
		await bench.call();
		await bench.respond(bench.last("INVITE"), 302, {
			contact: false,
			headers: ["Contact: <sips:b@192.0.2.7>"],
		});
		expect(header(bench.last("INVITE"), "Contact")).toStartWith("<sips:");
		await bench.respond(bench.last("INVITE"), 200, {
			sdp: PHONE_SDP,
			contact: false,
			headers: [PLAIN_CONTACT],
		});
		expect(bench.resolved.at(-1)).toBe("sips:phone@192.0.2.9:5062");
	});

	test("whose phone wants to be reached by sips does not go on over TCP", async () => {
		const bench = new RoutingBench(5060);
		const leg = await bench.call();
		bench.leadTo("TLS", 5061);
		bench.dead.add(5061);
		await bench.respond(bench.last("INVITE"), 200, {
			sdp: PHONE_SDP,
			contact: false,
			headers: ["Contact: <sips:phone@192.0.2.9>"],
		});
		leg.end();
		await settle();
		expect(bench.methods()).toEqual(["INVITE"]);
	});
});
