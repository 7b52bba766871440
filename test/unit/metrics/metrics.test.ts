import { describe, expect, test } from "bun:test";
import { CallCounters } from "../../../src/metrics/call-counters.ts";
import { EventLoopDelay } from "../../../src/metrics/event-loop-delay.ts";
import { Histogram } from "../../../src/metrics/histogram.ts";
import { Metrics } from "../../../src/metrics/metrics.ts";
import type { MetricSources } from "../../../src/metrics/sources.ts";
import { SipCounters } from "../../../src/sip/transport/counters.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { Scrape } from "../../support/prometheus-text.ts";

function sourcesOf(changes: Partial<MetricSources> = {}) {
	const clock = new FakeClock();
	const messages = new SipCounters();
	const calls = new CallCounters(() => clock.now());
	const sources: MetricSources = {
		version: "1.2.3",
		commit: "abc",
		calls,
		openCalls: () => 3,
		sip: () => ({
			legs: 4,
			transactions: { clients: 5, servers: 6 },
			connections: { TCP: 7, TLS: 8 },
			messages,
			repetitions: { retransmissions: 9, absorbed: 10, unmatched: 11, refused: 12 },
		}),
		loop: new EventLoopDelay(clock),
		...changes,
	};
	return { sources, messages, calls };
}

async function scrapeOf(sources: MetricSources): Promise<Scrape> {
	const { contentType, text } = await new Metrics(sources).scrape();
	expect(contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
	return new Scrape(text);
}

describe("a scrape", () => {
	test("tells of several boxes as this one sees them", async () => {
		const commands = new Histogram([0.01, 0.1]);
		commands.observe(0.005);
		const box = { name: "one", alive: true, calls: 3 };
		const cluster = {
			lostSince: undefined,
			boxes: [box, { name: "two", alive: false, calls: 0 }],
			takeOvers: 1,
			fenced: 0,
			lag: 0.5,
			heardLag: 0.25,
			commands,
			registrar: undefined,
		};
		const seen = await scrapeOf(sourcesOf({ cluster: () => cluster }).sources);
		expect(seen.value("clicktocall_cluster_seen")).toBe(1);
		expect(seen.value("clicktocall_cluster_lease", { box: "two" })).toBe(0);
		expect(seen.value("clicktocall_cluster_calls", { box: "one" })).toBe(3);
		expect(seen.value("clicktocall_cluster_takeovers_total")).toBe(1);
		expect(seen.value("clicktocall_cluster_lag_seconds")).toBe(0.5);
		expect(seen.value("clicktocall_cluster_heard_lag_seconds")).toBe(0.25);
		expect(seen.value("clicktocall_cluster_command_seconds_bucket", { le: "0.01" })).toBe(1);
		const lost = await scrapeOf(sourcesOf({ cluster: () => ({ ...cluster, lostSince: 1000 }) }).sources);
		expect(lost.value("clicktocall_cluster_seen")).toBe(0);
	});

	test("is right in its format, before anything has happened and with everything switched on", async () => {
		const everything = {
			xmlClients: () => 2,
			httpAnswers: () => [0, 0, 1, 2, 3, 4],
			history: () => ({ waiting: 5, lost: 6 }),
			registered: () => true,
			webhooks: () => [{ delivered: 1, failed: 2, dropped: 3, retries: 4, waiting: 5 }],
		};
		const few = await scrapeOf(sourcesOf().sources);
		const all = await scrapeOf(sourcesOf(everything).sources);
		expect(all.names.filter((name) => !few.names.includes(name))).toEqual([
			"clicktocall_registered",
			"clicktocall_xml_clients",
			"clicktocall_http_responses_total",
			"clicktocall_history_waiting",
			"clicktocall_history_lost_total",
			"clicktocall_webhook_events_total",
			"clicktocall_webhook_retries_total",
			"clicktocall_webhook_waiting",
		]);
		expect(all.value("clicktocall_http_responses_total", { code: "5xx" })).toBe(4);
		expect(all.value("clicktocall_webhook_events_total", { webhook: "1", outcome: "failed" })).toBe(2);
		expect(all.value("clicktocall_registered")).toBe(1);
	});

	test("tells how it stands each time that it is made", async () => {
		const { sources, messages, calls } = sourcesOf();
		const metrics = new Metrics(sources);
		const before = new Scrape((await metrics.scrape()).text);
		messages.sent("INVITE sip:a@b SIP/2.0\r\n");
		messages.messagesReceived.response(486);
		calls.answered.Destination.observe(0.3);
		calls.results.refer.Initiator[4] = 1;
		const after = new Scrape((await metrics.scrape()).text);
		const invites = { direction: "sent", method: "INVITE" };
		expect(before.value("clicktocall_sip_requests_total", invites)).toBe(0);
		expect(after.value("clicktocall_sip_requests_total", invites)).toBe(1);
		expect(after.value("clicktocall_sip_responses_total", { direction: "received", code: "486" })).toBe(1);
		expect(after.value("clicktocall_answer_seconds_bucket", { leg: "destination", le: "0.25" })).toBe(0);
		expect(after.value("clicktocall_answer_seconds_bucket", { leg: "destination", le: "0.5" })).toBe(1);
		expect(after.value("clicktocall_answer_seconds_sum", { leg: "destination" })).toBe(0.3);
		expect(after.value("clicktocall_calls_total", { way: "refer", leg: "initiator", code: "4xx" })).toBe(1);
		expect(after.sum("clicktocall_calls_total")).toBe(1);
		expect(after.value("process_resident_memory_bytes")).toBeGreaterThan(1e6);
		expect(after.value("clicktocall_build_info", { version: "1.2.3", commit: "abc" })).toBe(1);
	});
});

test("a value on a bound belongs to the bucket of that bound", () => {
	const histogram = new Histogram([1, 2]);
	for (const value of [0, 1, 1.5, 2, 3]) histogram.observe(value);
	expect(histogram.cumulative).toEqual([2, 4, 5]);
	expect(histogram.sum).toBe(7.5);
});
