import { expect, test } from "bun:test";
import { Ledger } from "../../../../../scripts/benchmark/soak/ledger.ts";
import type { CallKind } from "../../../../../scripts/benchmark/soak/mix.ts";

const KIND: CallKind = {
	name: "plain",
	share: 100,
	initiator: "answer",
	destination: "answer",
	anchored: false,
	transport: "UDP",
	expected: { code: 200, leg: "Destination" },
};

/** A call that went as it must. */
function ledgerOfOne(): Ledger {
	const ledger = new Ledger();
	ledger.place(1, KIND, 0);
	ledger.accepted(1, "one");
	ledger.result(1, 100, "", 1);
	ledger.result(1, 200, "Initiator", 2);
	ledger.result(1, 200, "Destination", 3);
	ledger.ended("one");
	return ledger;
}

test("a call with one final result and one end is in order", () => {
	const ledger = ledgerOfOne();
	expect(ledger.verdict()).toEqual({ wrong: 0, complaints: [] });
	expect([ledger.placed, ledger.open, ledger.latencies]).toEqual([1, 0, [3]]);
});

test("a result after the final one is wrong", () => {
	const ledger = ledgerOfOne();
	ledger.result(1, 408, "Destination", 4);
	expect(ledger.verdict().complaints[0]).toBe("call 1 (plain): 408 Destination after its final result");
});

test("another final result than the kind has is wrong", () => {
	const ledger = new Ledger();
	ledger.place(1, KIND, 0);
	ledger.accepted(1, "one");
	ledger.result(1, 486, "Initiator", 1);
	ledger.ended("one");
	expect(ledger.verdict()).toEqual({
		wrong: 1,
		complaints: ["call 1 (plain): 486 Initiator, 200 Destination was expected"],
	});
});

test("a call without a final result is complained about once", () => {
	const ledger = new Ledger();
	ledger.place(1, KIND, 0);
	ledger.accepted(1, "one");
	ledger.ended("one");
	ledger.overdue(59_999, 60_000);
	expect(ledger.open).toBe(1);
	ledger.overdue(60_000, 60_000);
	ledger.overdue(120_000, 60_000);
	expect(ledger.verdict().complaints).toEqual(["call 1 (plain): no final result after 60 s"]);
});

test("the stream of events must tell each end once", () => {
	const twice = ledgerOfOne();
	twice.ended("one");
	expect(twice.verdict().complaints).toEqual(["call 1 (plain): the stream of events told its end 2 times"]);
	const never = new Ledger();
	never.place(1, KIND, 0);
	never.accepted(1, "one");
	never.result(1, 200, "Destination", 3);
	expect(never.verdict().complaints).toEqual(["call 1 (plain): the stream of events told its end 0 times"]);
});
