/** What the server does when it is told to stop, to read its settings again, and what systemd hears of it. */
import { afterEach, describe, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { arm64Root } from "../../scripts/testing/arm64-root.ts";
import { engineOptions } from "../../src/runtime/bun/process.ts";
import { SimulatedPhone } from "../../src/simulator/phone.ts";
import { freePorts } from "../support/free-port.ts";
import { NotifyReceiver } from "../support/notify-receiver.ts";
import { EXECUTABLE, type ServerOptions, ServerProcess } from "../support/server-process.ts";
import { XmlClient } from "../support/xml-client.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
	for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options: ServerOptions = {}): Promise<{ server: ServerProcess; client: XmlClient }> {
	const server = await ServerProcess.start(options);
	cleanups.push(() => server.stop());
	const client = await XmlClient.connect(server.xmlPort);
	cleanups.push(() => client.stop());
	return { server, client };
}

async function startPhones(): Promise<[SimulatedPhone, SimulatedPhone]> {
	const phones = await Promise.all(
		[0, 1].map(() => SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "both" })),
	);
	const [one, two] = phones;
	if (!one || !two) throw new Error("two phones expected");
	cleanups.push(() => Promise.all(phones.map((phone) => phone.stop())));
	return [one, two];
}

describe("SIGTERM with a DrainTimeout", () => {
	/** A server with one anchored call that talks. */
	async function talking(drainTimeout: number) {
		const { server, client } = await start({ settings: { DrainTimeout: drainTimeout } });
		const [alice, bob] = await startPhones();
		const ringing = alice.when("ringing", (call) => call.user === "never");
		const call = client.place({
			initiator: alice.uri("answer"),
			destination: bob.uri("answer"),
			anchor: true,
		});
		expect((await call.finished()).at(-1)).toBe("200 Destination");
		return { server, client, alice, bob, ringing };
	}

	test("ends calls that are being set up, takes no new ones, and waits for the others", async () => {
		const { server, client, alice, bob, ringing } = await talking(600);
		alice.defineBehaviour("never", { answerDelay: Number.POSITIVE_INFINITY });
		const early = client.place({
			initiator: alice.uri("never"),
			destination: bob.uri("answer"),
			anchor: true,
		});
		await ringing;
		server.signal("SIGTERM");
		expect((await early.finished()).at(-1)).toBe("487 Initiator");
		const refused = client.place({ initiator: alice.uri("answer"), destination: bob.uri("answer") });
		expect(await refused.finished()).toEqual(["503"]);
		await server.says(/waiting 600 s at most for 1 calls/);
		expect(bob.calls.at(-1)?.state).not.toBe("ended");
		bob.hangup();
		expect(await server.exited).toBe(0);
		expect(alice.faults).toEqual([]);
	});

	test("ends with BYE the calls that are left when the time is over", async () => {
		const { server, alice, bob } = await talking(1);
		server.signal("SIGTERM");
		expect(await server.exited).toBe(0);
		await Promise.all([alice.idle(), bob.idle()]);
		await server.says(/ending 1 calls: DrainTimeout is over/);
	});

	test("ends them with BYE at once when a second signal comes", async () => {
		const { server, alice, bob } = await talking(3600);
		server.signal("SIGTERM");
		await server.says(/waiting 3600 s/);
		server.signal("SIGTERM");
		expect(await server.exited).toBe(0);
		await Promise.all([alice.idle(), bob.idle()]);
		await server.says(/ending 1 calls: told to/);
	});
});

