import { describe, expect, test } from "bun:test";
import { ResolveError } from "../../../../src/sip/resolve/resolve-error.ts";
import { ADDRESSES, look, naptr, never, server } from "./world.ts";

describe("Waiting for answers", () => {
	test("all questions that may matter are asked at once, and each once", async () => {
		const { asked, found } = look("sip:bob@pbx.example", {
			addresses: { "pbx.example": never },
			naptr: never,
			srv: {
				"_sip._udp.pbx.example": never,
				"_sip._tcp.pbx.example": never,
				"_sips._tcp.pbx.example": never,
			},
		});
		found();
		expect(asked.sort()).toEqual([
			"A pbx.example",
			"NAPTR pbx.example",
			"SRV _sip._tcp.pbx.example",
			"SRV _sip._udp.pbx.example",
			"SRV _sips._tcp.pbx.example",
		]);
	});

	test("it is over with the last answer that is needed, and its timers with it", async () => {
		const { clock, found } = look("sip:bob@pbx.example", {
			addresses: { ...ADDRESSES, "pbx.example": never, "a.example": Promise.resolve(["192.0.2.10"]) },
			naptr: Promise.resolve([naptr(1, "SIP+D2U", "_x.example")]),
			srv: { "_x.example": Promise.resolve([server("a.example", 5071)]), "_sip._tcp.pbx.example": never },
		});
		expect(await found()).toEqual([{ protocol: "UDP", address: "192.0.2.10", port: 5071 }]);
		expect(clock.pending).toBe(0);
	});

	test("with a place at hand better answers have 1.5 s", async () => {
		const { clock, found } = look("sip:bob@pbx.example", { addresses: ADDRESSES, naptr: never });
		let over = false;
		const places = Promise.resolve(found()).finally(() => {
			over = true;
		});
		clock.advance(1499);
		await new Promise(setImmediate);
		expect(over).toBe(false);
		clock.advance(1);
		expect(await places).toEqual([{ protocol: "UDP", address: "192.0.2.1", port: 5060 }]);
		expect(clock.pending).toBe(0);
	});

	test("a name that was awaited in vain is waited for 50 ms in the next minute, others 1.5 s", async () => {
		const { clock, found } = look("sip:bob@pbx.example", { addresses: ADDRESSES, naptr: never });
		const target = { protocol: "UDP", address: "192.0.2.1", port: 5060 } as const;
		const first = found();
		clock.advance(1500);
		await first;
		const second = found();
		clock.advance(50);
		expect(clock.pending).toBe(0);
		expect(await second).toEqual([target]);
		clock.advance(60_000);
		const third = found();
		clock.advance(50);
		expect(clock.pending).toBe(2);
		clock.advance(1450);
		expect(await third).toEqual([target]);
	});

	test("a server whose address does not come is passed over after 1.5 s, not replaced by the name's own", async () => {
		const { clock, found } = look("sip:bob@pbx.example", {
			addresses: { ...ADDRESSES, "a.example": never },
			srv: { "_sip._udp.pbx.example": [server("a.example", 1, 1), server("b.example", 2, 2)] },
		});
		const places = found();
		clock.advance(1500);
		expect(await places).toEqual([
			{ protocol: "UDP", address: "192.0.2.20", port: 2 },
			{ protocol: "UDP", address: "2001:db8::20", port: 2 },
		]);
	});

	test("without any answer it fails after 3 s", async () => {
		const { clock, found } = look("sip:bob@pbx.example", {
			addresses: { "pbx.example": never },
			naptr: never,
		});
		const failure = Promise.resolve(found()).catch((error: unknown) => error);
		clock.advance(3000);
		expect(await failure).toEqual(
			new ResolveError("The address of pbx.example could not be found: no answer in time"),
		);
		expect(clock.pending).toBe(0);
	});

	test("an answer that there is no place fails at once", async () => {
		const { clock, found } = look("sip:bob@pbx.example", {
			addresses: { "pbx.example": Promise.reject(new ResolveError("pbx.example has no IP address")) },
		});
		expect(await Promise.resolve(found()).catch((error: unknown) => error)).toBeInstanceOf(ResolveError);
		expect(clock.pending).toBe(0);
	});
});
