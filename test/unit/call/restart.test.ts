import { afterEach, expect, test } from "bun:test";
import { readCallRecord } from "../../../src/call/call-record.ts";
import type { CallService } from "../../../src/call/call-service.ts";
import { ConnectionLimits } from "../../../src/net/connection-limits.ts";
import { SimulatedPhone } from "../../../src/simulator/phone.ts";
import type { PhoneCall } from "../../../src/simulator/phone-call.ts";
import { RFC_TIMERS } from "../../../src/sip/reliability/types.ts";
import { SipStack } from "../../../src/sip/sip-stack.ts";
import { systemClock } from "../../../src/time/system-clock.ts";
import { makeCallService } from "../../support/make-call-service.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

/** The SIP side and call control on real sockets. */
interface Server {
	readonly stack: SipStack;
	readonly service: CallService;
}

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
	});
	stops.push(() => stack.close());
	const translator = {
		translatePair: (initiator: string, destination: string) =>
			({ ok: true, initiator, destination }) as const,
	};
	return { stack, service: makeCallService({ legs: stack.endpoint, clock: systemClock, log, translator }) };
}

/** Kills the server and starts it again at the same port, with what was written down. */
async function restart({ stack, service }: Server): Promise<Server> {
	const records = service.list().map(({ id }) => JSON.stringify(service.record(id)));
	const port = stack.listening[0]?.port ?? 0;
	stack.close();
	const next = await startServer(port);
	for (const record of records) next.service.restore(readCallRecord(JSON.parse(record)), 100);
	return next;
}

async function until(holds: () => boolean): Promise<void> {
	for (let tries = 0; !holds(); tries += 1) {
		if (tries === 1000) throw new Error("it did not come to that");
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
