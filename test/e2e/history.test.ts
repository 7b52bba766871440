import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { History } from "../../src/history/history.ts";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { MemoryLogger } from "../support/memory-logger.ts";
import { ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";

let folder: string;
let phone: SimulatedPhone;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "history-e2e-"));
	phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
});

afterAll(async () => {
	await phone.idle();
	await phone.stop();
	rmSync(folder, { recursive: true, force: true });
});

/** Reads a file that no server has open. */
async function read<Result>(path: string, use: (history: History) => Promise<Result>): Promise<Result> {
	const history = new History({ path, days: 0, clock: new FakeClock(), log: new MemoryLogger() });
	await history.flush();
	try {
		return await use(history);
	} finally {
		await history.close();
	}
}

/** The calls of a file that a server has open: a copy of what is on the disk now. */
async function readCopy(path: string) {
	const copy = join(mkdtempSync(join(folder, "copy-")), "history.sqlite");
	for (const suffix of ["", "-wal"]) {
		if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
	}
	return read(copy, async (history) => (await history.search({})).calls);
}

async function hangUpAll(): Promise<void> {
	phone.hangup();
	await phone.idle();
}

test("a server that has ended leaves the history of its calls", async () => {
	const path = join(folder, "ended.sqlite");
	const server = await ServerProcess.start({ settings: { HistoryFile: path } });
	const client = await XmlClient.connect(server.xmlPort);
	const answer = phone.uri("answer");
	await client.place({ initiator: answer, destination: phone.uri("busy") }).finished();
	await client.place({ initiator: "nobody knows", destination: answer }).finished();
	await client.place({ initiator: answer, destination: answer, anchor: true }).finished();
	await server.stop();
	client.stop();
	await hangUpAll();
	await read(path, async (history) => {
		const { calls } = await history.search({});
		expect(calls).toMatchObject([
			{ way: "anchor", state: "ended", result: { code: 200 }, endedBy: "server", initiator: answer },
			{ state: "refused", result: { code: 400 }, initiator: "nobody knows", origin: { via: "xml" } },
			{ way: "refer", state: "ended", result: { code: 486, leg: "Destination" } },
		]);
		expect(calls[0]?.answeredAt).toBeGreaterThanOrEqual(calls[0]?.startedAt ?? 0);
		expect(calls[0]?.origin.peer).toBe("127.0.0.1");
		expect(history.callsPerDay(2).reduce((sum, { answered }) => sum + answered, 0)).toBe(1);
	});
});

test("a call is on the disk while it goes on, and interrupted when the server was killed", async () => {
	const server = await ServerProcess.start();
	// Nobody answers the phone's BYE later, so it is not waited for.
	const forsaken = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
	const path = join(server.folder, "clicktocall-history.sqlite");
	const client = await XmlClient.connect(server.xmlPort);
	const uri = forsaken.uri("answer");
	await client.place({ initiator: uri, destination: uri, anchor: true }).finished();
	while ((await readCopy(path))[0]?.result?.code !== 200) await Bun.sleep(50);
	await server.crash(async () => {
		await read(path, async (history) => {
			const { calls } = await history.search({});
			expect(calls).toMatchObject([{ state: "interrupted", destination: uri, result: { code: 200 } }]);
		});
	});
	client.stop();
	await forsaken.stop();
});

/** Runs a command with a tiny disk on the folder `disk`; it is full from the start. */
const TINY_DISK = [
	"unshare",
	"-rm",
	"sh",
	"-c",
	'mkdir -p disk && mount -t tmpfs -o size=16k none disk && head -c 16k /dev/zero > disk/ballast; exec "$@"',
	"sh",
];

test("calls go on when the disk is full, and the log says so", async () => {
	const server = await ServerProcess.start({
		settings: { HistoryFile: "disk/history.sqlite" },
		inside: (...command) => [...TINY_DISK, ...command],
	});
	const client = await XmlClient.connect(server.xmlPort);
	await server.says(/history .*disk\/history\.sqlite cannot be used/);
	expect(server.output).toMatch(/calls go on: .*(SQLITE_FULL|SQLITE_IOERR|ENOSPC)/);
	const uri = phone.uri("answer");
	const chain = await client.place({ initiator: uri, destination: uri, anchor: true }).finished();
	expect(chain.at(-1)).toBe("200 Destination");
	await server.stop();
	client.stop();
	await hangUpAll();
});

test("a server without HistoryFile keeps none", async () => {
	const server = await ServerProcess.start({ settings: { HistoryFile: "" } });
	const client = await XmlClient.connect(server.xmlPort);
	await client.place({ initiator: phone.uri("busy"), destination: phone.uri("busy") }).finished();
	await server.crash((left) => expect(existsSync(join(left, "clicktocall-history.sqlite"))).toBe(false));
	client.stop();
});
