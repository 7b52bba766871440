import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Sight } from "../../../src/live/sight.ts";
import type { LiveCall } from "../../../src/live/types.ts";
import { MAX_WAITING_BYTES } from "../../../src/net/output-queue.ts";
import { VERSION } from "../../../src/version.ts";
import { callLines, readPageStart, serverLines, statusPage } from "../../../src/xml/status.ts";

function callOf(changes: Partial<LiveCall> = {}): LiveCall {
	return {
		id: "9e080b206ba2201c",
		way: "refer",
		state: "referring",
		initiator: { address: "201", uri: "sip:201@pbx", state: "answered" },
		destination: { address: "a & <b>", uri: "sip:b@gw", state: "ringing" },
		origin: { via: "xml", peer: "192.0.2.7" },
		startedAt: 1_700_000_000_000,
		...changes,
	};
}

const tellOf = (calls: readonly LiveCall[]) => ({
	list: () => [...calls],
	get: (id: string) => calls.find((call) => call.id === id),
	inProgress: calls.length,
	sight: new Sight(),
});

const idsOf = (lines: string): string[] => [...lines.matchAll(/<Id>(.*?)<\/Id>/g)].map(([, id = ""]) => id);
const nextOf = (lines: string) => readPageStart(/<Next>(.*?)<\/Next>/.exec(lines)?.[1] ?? "");

describe("the status", () => {
	test("tells the version, whether the server is about to stop, and how many calls are in progress", () => {
		const lines = serverLines(tellOf([callOf()]), false);
		expect(lines).toStartWith(`    <Version>${VERSION}</Version>\r\n`);
		expect(lines).toEndWith("    <Draining>false</Draining>\r\n    <InProgress>1</InProgress>\r\n");
	});

	test("tells since when other boxes are not seen", () => {
		const live = tellOf([]);
		live.sight.lostSince = 1_700_000_000_000;
		expect(serverLines(live, false)).toEndWith(
			"    <ClusterLostSince>2023-11-14T22:13:20.000Z</ClusterLostSince>\r\n",
		);
	});

	test("tells a call as it stands, escaped", () => {
		expect(callLines(callOf())).toBe(
			[
				"    <Call>",
				"      <Id>9e080b206ba2201c</Id>",
				"      <Way>refer</Way>",
				"      <State>referring</State>",
				'      <Initiator State="answered">201</Initiator>',
				"      <TranslatedInitiator>sip:201@pbx</TranslatedInitiator>",
				'      <Destination State="ringing">a &amp; &lt;b&gt;</Destination>',
				"      <TranslatedDestination>sip:b@gw</TranslatedDestination>",
				"      <StartedAt>2023-11-14T22:13:20.000Z</StartedAt>",
				"      <Via>xml</Via>",
				"      <Peer>192.0.2.7</Peer>",
				"    </Call>",
				"",
			].join("\r\n"),
		);
	});

	test("tells how a call went, but not as a result of the order", () => {
		const lines = callLines(
			callOf({
				state: "ended",
				origin: { via: "http", user: "admin" },
				answeredAt: 1_700_000_001_000,
				endedAt: 1_700_000_061_000,
				endedBy: "operator",
				result: { code: 200, leg: "Destination", text: "Connected to destination" },
			}),
		);
		expect(lines).toContain("<AnsweredAt>2023-11-14T22:13:21.000Z</AnsweredAt>");
		expect(lines).toContain("<EndedAt>2023-11-14T22:14:21.000Z</EndedAt>");
		expect(lines).toContain("<EndedBy>operator</EndedBy>");
		expect(lines).toContain("<User>admin</User>");
		expect(lines).toContain(
			'<FinalResult Code="200" Leg="Destination">Connected to destination</FinalResult>',
		);
		expect(lines).not.toContain("<Result");
	});

	test("comes in pages that tell every call once, oldest first, also while others end", () => {
		fc.assert(
			fc.property(fc.array(fc.nat({ max: 50 }), { maxLength: 700 }), (times) => {
				const calls = times.map((startedAt, at) => callOf({ id: `c${at}`, startedAt }));
				const heard: string[] = [];
				let left = calls;
				let after: ReturnType<typeof nextOf>;
				for (let pages = 0; pages < 20; pages += 1) {
					const { lines, more } = statusPage(tellOf(left), after);
					heard.push(...idsOf(lines));
					after = nextOf(lines);
					expect(after !== undefined).toBe(more);
					if (!more) break;
					// The one that the next page begins after has ended meanwhile.
					left = left.filter(({ id }) => id !== after?.id);
				}
				const byTime = calls.toSorted((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1));
				expect(heard).toEqual(byTime.map(({ id }) => id));
			}),
			{ numRuns: 30 },
		);
	});

	test("never fills what a client may leave unread, however many calls there are and however long", () => {
		const long = { address: "&".repeat(512), uri: `sip:${"&".repeat(512)}@h`, state: "calling" } as const;
		const many = Array.from({ length: 5000 }, (_, at) =>
			callOf({ id: `c${at}`, initiator: long, destination: long }),
		);
		const { lines, more } = statusPage(tellOf(many));
		expect(more).toBe(true);
		expect(Buffer.byteLength(lines)).toBeLessThan(MAX_WAITING_BYTES / 8);
	});
});

test.each(["", "c1", "-c1", "1-", "1-a b", "1234567890123456-c1", "1.5-c1"])("%p begins no page", (text) => {
	expect(readPageStart(text)).toBeUndefined();
});
