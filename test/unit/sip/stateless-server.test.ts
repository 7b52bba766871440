import { describe, expect, test } from "bun:test";
import { Reception } from "../../../src/sip/reception.ts";
import { TransactionLayer } from "../../../src/sip/reliability/transaction-layer.ts";
import { RFC_TIMERS } from "../../../src/sip/reliability/types.ts";
import type { Flow } from "../../../src/sip/transport/types.ts";
import { UserAgents } from "../../../src/sip/user-agents.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

/** A server without calls, and all that it sends. */
class Bench {
	readonly clock = new FakeClock();
	readonly sent: string[] = [];
	readonly #reception: Reception;
	readonly layer: TransactionLayer;
	readonly #flow: Flow;

	constructor(protocol: "UDP" | "TCP" = "UDP", address = "192.0.2.9") {
		const { clock } = this;
		const log = new MemoryLogger();
		this.#flow = {
			protocol,
			remote: { address, port: 5060 },
			local: { address: "192.0.2.1", port: 5072 },
			reliable: protocol === "TCP",
			open: true,
			send: (message) => void this.sent.push(String(message)),
		};
		const flow = this.#flow;
		const agents = new UserAgents();
		this.layer = new TransactionLayer({
			clock,
			timers: RFC_TIMERS,
			user: agents,
			transport: { datagramFlow: () => flow, flowTo: () => flow },
			log,
		});
		this.#reception = new Reception({
			userAgent: "ClickToCall",
			transactions: this.layer,
			agents,
			resolver: { forget: () => {} },
			clock,
			log,
		});
	}

	receive(text: string): void {
		this.#reception.onMessage(Buffer.from(text), this.#flow);
	}

	/** The one answer to a request; empty when there is none. */
	answerTo(text: string): string {
		const before = this.sent.length;
		this.receive(text);
		expect(this.sent.length - before).toBeLessThanOrEqual(1);
		return this.sent[before] ?? "";
	}
}

/** As short as a request can be. */
function smallest(
	method: string,
	{ to = "a:b", via = "SIP/2.0/UDP a;branch=z9hG4bK1", more = "" } = {},
): string {
	return `${method} sip:a SIP/2.0\r\nv:${via}\r\nf:a:b\r\nt:${to}\r\ni:a\r\nCSeq:1 ${method}\r\n${more}\r\n`;
}

const IN_DIALOG = { to: "a:b;tag=1" };

const ANSWERS: readonly (readonly [what: string, request: string, status: string])[] = [
	["an INVITE", smallest("INVITE"), "403 Forbidden"],
	["an INVITE in no dialog", smallest("INVITE", IN_DIALOG), "481 Call/Transaction Does Not Exist"],
	["OPTIONS", smallest("OPTIONS"), "200 OK"],
	["OPTIONS without a branch", smallest("OPTIONS", { via: "SIP/2.0/UDP a" }), "200 OK"],
	["OPTIONS in no dialog", smallest("OPTIONS", IN_DIALOG), "481 Call/Transaction Does Not Exist"],
	["a BYE", smallest("BYE"), "481 Call/Transaction Does Not Exist"],
	["a CANCEL", smallest("CANCEL"), "481 Call/Transaction Does Not Exist"],
	["an INFO in no dialog", smallest("INFO", IN_DIALOG), "481 Call/Transaction Does Not Exist"],
	["an UPDATE in no dialog", smallest("UPDATE", IN_DIALOG), "481 Call/Transaction Does Not Exist"],
	["a NOTIFY in no dialog", smallest("NOTIFY", IN_DIALOG), "481 Call/Transaction Does Not Exist"],
	["a REGISTER", smallest("REGISTER"), "405 Method Not Allowed"],
	["a SUBSCRIBE", smallest("SUBSCRIBE"), "405 Method Not Allowed"],
	["a MESSAGE", smallest("MESSAGE"), "405 Method Not Allowed"],
	["a PUBLISH", smallest("PUBLISH"), "405 Method Not Allowed"],
	["a method of one letter", smallest("A"), "405 Method Not Allowed"],
	["a REFER", smallest("REFER"), "405 Method Not Allowed"],
	["a required extension", smallest("INVITE", { more: "Require:x,y,z\r\n" }), "420 Bad Extension"],
	["another scheme", smallest("INVITE").replace("sip:a", "a:b"), "416 Unsupported URI Scheme"],
	["another version", smallest("INVITE").replace("SIP/2.0", "SIP/3.0"), "505 Version Not Supported"],
	[
		"a request without Call-ID",
		smallest("INVITE").replace("i:a\r\n", ""),
		"400 Missing Call-ID header field",
	],
];

