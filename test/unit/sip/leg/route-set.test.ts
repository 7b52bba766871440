import { describe, expect, test } from "bun:test";
import { routeRequest } from "../../../../src/sip/leg/route-set.ts";
import { parseUri } from "../../../../src/sip/message/uri.ts";
import { PHONE_SDP, settle } from "../../../support/leg-bench.ts";
import { RoutingBench } from "./routing-bench.ts";

/** Request-URI and Route lines. */
function wayOf(text: string): string[] {
	const routes = text.split("\r\n").filter((line) => line.startsWith("Route: "));
	return [text.split(" ")[1] ?? "", ...routes.map((line) => line.slice(7))];
}

describe("the route set of a dialog", () => {
	test("is Record-Route from the last to the first, in one line or more, with all parameters", async () => {
		const bench = new RoutingBench(5060);
		await bench.answered({
			headers: ["Record-Route: <sip:c;lr;x=1>, <sip:b;lr=on>", 'Record-Route: "A" <sip:a;lr>'],
		});
		expect(wayOf(bench.last("ACK"))).toEqual([
			"sip:phone@192.0.2.9:5060",
			'"A" <sip:a;lr>',
			"<sip:b;lr=on>",
			"<sip:c;lr;x=1>",
		]);
		expect(bench.resolved.at(-1)).toBe("sip:a;lr");
	});

	test("that begins with a strict router has its URI for Request-URI and the phone's at its end", async () => {
		const bench = new RoutingBench(5060);
		const leg = await bench.answered({
			headers: ["Record-Route: <sip:loose;lr>", "Record-Route: <sip:strict;method=X;y?Subject=z>"],
		});
		const way = ["sip:strict;y", "<sip:loose;lr>", "<sip:phone@192.0.2.9:5060>"];
		expect(wayOf(bench.last("ACK"))).toEqual(way);
		expect(bench.resolved.at(-1)).toBe("sip:strict;y");
		leg.end();
		await settle();
		expect(wayOf(bench.last("BYE"))).toEqual(way);
	});

	test("makes the CANCEL and the ACK to a refusal go the way of their re-INVITE", async () => {
		const bench = new RoutingBench(5060);
		const leg = await bench.answered({ headers: ["Record-Route: <sip:strict>"] });
		leg.reinvite(() => PHONE_SDP, { onAccepted: () => {}, onRefused: () => {} });
		await settle();
		const way = ["sip:strict", "<sip:phone@192.0.2.9:5060>"];
		expect(wayOf(bench.last("INVITE"))).toEqual(way);
		await bench.respond(bench.last("INVITE"), 488);
		expect(wayOf(bench.last("ACK"))).toEqual(way);
	});

	test("is honoured for a phone that answers after the call is gone", async () => {
		const bench = new RoutingBench(5060);
		const leg = await bench.call();
		leg.drop();
		await bench.respond(bench.last("INVITE"), 200, { headers: ["Record-Route: <sip:strict>"] });
		expect(wayOf(bench.last("ACK"))).toEqual(["sip:strict", "<sip:phone@192.0.2.9:5060>"]);
		expect(wayOf(bench.last("BYE"))).toEqual(["sip:strict", "<sip:phone@192.0.2.9:5060>"]);
	});
});

test("a strict router does not take a request to a sips URI off TLS", () => {
	const target = parseUri("sips:phone@example.com");
	if (!target) throw new Error("URI");
	const { requestUri, routeSet, strict } = routeRequest(target, ["<sip:router>"]);
	expect([requestUri.toRaw(), ...routeSet, strict]).toEqual([
		"sips:router",
		"<sips:phone@example.com>",
		true,
	]);
});
