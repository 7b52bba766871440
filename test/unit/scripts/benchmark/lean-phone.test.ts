/** The lean phones against our own server's parts would prove little; here simulated phones call them. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { LeanPhone } from "../../../../scripts/benchmark/lean-phone.ts";
import { SimulatedPhone } from "../../../../src/simulator/phone.ts";

let heard: string[];
let lean: LeanPhone;
let caller: SimulatedPhone;

beforeEach(async () => {
	heard = [];
	lean = await LeanPhone.start({
		acknowledged: (user) => heard.push(`acknowledged ${user}`),
		referred: (user) => heard.push(`referred ${user}`),
		ended: (user) => heard.push(`ended ${user}`),
	});
	caller = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
});

afterEach(async () => {
	await caller.stop();
	lean.stop();
	expect(caller.faults).toEqual([]);
	expect(lean.surprises).toEqual([]);
});

test("it answers a call without a fault that a phone would find, and takes a re-INVITE and the BYE", async () => {
	const answered = caller.when("answered");
	const call = caller.call(lean.uri("i7"));
	await answered;
	expect(await call.hold()).toBe(200);
	expect(await call.resume()).toBe(200);
	call.hangup();
	await caller.idle();
	expect(heard).toEqual(["acknowledged i7", "ended i7"]);
	expect([lean.open, lean.retransmissions, lean.lost]).toEqual([0, 0, 0]);
});

test("it hangs up when it is told to", async () => {
	const answered = caller.when("answered");
	caller.call(lean.uri("i7"));
	await answered;
	const ended = caller.when("ended");
	lean.hangUp("i7");
	await ended;
	await caller.idle();
	lean.hangUp("i8");
	expect(lean.open).toBe(0);
});
