import { expect, test } from "bun:test";
import { answeredLeg } from "../../../support/leg-bench.ts";

test.each([
	["as RFC 3420 has it", "SIP/2.0 200 OK\r\n"],
	["two blanks between its parts", "SIP/2.0  200  OK\r\n"],
	["a tab for a blank, no carriage return", "SIP/2.0\t200 OK\n"],
	["small letters", "sip/2.0 200 ok\r\n"],
	["nothing behind the code", "SIP/2.0 200"],
	["a line before it", "\r\n SIP/2.0 200 OK\r\n"],
	["header fields behind it", "SIP/2.0 200 OK\r\nTo: <sip:b@192.0.2.3>\r\n"],
])("the status line of a report is read with %s", async (_what, body) => {
	const { bench, leg } = await answeredLeg();
	const reports: string[] = [];
	leg.refer("sip:bob@192.0.2.3", "<sip:click2call@example.com>", {
		onAccepted: () => {},
		onRefused: () => {},
		onReport: (status) => reports.push(`report ${status}`),
		onUnreported: () => {},
		onLost: (status) => reports.push(`lost ${status}`),
	});
	const headers = ["Event: refer", "Subscription-State: terminated;reason=noresource"];
	await bench.request(leg, "NOTIFY", { headers, type: "message/sipfrag", body });
	expect(reports).toEqual(["report 200"]);
});
