import { expect, test } from "bun:test";
import { LiveParts } from "../../../../src/http/page/parts-stream.ts";
import { LiveCalls } from "../../../../src/live/live-calls.ts";
import type { LiveCall } from "../../../../src/live/types.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { FakeCalls } from "../../api/support.ts";

function setUp() {
	const calls = new FakeCalls();
	const live = new LiveCalls();
	calls.events.subscribe(live.hear);
	const clock = new FakeClock();
	let renderings = 0;
	const parts = new LiveParts({
		live,
		clock,
		render: () => {
			renderings += 1;
			const open = live.list().length;
			return { parts: { list: `${open} open` }, announcement: "", done: open > 3 };
		},
	});
	const place = () =>
		void calls.place({ initiator: "a", destination: "b", anchor: true, origin: { via: "xml" } });
	const watch = () => {
		const heard: string[] = [];
		const stop = parts.subscribe((event, last) => {
			heard.push(`${/\d+ open/.exec(event)?.[0]}${last ? ", the last" : ""}`);
		});
		return { heard, stop };
	};
	return { live, clock, place, watch, renderings: () => renderings };
}

test("all who look at a page get the same rendering of it", () => {
	const { clock, place, watch, renderings } = setUp();
	const viewers = Array.from({ length: 50 }, watch);
	const before = renderings();
	place();
	clock.advance(0);
	expect(renderings() - before).toBe(1);
	for (const { heard } of viewers) expect(heard).toEqual(["0 open", "1 open"]);
});

test("changes are gathered for 150 ms, and the last one is never lost", () => {
	const { clock, place, watch } = setUp();
	const { heard } = watch();
	place();
	clock.advance(0);
	place();
	clock.advance(149);
	expect(heard).toEqual(["0 open", "1 open"]);
	clock.advance(1);
	expect(heard).toEqual(["0 open", "1 open", "2 open"]);
	clock.advance(150);
	place();
	clock.advance(0);
	expect(heard.at(-1)).toBe("3 open");
});

test("who comes later gets the page as it is now, and so do the others", () => {
	const { clock, place, watch } = setUp();
	const first = watch();
	place();
	const second = watch();
	expect(second.heard).toEqual(["1 open"]);
	clock.advance(500);
	expect(first.heard).toEqual(["0 open", "1 open"]);
	expect(second.heard).toEqual(["1 open"]);
});

test("a page that does not change any more says so, whenever one comes", () => {
	const { clock, place, watch } = setUp();
	const { heard } = watch();
	for (let count = 0; count < 4; count += 1) place();
	clock.advance(0);
	expect(heard.at(-1)).toBe("4 open, the last");
	expect(watch().heard).toEqual(["4 open, the last"]);
});

test("for nobody nothing is rendered, and no timer runs", () => {
	const { clock, place, watch, renderings } = setUp();
	const { stop } = watch();
	place();
	stop();
	const before = renderings();
	place();
	clock.advance(1000);
	expect(renderings()).toBe(before);
	expect(clock.pending).toBe(0);
	expect(watch().heard).toEqual(["2 open"]);
});

test("a page changes when other boxes are lost, and when they are seen again", () => {
	const { live, clock, watch } = setUp();
	live.box = "here";
	const { heard, stop } = watch();
	live.elsewhere("there", { at: 1, kind: "state", call: callOf("other") });
	clock.advance(0);
	live.sight.lostSince = 1000;
	clock.advance(150);
	live.sight.lostSince = undefined;
	clock.advance(150);
	expect(heard).toEqual(["0 open", "1 open", "0 open", "1 open"]);
	stop();
	live.sight.lostSince = 2000;
	clock.advance(150);
	expect(heard).toHaveLength(4);
});

function callOf(id: string): LiveCall {
	return {
		id,
		way: "anchor",
		state: "connected",
		initiator: { address: "201", uri: "sip:201@pbx", state: "answered" },
		destination: { address: "301", uri: "sip:301@pbx", state: "answered" },
		origin: { via: "xml" },
		startedAt: 1,
	};
}
