/**
 * Micro-benchmark: microseconds of the main thread that the history takes for a call, hearing its ten
 * events and writing its row; how much the memory grows; and how long the longest block is.
 *
 * @example bun scripts/benchmark/history.ts [calls]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallSnapshot, CallState } from "../../src/call/events.ts";
import { inProgress, progress } from "../../src/call/results.ts";
import { PLAIN_CSV } from "../../src/history/csv.ts";
import { History } from "../../src/history/history.ts";
import { NULL_LOGGER } from "../../src/log/null-logger.ts";
import { randomToken } from "../../src/random.ts";
import { systemClock } from "../../src/time/system-clock.ts";

const calls = Number(process.argv[2] ?? 100_000);
const CHUNK = 1000;
const MEGABYTE = 1024 * 1024;

const folder = mkdtempSync(join(tmpdir(), "history-benchmark-"));
const path = join(folder, "history.sqlite");
const history = new History({ path, days: 90, clock: systemClock, log: NULL_LOGGER });
await history.flush();
play(CHUNK);
await history.flush();
const before = memory();
let hearing = 0;
let longest = 0;
const started = process.cpuUsage();
for (let done = 0; done < calls; done += CHUNK) {
	const start = performance.now();
	play(CHUNK);
	hearing += performance.now() - start;
	await watched(history.flush());
}
const { user, system } = process.cpuUsage(started);
const after = memory();

console.log(`${calls} anchored calls, ${CHUNK} a batch; microseconds a call`);
report("hear (10 events)", (hearing * 1000) / calls);
report("hear and write, CPU of all threads", (user + system) / calls);
console.log(`longest time that nothing else ran   ${longest.toFixed(1)} ms`);
console.log(`memory after / before                ${after.toFixed(1)} / ${before.toFixed(1)} MB`);
await measure("first page", () => history.search({}));
await measure("text that is rarely found", () => history.search({ text: "nowhere" }));
await measure("90 days", async () => history.callsPerDay(90));
await measure("CSV of all", async () => {
	for await (const _ of history.exportCsv(PLAIN_CSV));
});
await history.close();
rmSync(folder, { recursive: true });

function play(count: number): void {
	for (let index = 0; index < count; index += 1) {
		const id = randomToken(8);
		const startedAt = Date.now();
		const request = {
			initiator: `49305551${index}`,
			destination: "+4989123456",
			anchor: true,
			origin: { via: "xml", peer: "192.0.2.7" },
		} as const;
		const snapshot = (state: CallState): CallSnapshot => ({
			id,
			request,
			initiator: `sip:${request.initiator}@pbx.example.com`,
			destination: "sip:+4989123456@pbx.example.com",
			way: "anchor",
			state,
			startedAt,
			age: Date.now() - startedAt,
		});
		const result = (state: CallState, value: ReturnType<typeof progress>): void =>
			history.hear({ kind: "result", call: snapshot(state), result: value });
		const enter = (state: CallState): void => history.hear({ kind: "state", call: snapshot(state) });
		history.hear({ kind: "placed", call: snapshot("calling initiator") });
		result("calling initiator", inProgress("sip:a@b", "sip:c@d"));
		result("calling initiator", progress(180, "Initiator"));
		result("calling initiator", progress(200, "Initiator"));
		enter("calling destination");
		result("calling destination", progress(180, "Destination"));
		enter("joining");
		enter("connected");
		result("connected", progress(200, "Destination"));
		enter("ended");
	}
}

/** Notes for how long at most nothing else can run meanwhile. */
async function watched(work: Promise<void>): Promise<void> {
	let over = false;
	let last = performance.now();
	const tick = (): void => {
		const now = performance.now();
		longest = Math.max(longest, now - last);
		last = now;
		if (!over) setImmediate(tick);
	};
	setImmediate(tick);
	await work;
	over = true;
}

function memory(): number {
	Bun.gc(true);
	return process.memoryUsage.rss() / MEGABYTE;
}

async function measure(name: string, run: () => Promise<unknown>): Promise<void> {
	const start = performance.now();
	await run();
	console.log(`${name.padEnd(36)} ${(performance.now() - start).toFixed(2)} ms`);
}

function report(name: string, microseconds: number): void {
	console.log(`${name.padEnd(36)} ${microseconds.toFixed(2)}`);
}
