import { afterEach, describe, expect, test } from "bun:test";
import { readCallRecord } from "../../../src/call/call-record.ts";
import type { CallService } from "../../../src/call/call-service.ts";
import type { CallEventListener } from "../../../src/call/events.ts";
import { ConnectionLimits } from "../../../src/net/connection-limits.ts";
import { SimulatedPhone } from "../../../src/simulator/phone.ts";
import type { PhoneCall } from "../../../src/simulator/phone-call.ts";
import { RFC_TIMERS } from "../../../src/sip/reliability/types.ts";
import { SipStack } from "../../../src/sip/sip-stack.ts";
import { systemClock } from "../../../src/time/system-clock.ts";
import { makeCallService } from "../../support/make-call-service.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";
import { noting } from "../../support/noting.ts";

/** The SIP side and call control on real sockets. */
interface Server {
	readonly stack: SipStack;
	readonly service: CallService;
}

const KEY = new Uint8Array(32).fill(7);

/** For a test with many restarts on a busy machine, in milliseconds. */
const LONGEST = 60_000;

const stops: (() => void)[] = [];
afterEach(() => {
	for (const stop of stops.splice(0)) stop();
});

async function startServer(port: number): Promise<Server> {
	const log = new MemoryLogger();
	const stack = await SipStack.start({
		address: "127.0.0.1",
		port,
		dnsServers: [],
		limits: new ConnectionLimits({ total: 0, perAddress: 0 }),
		fixContact: true,
		externalAddress: "",
		keepAlives: true,
		userAgent: "ClickToCall",
		sessionInterval: 1800,
		accounts: [],
		clock: systemClock,
		timers: RFC_TIMERS,
		log,
		callIdKey: KEY,
	});
	stops.push(() => stack.close());
	const translator = {
		translatePair: (initiator: string, destination: string) =>
			({ ok: true, initiator, destination }) as const,
	};
	return { stack, service: makeCallService({ legs: stack.endpoint, clock: systemClock, log, translator }) };
}

/** What is written down at this moment. */
function recordsOf(service: CallService, ids = service.list().map(({ id }) => id)): string[] {
	return ids.map((id) => JSON.stringify(service.record(id))).filter((text) => text !== undefined);
}

/** Kills the server and starts it again at the same port, with what was written down. */
async function restart(
	{ stack, service }: Server,
	records = recordsOf(service),
	hear: CallEventListener = () => {},
): Promise<Server> {
	const port = stack.listening[0]?.port ?? 0;
	stack.close();
	const next = await startServer(port);
	next.service.events.subscribe(hear);
	for (const record of records) next.service.restore(readCallRecord(JSON.parse(record)), 100);
	next.stack.restored();
	return next;
}

async function until(holds: () => boolean, why = () => "it did not come to that"): Promise<void> {
	for (let tries = 0; !holds(); tries += 1) {
		if (tries === 4000) throw new Error(why());
		await Bun.sleep(5);
	}
}

test.each(["UDP", "TCP"] as const)(
	"a server that is restarted twice goes on with a call on %s: hold, resume, and the end from either side",
	async (protocol) => {
		for (const who of [0, 1]) {
			const phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol });
			stops.push(() => void phone.stop());
			let server = await startServer(0);
			const ends: (string | undefined)[] = [];
			const placed = server.service.place({
				initiator: phone.uri("answer"),
				destination: phone.uri("answer"),
				anchor: true,
				origin: { via: "xml" },
			});
			expect(placed.accepted).toBe(true);
			await until(() => server.service.list()[0]?.state === "connected");
			server = await restart(await restart(server));
			server.service.events.subscribe((event) => {
				if (event.kind === "state" && event.call.state === "ended") ends.push(event.endedBy);
			});
			const calls: readonly PhoneCall[] = phone.calls;
			for (const call of calls) expect([await call.hold(), await call.resume()]).toEqual([200, 200]);
			calls[who]?.hangup();
			await phone.idle();
			expect(calls.map(({ state }) => state)).toEqual(["ended", "ended"]);
			expect(ends).toEqual([who === 0 ? "initiator" : "destination"]);
			expect(phone.faults).toEqual([]);
			await until(() => server.stack.figures.legs === 0);
			await phone.stop();
		}
	},
);

/** Phones of a call, and how they are brought together. */
const TABLE: readonly (readonly [initiator: string, destination: string, anchor: boolean])[] = [
	["ring", "answer", true],
	["answer", "ring", true],
	["answer", "answer", true],
	["fork", "fork", true],
	["early-reliable-50ms", "early-reliable-50ms", true],
	["answer", "busy", true],
	["answer", "hangup", false],
	["refer-bye", "hangup", false],
	["refer-busy", "answer", false],
];

