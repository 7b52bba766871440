/** Calls of real phones that another box takes over: by keepalived's addresses, and by target refresh. Needs root. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Subprocess } from "bun";
import { Baresip } from "../support/baresip.ts";
import { BridgedNetwork } from "../support/bridged-network.ts";
import { RedisServer } from "../support/redis-server.ts";
import { ServerProcess } from "../support/server-process.ts";

const SAMPLE = resolve(import.meta.dir, "../../scripts/packaging/keepalived.conf");
/** Addresses of the two boxes, of each that moves, and of the phones. */
const BOXES = [1, 2] as const;
const MOVING = [11, 12] as const;
const PHONES = [21, 22] as const;
const PATIENCE = 25_000;

let network: BridgedNetwork;
let redis: RedisServer;
let folder: string;
let boxes: ServerProcess[];
let machines: ((...command: string[]) => string[])[];
let phones: Baresip[];
let keepers: Subprocess[];

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "keepalived-"));
	[boxes, phones, keepers] = [[], [], []];
	network = new BridgedNetwork();
	machines = BOXES.map((host) => network.machine(host));
	redis = await RedisServer.start("--bind", "127.0.0.1", network.address(254), "--protected-mode", "no");
	const inside = network.machine(...PHONES);
	phones = await Promise.all(
		PHONES.map((host) =>
			Baresip.start({
				address: network.address(host),
				port: 5060,
				control: 4444,
				inside,
				rtp: 10_000 + host * 200,
			}),
		),
	);
});

afterEach(async () => {
	for (const phone of phones) await phone.stop();
	for (const box of boxes) await box.crash(() => {});
	for (const keeper of keepers) {
		keeper.kill();
		await keeper.exited;
	}
	await redis.stop();
	network.remove();
	rmSync(folder, { recursive: true });
});

async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
	const start = performance.now();
	while (!(await isSo())) {
		if (performance.now() - start > PATIENCE)
			throw new Error(`not so: ${what}\n${boxes.map(({ output }) => output.slice(-6000)).join("\n---\n")}`);
		await Bun.sleep(50);
	}
}

async function startBoxes(takeOver: "address" | "refresh"): Promise<void> {
	const isMoving = takeOver === "address";
	for (const [index, inside] of machines.entries()) {
		const own = network.address(BOXES[index] ?? 0);
		boxes.push(
			await ServerProcess.start({
				inside,
				host: own,
				settings: {
					NodeName: `box${index + 1}`,
					...(isMoving ? { NodeAddress: network.address(MOVING[index] ?? 0) } : { IPAddress: own }),
					TakeOver: takeOver,
					ClusterUrl: `redis://${network.address(254)}:${redis.port}`,
					KeepCalls: 1,
				},
			}),
		);
	}
}

/** Runs keepalived on both machines with the sample, as its comments say. */
async function startKeepalived(): Promise<void> {
	for (const [index, inside] of machines.entries()) {
		let text = readFileSync(SAMPLE, "utf8")
			.replaceAll("192.0.2.", network.address(0).slice(0, -1))
			.replaceAll("localhost:5090", `localhost:${boxes[index]?.httpPort}`);
		if (index > 0) text = text.replaceAll(/priority (\d+) # on box2: (\d+)/g, "priority $2");
		const file = join(folder, `box${index + 1}`);
		writeFileSync(file, text);
		const pids = ["-p", `${file}.pid`, "-r", `${file}.vrrp.pid`];
		const command = inside("keepalived", "-n", "-G", "-P", "-f", file, ...pids);
		keepers.push(Bun.spawn(command, { stdout: "ignore", stderr: "ignore" }));
	}
	for (const [index, box] of boxes.entries())
		await until("each box has noticed its address", () =>
			new RegExp(
				`addresses of this machine.*${network.address(MOVING[index] ?? 0).replaceAll(".", "\\.")}`,
			).test(box.output),
		);
}

async function boxOfCall(box: ServerProcess): Promise<unknown> {
	const answer = await fetch(`http://${box.host}:${box.httpPort}/api/v1/calls`);
	const { calls } = (await answer.json()) as { calls: { box: string; state: string }[] };
	return calls.find(({ state }) => state === "connected")?.box;
}

/** How often something is in the log of a box. */
function count(text: string, what: RegExp): number {
	return text.match(what)?.length ?? 0;
}

test.each(["address", "refresh"] as const)(
	"take-over by %s: a real phone's hang-up reaches the other one through the other box, by one BYE",
	async (way) => {
		await startBoxes(way);
		if (way === "address") await startKeepalived();
		const [first, second] = boxes as [ServerProcess, ServerProcess];
		const [alice, bob] = phones as [Baresip, Baresip];
		const call = first.run("call", alice.uri, bob.uri, "--anchor");
		await alice.event("CALL_INCOMING");
		alice.command("accept");
		await bob.event("CALL_INCOMING");
		bob.command("accept");
		expect((await call).stdout).toContain("200 Destination");
		await until("the other box knows the call", async () => (await boxOfCall(second)) === "box1");
		await first.kill();
		await until("the other box has it", async () => (await boxOfCall(second)) === "box2");
		alice.clear();
		bob.clear();
		// Both phones have heard of it, and agree.
		await until("both phones were asked", () => count(second.output, /CSeq: \d+ ACK/g) >= 2);
		alice.command("hangup");
		await Promise.all([alice.event("CALL_CLOSED"), bob.event("CALL_CLOSED")]);
		expect(alice.events.concat(bob.events).filter(({ type }) => type === "CALL_CLOSED")).toHaveLength(2);
		await until("the call is over", async () => (await boxOfCall(second)) === undefined);
		await until("it is logged", () => count(second.output, /^ +BYE sip:/gm) >= 2);
		expect(count(second.output, /^ +BYE sip:/gm)).toBe(2);
	},
	60_000,
);
