import { afterEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registrar } from "../../../scripts/benchmark/registrar.ts";
import { EventReader } from "../../../scripts/benchmark/soak/event-reader.ts";
import { XmlCaller } from "../../../scripts/benchmark/soak/xml-caller.ts";
import { Appliance } from "../../../src/appliance/appliance.ts";
import { defaultSettings, type Settings } from "../../../src/config/settings.ts";
import { BindError } from "../../../src/net/bind-error.ts";
import { SimulatedPhone } from "../../../src/simulator/phone.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { freePorts } from "../../support/free-port.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

const HOST = "127.0.0.1";
/** Longer than anything in the server lasts by itself, but for a DNS answer. */
const SIX_HOURS = 21_600_000;

const stops: (() => unknown)[] = [];

afterEach(async () => {
	for (const stop of stops.splice(0).reverse()) await stop();
});

/** Settings of a server that registers there, with ports of its own. */
async function settingsFor({ port }: Registrar): Promise<Settings> {
	const [udpTcpPort = 0, xmlRpcPort = 0, httpPort = 0] = await freePorts(3);
	return {
		...defaultSettings({ hostName: "localhost" }),
		clickToCallIdentity: `sip:click2call@${HOST}:${port}`,
		register: true,
		udpTcpPort,
		tlsPort: 0,
		xmlRpcPort,
		httpPort,
		historyFile: "",
		stateFile: "",
		translationRules: [{ pattern: "^(sip:.*)$", output: "$1", file: "", line: 1 }],
	};
}

/** Moves the clock from timer to timer, and lets what they send arrive. */
async function pass(clock: FakeClock, milliseconds: number): Promise<void> {
	const end = clock.now() + milliseconds;
	while (clock.now() < end) {
		clock.advance(Math.min(clock.nextAt, end) - clock.now());
		for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
	}
}

test("six hours pass, and the XML connection, the event stream and the registration are still there", async () => {
	const clock = new FakeClock();
	const log = new MemoryLogger();
	const registrar = await Registrar.start(HOST, 600);
	stops.push(() => registrar.stop());
	const settings = await settingsFor(registrar);
	const { xmlRpcPort, httpPort } = settings;
	const wall = { now: () => 1_700_000_000_000 + clock.now() };
	const appliance = await Appliance.start(settings, log, undefined, { clock, wall });
	stops.push(async () => {
		let stopped = false;
		const stopping = appliance.stop().then(() => {
			stopped = true;
		});
		// What it waits for to say goodbye goes by the clock, too.
		for (let second = 0; !stopped && second < 60; second++) await pass(clock, 1000);
		await stopping;
	});
	const closed: string[] = [];
	const results = new Map<number, string>();
	const final = Promise.withResolvers<void>();
	const caller = await XmlCaller.connect(HOST, xmlRpcPort, {
		accepted: () => {},
		result: (ref, code, leg) => {
			results.set(ref, `${code} ${leg}`);
			if (code >= 300 || (code >= 200 && leg === "Destination")) final.resolve();
		},
		closed: () => closed.push("xml"),
	});
	stops.push(() => caller.stop());
	const ended = Promise.withResolvers<void>();
	const events = await EventReader.open(`http://${HOST}:${httpPort}/api/v1/events`, {
		ended: () => ended.resolve(),
		closed: () => closed.push("events"),
	});
	stops.push(() => events.stop());

	await pass(clock, 60_000);
	const pending = clock.pending;
	await pass(clock, SIX_HOURS);

	expect([closed, appliance.registered]).toEqual([[], true]);
	// A binding of 600 s is renewed a minute before its end.
	expect(registrar.registrations).toBeGreaterThanOrEqual(SIX_HOURS / 600_000);
	expect(registrar.registrations).toBeLessThanOrEqual(SIX_HOURS / 500_000);
	expect(clock.pending).toBeLessThanOrEqual(pending + 1);
	expect(log.lines.filter((line) => /WARNING|ERR/.test(line))).toEqual([]);
	const phone = await SimulatedPhone.start({ address: HOST, port: 0, protocol: "UDP" });
	stops.push(() => phone.stop());
	caller.place({
		ref: 1,
		initiator: phone.uri("answer"),
		destination: phone.uri("hangup"),
		anchored: true,
	});
	await final.promise;
	expect(results.get(1)).toBe("200 Destination");
	await ended.promise;
	await phone.idle();
	expect(phone.faults).toEqual([]);
}, 60_000);

test("a server whose last port is taken opens none and registers nothing, and starts once the port is free", async () => {
	const clock = new FakeClock();
	const registrar = await Registrar.start(HOST, 600);
	stops.push(() => registrar.stop());
	const settings = { ...(await settingsFor(registrar)), httpBind: [HOST] };
	const start = () => Appliance.start(settings, new MemoryLogger(), undefined, { clock, wall: clock });
	const other = Bun.listen({ hostname: HOST, port: settings.httpPort, socket: { data() {} } });
	stops.push(() => other.stop(true));

	await expect(start()).rejects.toThrow(BindError);
	expect([clock.pending, registrar.registrations]).toEqual([0, 0]);
	other.stop(true);
	const appliance = await start();
	stops.push(async () => {
		const stopping = appliance.stop();
		await pass(clock, 5000);
		await stopping;
	});
	expect(appliance.listening.map(({ name, port }) => `${name} ${port}`)).toEqual(
		expect.arrayContaining([
			`SIP ${settings.udpTcpPort}`,
			`XML ${settings.xmlRpcPort}`,
			`HTTP ${settings.httpPort}`,
		]),
	);
});

test.each([
	["pages", { httpPort: 0, httpsPort: 0 }],
	["password", { httpAuth: false }],
])("a change that has turned off the %s goes back, as nobody can confirm it", async (_what, changed) => {
	const folder = mkdtempSync(join(tmpdir(), "trial-"));
	stops.push(() => rmSync(folder, { recursive: true, force: true }));
	const configFile = join(folder, "clicktocall.config");
	writeFileSync(configFile, "HttpPort = 0\n");
	mkdirSync(`${configFile}.versions`);
	writeFileSync(join(`${configFile}.versions`, "1.config"), "HttpPort = 5090\n");
	writeFileSync(
		join(`${configFile}.versions`, "1.json"),
		JSON.stringify({ id: 1, at: 0, who: "admin", what: ["HttpPort"] }),
	);
	const trial = `${configFile}.trial`;
	writeFileSync(trial, JSON.stringify({ until: 0, version: 1 }));
	const [udpTcpPort = 0, xmlRpcPort = 0, httpPort = 0] = await freePorts(3);
	const settings = {
		...defaultSettings({ hostName: "localhost" }),
		...{ udpTcpPort, xmlRpcPort, httpPort, tlsPort: 0, historyFile: "", stateFile: "" },
		translationRules: [{ pattern: "^(sip:.*)$", output: "$1", file: "", line: 1 }],
		...changed,
	};
	const clock = new FakeClock();
	const wall = { now: () => 1_700_000_000_000 + clock.now() };
	let reloads = 0;
	const reload = async () => {
		reloads += 1;
		return { ok: true } as const;
	};
	const place = { configFile, uploads: folder, updates: undefined, reload, restart: undefined };
	const appliance = await Appliance.start(settings, new MemoryLogger(), undefined, { clock, wall }, place);
	stops.push(async () => {
		const stopping = appliance.stop();
		await pass(clock, 60_000);
		await stopping;
	});
	clock.advance(0);
	expect(readFileSync(configFile, "utf8")).toBe("HttpPort = 5090\n");
	expect([existsSync(trial), reloads]).toEqual([false, 1]);
});
