import { expect, test } from "bun:test";
import { EventScanner } from "../../../../../scripts/benchmark/soak/event-reader.ts";

test("events are found however the stream is cut", () => {
	const text = 'id: 1\nevent: state\ndata: {"a":1}\n\n: alive\n\nevent: result\ndata: {"b":2}\n\n';
	for (let size = 1; size < text.length; size++) {
		const events: [string, string][] = [];
		const scanner = new EventScanner((event, data) => events.push([event, data]));
		for (let at = 0; at < text.length; at += size) scanner.push(text.slice(at, at + size));
		expect(events).toEqual([
			["state", '{"a":1}'],
			["result", '{"b":2}'],
		]);
	}
});
