import { expect, test } from "bun:test";
import { SimulatedPhone } from "../../../src/simulator/phone.ts";
import { startLossyPhone } from "../../support/lossy-relay.ts";

const TIMERS = { t1: 5, t2: 40 };

test("phones behind a link that loses 20 % each way complete every call without a fault", async () => {
	const caller = await SimulatedPhone.start({
		address: "127.0.0.1",
		port: 0,
		protocol: "UDP",
		timers: TIMERS,
	});
	const server = { address: "127.0.0.1", port: caller.port };
	const link = { loss: 0.2, seed: 7 };
	const lossy = await startLossyPhone(link, server, { timers: TIMERS });
	for (let count = 0; count < 10; count++) {
		const answered = caller.when("media");
		const call = caller.call(lossy.phone.uri("answer"));
		await answered;
		expect(await call.hold()).toBe(200);
		if (count % 2 === 0) call.hangup();
		else lossy.phone.hangup();
		await Promise.all([caller.idle(), lossy.phone.idle()]);
	}
	expect(lossy.relay.counters.dropped).toBeGreaterThan(5);
	expect(lossy.phone.counters.repeatedIn + lossy.phone.counters.repeatedOut).toBeGreaterThan(0);
	expect([...caller.faults, ...lossy.phone.faults]).toEqual([]);
	await Promise.all([caller.stop(), lossy.stop()]);
});

test("every datagram of a call goes through the link, from either side", async () => {
	const caller = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
	const lossy = await startLossyPhone({ loss: 0, seed: 1 }, { address: "127.0.0.1", port: caller.port });
	const answered = caller.when("media");
	const call = caller.call(lossy.phone.uri("answer"));
	await answered;
	const [taken] = lossy.phone.calls;
	expect(await taken?.hold()).toBe(200);
	call.hangup();
	await Promise.all([caller.idle(), lossy.phone.idle()]);
	expect(lossy.relay.counters).toEqual({ passed: taken?.messages.length ?? 0, dropped: 0 });
	expect(lossy.phone.uri("answer")).toBe(`sip:answer@127.0.0.1:${lossy.relay.front.port}`);
	expect(caller.faults).toEqual([]);
	await Promise.all([caller.stop(), lossy.stop()]);
});
