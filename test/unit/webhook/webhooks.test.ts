import { afterAll, afterEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Posting } from "../../../src/webhook/post.ts";
import { Webhooks } from "../../../src/webhook/webhooks.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";
import { eventOf, NOW, noticeOf, settled } from "./support.ts";

const folder = mkdtempSync(join(tmpdir(), "clicktocall-webhooks-"));
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterAll(() => rmSync(folder, { recursive: true }));

const ONE = "https://user:pass@one.example/secret";
const OTHER = "https://other.example/";

/** The webhooks of one process; a test kills it by no longer using it. */
class Process {
	readonly clock = new FakeClock();
	readonly log = new MemoryLogger("INFO");
	/** What was posted, as `host event`, and the ids by that. */
	readonly posted: string[] = [];
	readonly ids = new Map<string, string>();
	readonly webhooks: Webhooks;

	/** @param statusOf what a receiver answers. */
	constructor(
		path: string | undefined,
		statusOf: (host: string) => number,
		urls: readonly string[] = [ONE, OTHER],
		now = NOW,
	) {
		const post = async ({ url, body, headers }: Posting) => {
			const { host } = new URL(url);
			const said = `${host.split(".")[0]} ${body}`;
			this.posted.push(said);
			this.ids.set(said, headers["Webhook-Id"] ?? "");
			return { status: statusOf(host) };
		};
		this.webhooks = new Webhooks({
			receivers: urls.map((url) => ({ url, secret: "" })),
			body: (event) => noticeOf(event).body,
			path,
			clock: this.clock,
			wall: { now: () => now + this.clock.now() },
			log: this.log,
			post,
		});
		cleanups.push(async () => {
			const closed = this.webhooks.close(0);
			await this.pass(0);
			await closed;
		});
	}

	/** Something happens, and what can be posted is. */
	async hear(...events: ReturnType<typeof eventOf>[]): Promise<void> {
		for (const event of events) this.webhooks.hear(event);
		await this.pass(0);
	}

	async pass(milliseconds: number): Promise<void> {
		this.clock.advance(milliseconds);
		for (let turns = 0; turns < 10; turns += 1) {
			await settled();
			this.clock.advance(0);
		}
	}
}

/** A copy of the file as it is now: what a process that is killed now would leave. */
let copies = 0;
function killedAt(path: string): string {
	const copy = join(folder, `copy-${copies++}`);
	writeFileSync(copy, readFileSync(path));
	return copy;
}

test("what a killed process has not delivered arrives after the restart, in order, with the same ids", async () => {
	const path = join(folder, "killed");
	const first = new Process(path, (host) => (host === "one.example" ? 503 : 200));
	await first.hear(eventOf("a", 1), eventOf("a", 2), eventOf("b", 3));
	await first.pass(40);
	const next = new Process(killedAt(path), () => 200);
	// What happens now comes after what happened before.
	await next.hear(eventOf("a", 4));
	const of = (start: string) => next.posted.filter((said) => said.startsWith(start));
	expect([of("one a"), of("one b"), of("other")]).toEqual([
		["one a/1", "one a/2", "one a/4"],
		["one b/3"],
		["other a/4"],
	]);
	expect(next.ids.get("one b/3")).toBe(first.ids.get("one b/3") ?? "none");
	expect(next.webhooks.figures.map(({ waiting }) => waiting)).toEqual([0, 0]);
	expect(next.log.lines).toEqual(["INFO events that were not delivered before the restart: 3"]);
});

test("an event is in the file as soon as what happens is over, not only once it is posted", async () => {
	const path = join(folder, "soon");
	const { webhooks } = new Process(path, () => 200);
	webhooks.hear(eventOf("a", 1));
	await Promise.resolve();
	expect(new Process(killedAt(path), () => 200).log.lines).toHaveLength(1);
});

test("what was delivered, or is a day old, is not posted again", async () => {
	const path = join(folder, "delivered");
	const first = new Process(path, (host) => (host === "one.example" ? 503 : 200));
	await first.hear(eventOf("a", 1));
	await first.pass(40);
	const [copy, old] = [killedAt(path), killedAt(path)];
	const next = new Process(copy, () => 200, [OTHER]);
	await next.pass(0);
	expect(next.posted).toEqual([]);
	const later = new Process(old, () => 200, [ONE], NOW + 86_400_001);
	await later.pass(0);
	expect(later.posted).toEqual([]);
});

test("what waits when the server stops is left for the next one", async () => {
	const path = join(folder, "stopped");
	const first = new Process(path, () => 503, [ONE]);
	await first.hear(eventOf("a", 1), eventOf("a", 2));
	const closed = first.webhooks.close(2000);
	await first.pass(0);
	await closed;
	const next = new Process(path, () => 200, [ONE]);
	await next.pass(0);
	expect(next.posted).toEqual(["one a/1", "one a/2"]);
	await next.webhooks.close(2000);
	const last = new Process(path, () => 200, [ONE]);
	await last.pass(0);
	expect(last.posted).toEqual([]);
	expect(first.clock.pending + next.clock.pending).toBe(0);
});

test("the file is the server's alone, holds no URL, and becomes small again", async () => {
	const path = join(folder, "small");
	const { webhooks, clock, ...rest } = new Process(path, () => 200);
	const events = Array.from({ length: 200 }, (_, number) => eventOf("x".repeat(4000), number));
	for (let round = 0; round < 3; round += 1) {
		for (const event of events) webhooks.hear(event);
		for (let turns = 0; turns < 450; turns += 1) {
			await settled();
			clock.advance(0);
		}
		clock.advance(1000);
		await Bun.sleep(0);
		// The disk takes the time it takes.
		for (let turns = 0; existsSync(`${path}-old`) && turns < 500; turns += 1) await Bun.sleep(10);
	}
	expect(rest.posted).toHaveLength(1200);
	expect(statSync(path).mode & 0o777).toBe(0o600);
	expect(statSync(path).size).toBeLessThan(3_000_000);
	expect(readFileSync(path, "utf8")).not.toMatch(/secret|pass|example/);
});

test("a file that cannot be used is logged, and events are delivered without it", async () => {
	const place = join(folder, "closed");
	const path = join(place, "file");
	const process = new Process(path, () => 200, [ONE]);
	await process.hear(eventOf("a", 1));
	expect(process.posted).toEqual(["one a/1"]);
	expect(process.log.lines).toEqual([
		`WARNING the file ${path} cannot be used; events that are not delivered end with the process: ENOENT`,
	]);
});

test("without a file, events end with the process", async () => {
	const process = new Process(undefined, () => 503, [ONE]);
	await process.hear(eventOf("a", 1));
	const closed = process.webhooks.close(2000);
	await process.pass(0);
	await closed;
	expect(process.webhooks.figures).toMatchObject([{ failed: 1 }]);
});