describe.each(["UDP", "TCP"] as const)("on %s, wherever a server is killed", (protocol) => {
	// A phone's report that was on its way on a connection is lost with that: the call's time limit ends it.
	test.each(TABLE.filter(([, , anchor]) => anchor || protocol === "UDP"))(
		"in a call from %s to %s (anchored: %p), no phone is left",
		async (from, to, anchor) => {
			for (let moment = 1; ; moment += 1) if (!(await killedAt(moment, protocol, [from, to, anchor]))) break;
		},
		LONGEST,
	);
});

/**
 * Kills a server after so many events of a call.
 * @returns false if the call had fewer.
 */
async function killedAt(
	moment: number,
	protocol: "UDP" | "TCP",
	[from, to, anchor]: (typeof TABLE)[number],
): Promise<boolean> {
	const phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol });
	stops.push(() => void phone.stop());
	const first = await startServer(0);
	first.service.watchRecords(noting());
	const finals: string[] = [];
	const ids = new Set<string>();
	let ended = false;
	let events = 0;
	const reached = Promise.withResolvers<boolean>();
	const hear: CallEventListener = (event) => {
		if (event.kind === "refused") return;
		ids.add(event.call.id);
		if (event.kind === "result" && event.result.final)
			finals.push(`${event.result.code} ${event.result.leg}`);
		if (event.kind === "state" && event.call.state === "ended") ended = true;
		events += 1;
		if (events === moment) reached.resolve(true);
		else if (ended) reached.resolve(false);
	};
	const die = first.service.events.subscribe(hear);
	const request = {
		initiator: phone.uri(from),
		destination: phone.uri(to),
		anchor,
		origin: { via: "xml" },
	} as const;
	expect(first.service.place(request).accepted).toBe(true);
	const isReached = await Promise.race([reached.promise, Bun.sleep(200).then(() => false)]);
	die();
	const second = await restart(first, recordsOf(first.service, [...ids]), hear);
	for (const { id, state } of second.service.list()) if (state === "connected") second.service.hangUp(id);
	// A refusal that was sent on the lost connection does not come: the leg waits for 64*T1.
	const legsLeft = (): boolean => protocol === "UDP" && second.stack.figures.legs > 0;
	const states = (): string[] => phone.calls.map(({ state }) => state);
	await until(
		() => ended && !legsLeft() && states().every((state) => state === "ended"),
		() => JSON.stringify({ moment, ended, legs: second.stack.figures.legs, phones: states(), finals }),
	);
	expect({ moment, finals: finals.length }).toEqual({ moment, finals: 1 });
	// Once its leg is gone we no longer know whether a late fork made an offer: the ACK carries no answer.
	expect(phone.faults.filter((fault) => !/^fork .*ACK has no answer/.test(fault))).toEqual([]);
	expect(second.service.list()).toEqual([]);
	second.stack.close();
	await phone.stop();
	return isReached;
}

test("a phone on TCP reports by a new connection how its REFER turns out", async () => {
	const phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "TCP" });
	stops.push(() => void phone.stop());
	const first = await startServer(0);
	const finals: string[] = [];
	const placed = first.service.place({
		initiator: phone.uri("answer"),
		destination: phone.uri("late-1000ms"),
		anchor: false,
		origin: { via: "xml" },
	});
	expect(placed.accepted).toBe(true);
	await until(() => phone.calls.some(({ direction }) => direction === "outgoing"));
	const { service } = await restart(first, recordsOf(first.service), (event) => {
		if (event.kind === "result" && event.result.final)
			finals.push(`${event.result.code} ${event.result.leg}`);
	});
	service.probe();
	const subscribes = (): number =>
		phone.calls.flatMap(({ messages }) => messages).filter(({ text }) => text.startsWith("SUBSCRIBE")).length;
	await until(() => finals.length > 0);
	expect([subscribes(), finals]).toEqual([1, ["200 Destination"]]);
});

test("a phone that answers a server that was killed before it wrote anything down gets ACK and BYE", async () => {
	const phone = await SimulatedPhone.start({ address: "127.0.0.1", port: 0, protocol: "UDP" });
	stops.push(() => void phone.stop());
	const first = await startServer(0);
	const uri = phone.uri("late-100ms");
	first.service.place({ initiator: uri, destination: uri, anchor: true, origin: { via: "xml" } });
	await until(() => phone.calls.length === 1);
	const second = await restart(first, []);
	await until(() => phone.calls.every(({ state }) => state === "ended"));
	expect(phone.faults).toEqual([]);
	expect(second.stack.figures.legs).toBe(0);
});
