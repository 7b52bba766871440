/** Simulated phones, which look for faults, call the lean ones, which do not. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { LeanPhone } from "../../../../scripts/benchmark/lean-phone.ts";
import { SimulatedPhone } from "../../../../src/simulator/phone.ts";

let heard: string[];
let ended: PromiseWithResolvers<void>;
let lean: LeanPhone;
let caller: SimulatedPhone;

beforeEach(async () => {
	heard = [];
	ended = Promise.withResolvers();
	lean = await LeanPhone.start({
		acknowledged: (user) => heard.push(`acknowledged ${user}`),
		referred: (user) => heard.push(`referred ${user}`),
		ended: (user) => {
			heard.push(`ended ${user}`);
			ended.resolve();
		},
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
	expect(await call.resume()).toBe(200);
	call.hangup();
	await Promise.all([ended.promise, caller.idle()]);
	expect(heard).toEqual(["acknowledged i7", "ended i7"]);
	expect([lean.open, lean.retransmissions, lean.lost]).toEqual([0, 0, 0]);
});

test("it hangs up when it is told to", async () => {
	const answered = caller.when("answered");
	caller.call(lean.uri("i7"));
	await answered;
	lean.hangUp("i8");
	lean.hangUp("i7");
	await ended.promise;
	await caller.idle();
	expect([lean.open, lean.retransmissions, lean.lost]).toEqual([0, 0, 0]);
});
