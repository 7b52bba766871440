import { describe, expect, test } from "bun:test";
import { answeredLeg } from "../../../support/leg-bench.ts";

/** A leg whose phone has asked for a transfer that is done: the last NOTIFY is out, and the leg is to end. */
async function transferred(headers: readonly string[] = []) {
	const made = await answeredLeg();
	const { bench, leg } = made;
	await bench.request(leg, "REFER", { headers: ["Refer-To: <sip:carol@192.0.2.4>", ...headers] });
	bench.transfer?.report(200);
	const notify = bench.last();
	leg.end();
	const byes = (): number => bench.methods().filter((method) => method === "BYE").length;
	return { ...made, notify, byes };
}

describe("the BYE to a phone that was told the result of its transfer", () => {
	test.each([200, 481])("waits for its answer (%d)", async (status) => {
		const { bench, notify, byes } = await transferred();
		expect(notify).toStartWith("NOTIFY ");
		bench.clock.advance(1500);
		expect(byes()).toBe(0);
		await bench.respond(notify, status);
		expect(byes()).toBe(1);
		await bench.respond(bench.last("BYE"), 200);
		expect(bench.endpoint.legs).toBe(0);
		expect(bench.timers).toBe(0);
	});

	test("waits for 2 s at most", async () => {
		const { bench, notify, byes } = await transferred();
		bench.clock.advance(1999);
		expect(byes()).toBe(0);
		bench.clock.advance(1);
		expect(byes()).toBe(1);
		await bench.respond(notify, 200);
		expect(byes()).toBe(1);
	});

	test("is not sent when the phone hangs up meanwhile", async () => {
		const { bench, leg, notify, byes } = await transferred();
		await bench.request(leg, "BYE");
		expect(bench.last("SIP/2.0 200")).toContain("BYE");
		await bench.respond(notify, 200);
		bench.clock.advance(10_000);
		expect(byes()).toBe(0);
		expect(bench.endpoint.legs).toBe(0);
	});

	test("goes out at once when the phone wants no reports", async () => {
		const { byes } = await transferred(["Refer-Sub: false"]);
		expect(byes()).toBe(1);
	});

	test("goes out at once when the reports are answered", async () => {
		const { bench, leg } = await answeredLeg();
		await bench.request(leg, "REFER", { headers: ["Refer-To: <sip:carol@192.0.2.4>"] });
		bench.transfer?.report(486);
		await bench.respond(bench.last("NOTIFY"), 200);
		leg.end();
		expect(bench.last()).toStartWith("BYE ");
	});
});