describe("SIGHUP", () => {
	const RULES = ["TranslationPattern = ^old$", "TranslationOutput = sip:nobody@127.0.0.1:9;transport=tcp"];

	async function place(client: XmlClient, initiator: string): Promise<string | undefined> {
		return (await client.place({ initiator, destination: "sip:a@127.0.0.1:9" }).finished())[0];
	}

	test("takes over rules and log level, says what needs a restart, and leaves calls alone", async () => {
		const { server, client } = await start({ lines: RULES, settings: { LogLevel: "INFO" } });
		expect(await place(client, "old")).toBe("100");
		expect(await place(client, "new")).toBe("400");
		const file = join(server.folder, "clicktocall.config");
		const text = readFileSync(file, "utf8")
			.replace("^old$", "^new$")
			.replace("LogLevel = INFO", "LogLevel = DEBUG");
		writeFileSync(file, `${text}\nMaxCalls = 7\n`);
		server.signal("SIGHUP");
		await server.says(/LogLevel, TranslationPattern changed/);
		await server.says(/MaxCalls has changed: it takes effect after a restart/);
		expect(await place(client, "old")).toBe("400");
		expect(await place(client, "new")).toBe("100");
	});

	test("refuses a file with errors, all of which it says, and goes on with the old rules", async () => {
		const { server, client } = await start({ lines: RULES });
		const file = join(server.folder, "clicktocall.config");
		appendFileSync(file, "MaxCalls = many\nTranslationPattern = (\nTranslationOutput = x\n");
		server.signal("SIGHUP");
		await server.says(/keeps those it has/);
		expect(server.output).toContain("MaxCalls = many: expected");
		expect(server.output).toContain("TranslationPattern = (: expected");
		expect(await place(client, "old")).toBe("100");
		rmSync(file);
		server.signal("SIGHUP");
		await server.says(/no such file/);
		expect(await place(client, "old")).toBe("100");
	});
});

describe("systemd", () => {
	test.each([
		["a path", (folder: string) => join(folder, "notify")],
		["an abstract name", () => `@clicktocall-e2e-${process.pid}`],
	])("hears at %s: ready, alive, reloading, ready, stopping", async (_kind, nameIn) => {
		const folder = mkdtempSync(join(tmpdir(), "notify-"));
		cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
		const name = nameIn(folder);
		const receiver = new NotifyReceiver(name);
		cleanups.push(() => receiver.close());
		const { server } = await start({
			settings: { DrainTimeout: 1 },
			inside: (...command) => ["env", `NOTIFY_SOCKET=${name}`, "WATCHDOG_USEC=200000", ...command],
		});
		await receiver.hears("READY=1");
		expect(receiver.heard[0]).toStartWith("READY=1\n");
		await receiver.hears("WATCHDOG=1");
		await receiver.hears("WATCHDOG=1", receiver.heard.length);
		server.signal("SIGHUP");
		await receiver.hears("RELOADING=1");
		await receiver.hears(
			"READY=1",
			receiver.heard.findIndex((text) => text.startsWith("RELOADING=1")),
		);
		server.signal("SIGTERM");
		expect(await server.exited).toBe(0);
		expect(await receiver.hears("STOPPING=1")).toContain("EXTEND_TIMEOUT_USEC=16000000");
	});

	test("hears of the arm64 executable, too", async () => {
		const { folder: cwd } = (await start()).server;
		const name = join(cwd, "notify");
		const receiver = new NotifyReceiver(name);
		cleanups.push(() => receiver.close());
		const [sip] = await freePorts(1);
		const emulator = process.arch === "arm64" ? [] : ["qemu-aarch64-static", "-L", arm64Root()];
		const settings = [`--UDPTCPPort=${sip}`, "--TLSPort=0", "--XmlRpcPort=0", "--HttpPort=0"];
		const running = Bun.spawn([...emulator, `${EXECUTABLE}-linux-arm64`, ...settings], {
			cwd,
			// To start itself anew with them, the program would have to be started by the kernel.
			env: { ...process.env, ...engineOptions(totalmem()), NOTIFY_SOCKET: name, WATCHDOG_USEC: "200000" },
			stdout: "ignore",
			stderr: "ignore",
		});
		await receiver.hears("READY=1");
		await receiver.hears("WATCHDOG=1");
		running.kill("SIGTERM");
		await receiver.hears("STOPPING=1");
		expect(await running.exited).toBe(0);
	});
});