/** Not even `400 Bad Request` fits into four times its length. */
const TOO_SHORT = "X \r\nv:a/b/c d\r\n\r\n";

describe.each(["192.0.2.9", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"])("from %s", (address) => {
	test.each([...ANSWERS, ["nothing but a Via", TOO_SHORT, ""] as const])(
		"%s takes one answer, at most four octets for one, and nothing is kept",
		(_what, text) => {
			const { sent, clock, layer, receive } = bind(new Bench("UDP", address));
			receive(text);
			expect(clock.pending).toBe(0);
			expect(layer.open).toEqual({ clients: 0, servers: 0 });
			clock.advance(70_000);
			expect(Buffer.byteLength(sent.join(""))).toBeLessThanOrEqual(4 * Buffer.byteLength(text));
		},
	);
});

test.each(ANSWERS)("%s is answered", (_what, text, status) => {
	expect(new Bench().answerTo(text)).toStartWith(`SIP/2.0 ${status}\r\n`);
});

test("a request that would need a longer answer than four times its length gets none from a datagram socket", () => {
	expect(new Bench("UDP").answerTo(TOO_SHORT)).toBe("");
	expect(new Bench("TCP").answerTo(TOO_SHORT)).toStartWith("SIP/2.0 400 ");
});

test.each(["ACK", "ACK in a dialog", "a response"])("%s is never answered", (what) => {
	const ack = smallest("ACK", what === "ACK" ? {} : IN_DIALOG);
	const text = what === "a response" ? ack.replace("ACK sip:a SIP/2.0", "SIP/2.0 200 OK") : ack;
	const { sent, layer, receive } = bind(new Bench());
	receive(text);
	expect(sent).toEqual([]);
	expect(layer.open).toEqual({ clients: 0, servers: 0 });
});

test("what asks for Allow, Unsupported or Supported gets it", () => {
	const bench = new Bench();
	const usual = { via: "SIP/2.0/UDP phone.example.com:5060;rport;branch=z9hG4bK776asdhds" };
	expect(bench.answerTo(smallest("PUBLISH", usual))).toContain("\r\nAllow: INVITE, ACK,");
	const options = bench.answerTo(smallest("OPTIONS", usual));
	expect(options).toContain("\r\nSupported: replaces, timer,");
	expect(options).toContain("\r\nUser-Agent: ClickToCall\r\n");
	expect(bench.answerTo(smallest("INVITE", { more: "Require: timer, x, 100rel,y\r\n" }))).toContain(
		"\r\nUnsupported: x, y\r\n",
	);
});

describe("the To tag", () => {
	const tagIn = (answer: string): string | undefined => /\r\nTo:[^\r]*;tag=([^;\r]+)/.exec(answer)?.[1];

	test.each(ANSWERS.filter(([, text]) => !text.includes("t:a:b;tag") && text.includes("t:")))(
		"of %s is the same when it comes again, and another one for another request and in another process",
		(_what, text) => {
			const bench = new Bench();
			const tag = tagIn(bench.answerTo(text));
			expect(tag).toMatch(/^[0-9a-f]{16}$/);
			expect(tagIn(bench.answerTo(text))).toBe(tag);
			expect(tagIn(bench.answerTo(text.replace("f:a:b", "f:a:b;tag=2")))).not.toBe(tag);
			expect(tagIn(new Bench().answerTo(text))).not.toBe(tag);
		},
	);

	test("of a CANCEL is that of its INVITE", () => {
		const bench = new Bench();
		expect(tagIn(bench.answerTo(smallest("CANCEL")))).toBe(tagIn(bench.answerTo(smallest("INVITE"))));
	});
});

/** The parts of a bench that can be used apart from it. */
function bind(bench: Bench) {
	const { sent, clock, layer } = bench;
	return { sent, clock, layer, receive: (text: string) => bench.receive(text) };
}
