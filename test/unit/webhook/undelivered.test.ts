import { expect, test } from "bun:test";
import { receiverName, UndeliveredEvents } from "../../../src/webhook/undelivered.ts";

const notice = (number: number) => ({
	id: `evt_r_${number}`,
	key: "call",
	body: `{"number":${number},"text":"a\nb"}`,
});

/** Three events for two receivers; one receiver is done with the second, both with the third. */
function written(): string[] {
	const events = new UndeliveredEvents();
	for (let number = 1; number <= 3; number += 1) events.add(notice(number), 1000 * number, ["one", "other"]);
	const entries = [...events.entries()];
	entries.push(events.done("evt_r_2", "one") ?? "", events.done("evt_r_3", "other") ?? "");
	entries.push(events.done("evt_r_3", "one") ?? "");
	expect(events.done("evt_r_3", "one")).toBeUndefined();
	expect(UndeliveredEvents.read(events.entries(), ["one", "other"], 0).entries()).toEqual(events.entries());
	return entries;
}

test("what each receiver has not got is read back, in order", () => {
	const entries = written();
	expect(entries.every((entry) => !entry.includes("\n"))).toBeTrue();
	const events = UndeliveredEvents.read(entries, ["one", "other"], 0);
	expect(events.of("one")).toEqual([notice(1)]);
	expect(events.of("other")).toEqual([notice(1), notice(2)]);
	expect(events.size).toBe(2);
});

test("what is too old, or for a receiver that is no longer there, is forgotten", () => {
	expect(UndeliveredEvents.read(written(), ["one", "other"], 1001).of("other")).toEqual([notice(2)]);
	const events = UndeliveredEvents.read(written(), ["one", "third"], 0);
	expect([events.of("one"), events.of("other"), events.of("third")]).toEqual([[notice(1)], [], []]);
});

test("entries that make no sense are passed over; a file of something else holds nothing", () => {
	const [head = "", ...rest] = written();
	const odd = ["+{", "+7", '+{"id":1}', "-", "- -", "?", ""];
	expect(UndeliveredEvents.read([head, ...odd, ...rest], ["one", "other"], 0).size).toBe(2);
	expect(UndeliveredEvents.read(["{}", ...rest], ["one", "other"], 0).size).toBe(0);
	expect(UndeliveredEvents.read([], ["one", "other"], 0).size).toBe(0);
});

test("a receiver's name tells nothing of its URL", () => {
	expect(receiverName("https://user:pass@a.example/secret")).toMatch(/^[0-9a-f]{12}$/);
	expect(receiverName("https://a.example/1")).not.toBe(receiverName("https://a.example/2"));
});
