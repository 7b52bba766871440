import { afterEach, describe, expect, spyOn, test } from "bun:test";
import {
	IncomingRequestMessage,
	IncomingResponseMessage,
	type SessionDelegate,
	UserAgentCore,
} from "sip.js/lib/core/index.js";
import { NameAddrHeader, URI } from "sip.js/lib/grammar/index.js";
import { headerName } from "../../../../src/sip/message/header-names.ts";
import { readMessage } from "../../../../src/sip/message/reader.ts";
import { makeAcceptance } from "../../../../src/sip/message/writer.ts";
import type { Responder } from "../../../../src/sip/sipjs/answers.ts";
import { supplyContact } from "../../../../src/sip/sipjs/core-demands.ts";
import { BareUri } from "../../../../src/sip/sipjs/grammar.ts";
import { readSlot, saidBy, unreadSlot } from "../../../../src/sip/sipjs/header-slots.ts";
import { isLocalFailure, localFailure } from "../../../../src/sip/sipjs/local-failure.ts";
import { debugLoggers } from "../../../../src/sip/sipjs/loggers.ts";
import { type DialogStart, PhoneDialog } from "../../../../src/sip/sipjs/phone-dialog.ts";
import { tagAnswerer, tagSender, writtenTag } from "../../../../src/sip/sipjs/tags.ts";
import { UserAgent } from "../../../../src/sip/sipjs/user-agent.ts";
import { MemoryLogger } from "../../../support/memory-logger.ts";
import { bytesOf, response as responseText, wire } from "../message/wire-text.ts";

/**
 * What the program takes for granted of SIP.js's insides. A new version of SIP.js is right when these pass; what fails
 * here is mended in src/sip/sipjs, and nowhere else.
 */
const USER = "us";

class Wire implements Responder {
	/** The first lines of what SIP.js has sent, without the protocol. */
	readonly sent: string[] = [];
	last = "";

	/** What the responses answer. */
	readonly answered: string[] = [];

	respond(text: string, { method }: IncomingRequestMessage, status: number): Promise<void> {
		this.last = text;
		this.sent.push(text.slice("SIP/2.0 ".length, text.indexOf("\r")));
		this.answered.push(`${status} ${method}`);
		return Promise.resolve();
	}
}

const START: DialogStart = {
	early: false,
	callId: "call",
	localTag: "ours",
	remoteTag: "theirs",
	cseq: 1,
	localUri: new URI("sip", "us", "192.0.2.1"),
	remoteUri: new URI("sip", "phone", "192.0.2.9"),
	target: new URI("sip", "phone", "192.0.2.9"),
	routeSet: [],
};

/** A core with one confirmed dialog. */
class Bench {
	readonly wire = new Wire();
	readonly log = new MemoryLogger("DEBUG");
	readonly agent: UserAgent;
	readonly dialog: PhoneDialog;
	#branch = 0;

	constructor(start: Partial<DialogStart> = {}) {
		const traits = { userAgent: "Test", supported: ["timer"], loggers: debugLoggers(this.log) };
		this.agent = new UserAgent(traits, USER, this.wire);
		this.dialog = new PhoneDialog(this.agent, { ...START, ...start });
		benches.push(this);
	}

	/** Makes a request of the phone as the reader does. */
	request(method: string, cseq: number, changes: Readonly<Record<string, string | undefined>> = {}) {
		this.#branch += 1;
		const { uri = `sip:${USER}@192.0.2.1`, ...lines } = changes;
		const headers = {
			Via: `SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK${this.#branch}`,
			From: "<sip:phone@192.0.2.9>;tag=theirs",
			To: "<sip:us@192.0.2.1>;tag=ours",
			"Call-ID": "call",
			CSeq: `${cseq} ${method}`,
			Contact: "<sip:phone@192.0.2.9>",
			...lines,
		};
		const text = Object.entries(headers).flatMap(([name, value]) => (value ? [`${name}: ${value}`] : []));
		return requestOf(wire([`${method} ${uri} SIP/2.0`, ...text]));
	}

	/** Shows SIP.js a request of which nothing is made good for it. */
	takeAsIs(request: IncomingRequestMessage): void {
		const { ruri } = request;
		Object.defineProperty(request, "ruri", { get: () => ruri?.clone() });
		this.agent.take(request);
	}

	take(method: string, cseq: number, changes: Readonly<Record<string, string | undefined>> = {}): void {
		this.agent.take(this.request(method, cseq, changes));
	}
}

const benches: Bench[] = [];

afterEach(() => {
	for (const { agent } of benches.splice(0)) agent.dispose();
});

function requestOf(text: string): IncomingRequestMessage {
	const read = readMessage(bytesOf(text));
	if (read.kind !== "request") throw new Error("a request was expected");
	return read.message;
}

describe("classes that are used without their constructor", () => {
	test("a URI needs its two tables and nothing else", () => {
		class Bare extends BareUri {
			override parameters = {};
			override headers = {};
		}
		const uri = new Bare();
		expect(uri).toBeInstanceOf(URI);
		uri.setParam("LR", null);
		uri.setHeader("subject", "x");
		expect([uri.hasParam("lr"), uri.getParam("lr"), uri.getHeader("Subject")]).toEqual([true, null, ["x"]]);
		expect([uri.deleteParam("lr"), uri.deleteHeader("Subject")]).toEqual([null, ["x"]]);
		uri.clearParams();
		uri.clearHeaders();
		expect([uri.parameters, uri.headers]).toEqual([{}, {}]);
	});

	test("a core has its tables, its configuration, a delegate and a logger", () => {
		const { agent } = new Bench();
		const made = new UserAgentCore(agent.configuration);
		expect(Object.keys(agent)).toEqual(expect.arrayContaining(Object.keys(made)));
	});

	test("a dialog's transaction is asked only whether it is that of a server", () => {
		const timer = spyOn(globalThis, "setTimeout");
		const { agent, dialog } = new Bench();
		expect(timer).not.toHaveBeenCalled();
		timer.mockRestore();
		expect(agent.dialogs.size).toBe(1);
		dialog.dispose();
		expect(agent.dialogs.size).toBe(0);
	});
});

describe("the tables of a core", () => {
	test("can be others than those that its constructor makes", () => {
		const { agent, dialog } = new Bench();
		expect(agent.dialogs.get("callourstheirs")).toBe(dialog);
		agent.dispose();
		expect([agent.dialogs.size, agent.disposed]).toEqual([0, true]);
	});

	test("know nothing of requests of ours, and no subscriptions", () => {
		const bench = new Bench();
		bench.dialog.delegate = {};
		for (const [at, method] of ["INFO", "NOTIFY", "REFER", "INVITE", "BYE"].entries())
			bench.take(method, at + 1, { Event: "refer" });
		expect([bench.agent.userAgentClients.size, bench.agent.subscribers.size]).toEqual([0, 0]);
	});

	test("a request is in one until it is answered", async () => {
		const bench = new Bench();
		let answer = (): void => {};
		bench.dialog.delegate = { onInfo: (info) => (answer = () => void info.accept()) };
		bench.take("INFO", 1);
		expect(bench.agent.openRequests).toBe(1);
		answer();
		await new Promise((resolve) => setTimeout(resolve, 0));
		expect([bench.agent.openRequests, bench.wire.sent]).toEqual([0, ["200 OK"]]);
		expect(answer).toThrow();
	});
});

describe("the configuration of a core", () => {
	test("is asked when it is needed", () => {
		const bench = new Bench();
		bench.take("FOO", 1);
		expect(bench.wire.last).toContain("\r\nUser-Agent: Test\r\n");
		expect(bench.wire.last).toContain("\r\nSupported: timer\r\n");
	});

	test("names the user to whom requests have to be, by sip: alone", () => {
		const bench = new Bench();
		for (const uri of ["sip:else@192.0.2.1", `sips:${USER}@192.0.2.1`])
			bench.takeAsIs(bench.request("INFO", 1, { uri }));
		expect(bench.wire.sent.map((line) => line.slice(0, 3))).toEqual(["404", "416"]);
		bench.take("INFO", 1, { uri: "sips:else@192.0.2.1" });
		expect(bench.wire.sent.at(-1)).toStartWith("469");
	});
});

describe("the transport of a core", () => {
	test("is asked for while SIP.js takes a request, and at no other time", () => {
		const bench = new Bench();
		expect(() => bench.agent.transport).toThrow();
		const late: (() => void)[] = [];
		bench.dialog.delegate = {
			onInfo: (info) => {
				late.push(() => void info.accept());
				bench.take("FOO", 2);
			},
		};
		bench.take("INFO", 1);
		bench.take("BAR", 3);
		for (const answer of late) answer();
		expect(bench.wire.answered).toEqual(["405 FOO", "405 BAR", "200 INFO"]);
		expect(() => bench.agent.transport).toThrow();
	});
});

describe("a dialog", () => {
	const heard = (dialog: PhoneDialog): string[] => {
		const lines: string[] = [];
		const delegate: SessionDelegate = {
			onInvite: ({ message }) => void lines.push(message.method),
			onAck: ({ message }) => void lines.push(message.method),
			onInfo: (info) => void lines.push(info.message.method),
			onMessage: (message) => void lines.push(message.message.method),
			onRefer: (refer) => void lines.push(refer.message.method),
			onBye: (bye) => {
				lines.push(bye.message.method);
				bye.accept();
			},
		};
		dialog.delegate = delegate;
		return lines;
	};

	test("hears what the phone asks, and is gone after a BYE", () => {
		const bench = new Bench();
		const lines = heard(bench.dialog);
		for (const [at, method] of ["INFO", "MESSAGE", "REFER", "INVITE", "BYE"].entries())
			bench.take(method, at + 1);
		expect(lines).toEqual(["INFO", "MESSAGE", "REFER", "INVITE", "BYE"]);
		expect([bench.wire.sent, bench.agent.dialogs.size]).toEqual([["200 OK"], 0]);
		bench.take("INFO", 9);
		expect(bench.wire.sent.at(-1)).toStartWith("481");
	});

	test("has its BYE taken without SIP.js when that would take it, and answered as it would answer", () => {
		const bench = new Bench({ remoteCSeq: 2 });
		const lines = heard(bench.dialog);
		const [late, strange, good] = [bench.request("BYE", 2), bench.request("BYE", 3), bench.request("BYE", 4)];
		strange.fromTag = "another";
		for (const refused of [late, strange]) {
			expect(bench.dialog.takes(refused)).toBe(false);
			bench.agent.take(refused);
		}
		expect([bench.wire.sent, lines]).toEqual([
			["500 Internal Server Error", "481 Call/Transaction Does Not Exist"],
			[],
		]);
		bench.agent.take(good);
		expect(lines).toEqual(["BYE"]);
		expect(makeAcceptance(good, { supported: "timer", userAgent: "Test" })).toBe(bench.wire.last);
		expect(bench.dialog.takes(bench.request("BYE", 5))).toBe(false);
		const other = new Bench({ remoteCSeq: 2 }).dialog;
		expect([other.takes(bench.request("BYE", 3)), other.remoteSequenceNumber]).toEqual([true, 3]);
	});

	test("is found by both tags, of which the phone's may not be missing", () => {
		const bench = new Bench({ remoteTag: "(none)" });
		const lines = heard(bench.dialog);
		const untagged = (cseq: number) => bench.request("INFO", cseq, { From: "<sip:phone@192.0.2.9>" });
		bench.agent.take(untagged(1));
		expect([bench.wire.sent.at(-1)?.slice(0, 3), lines]).toEqual(["481", []]);
		const request = untagged(2);
		tagSender(request);
		bench.agent.take(request);
		expect(lines).toEqual(["INFO"]);
		const response = localFailure(200, "OK");
		tagAnswerer(response);
		expect([response.toTag, writtenTag(response.toTag), writtenTag("a")]).toEqual(["(none)", undefined, "a"]);
	});

	test("takes requests in order, and what SIP.js is not shown can be put in line", () => {
		const bench = new Bench();
		const lines = heard(bench.dialog);
		expect(bench.dialog.takesNext(bench.request("UPDATE", 0))).toBe(true);
		expect(bench.dialog.takesNext(bench.request("UPDATE", 0))).toBe(false);
		expect(bench.dialog.takesNext(bench.request("UPDATE", 5))).toBe(true);
		expect(bench.dialog.remoteSequenceNumber).toBe(5);
		expect([bench.wire.sent, lines]).toEqual([[], []]);
		bench.take("INFO", 5);
		expect(bench.wire.sent.at(-1)).toStartWith("500");
		bench.take("INFO", 6);
		expect(lines).toEqual(["INFO"]);
	});

	test("is made of data as well, and takes no request of the phone that was heard before", () => {
		const bench = new Bench({ remoteCSeq: 7 });
		const lines = heard(bench.dialog);
		bench.take("INFO", 7);
		expect([bench.wire.sent.map((line) => line.slice(0, 3)), lines]).toEqual([["500"], []]);
		bench.take("INFO", 8);
		expect([lines, bench.dialog.remoteSequenceNumber]).toEqual([["INFO"], 8]);
	});

	test("knows no UPDATE", () => {
		const bench = new Bench();
		bench.take("UPDATE", 1);
		expect(bench.wire.sent.at(-1)).toStartWith("405");
	});

	test("accepts a NOTIFY of which nobody wants to hear, and refuses one without Event", () => {
		const bench = new Bench();
		bench.take("NOTIFY", 1, { Event: "refer", "Subscription-State": "active" });
		bench.take("NOTIFY", 2, { "Subscription-State": "active" });
		expect(bench.wire.sent.map((line) => line.slice(0, 3))).toEqual(["200", "489"]);
	});

	test("refuses the phone's re-INVITE while one of ours is under way, whatever stands for it", () => {
		const bench = new Bench();
		const lines = heard(bench.dialog);
		expect(bench.dialog.reinviting).toBe(false);
		bench.dialog.setReinvite({});
		expect(bench.dialog.reinviting).toBe(true);
		bench.take("INVITE", 1);
		expect([bench.wire.sent.at(-1)?.slice(0, 3), lines]).toEqual(["491", []]);
		bench.dialog.setReinvite(undefined);
		bench.take("INVITE", 2);
		expect(lines).toEqual(["INVITE"]);
	});

	test("has a re-INVITE of the phone under way until that is refused, or acknowledged", () => {
		const bench = new Bench();
		const heardAcks: string[] = [];
		bench.dialog.delegate = {
			onInvite: (invite) => {
				expect(bench.dialog.reinviting).toBe(true);
				if (invite.message.cseq === 1) invite.reject({ statusCode: 488 });
				else invite.accept({ statusCode: 200, extraHeaders: ["Allow: ACK"] });
			},
			onAck: ({ message }) => void heardAcks.push(`${message.cseq}`),
		};
		bench.take("INVITE", 1);
		expect(bench.dialog.reinviting).toBe(false);
		bench.take("INVITE", 2);
		expect(bench.wire.last).toContain("\r\nAllow: ACK\r\n");
		expect(bench.dialog.reinviting).toBe(true);
		bench.take("ACK", 1);
		bench.take("ACK", 2);
		expect([heardAcks, bench.dialog.reinviting]).toEqual([["2"], false]);
	});

	test("leaves a re-INVITE open that is cancelled, and answers the CANCEL", () => {
		const bench = new Bench();
		const lines = heard(bench.dialog);
		bench.take("INVITE", 1, { Via: "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKsame" });
		bench.take("CANCEL", 1, { Via: "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKsame" });
		expect([lines, bench.wire.sent, bench.dialog.reinviting]).toEqual([["INVITE"], ["200 OK"], true]);
	});

	test("needs a Contact in a re-INVITE, and keeps it", () => {
		const bench = new Bench();
		heard(bench.dialog);
		bench.take("INVITE", 1, { Contact: undefined });
		expect(bench.wire.sent.at(-1)).toStartWith("400");
		const invite = bench.request("INVITE", 2, { Contact: undefined });
		const target = new URI("sip", "phone", "192.0.2.77");
		supplyContact(invite, target);
		bench.agent.take(invite);
		expect(bench.dialog.remoteTarget).toBe(target);
		const other = new URI("sip", "phone", "192.0.2.78");
		bench.dialog.setRemoteTarget(other);
		expect(bench.dialog.remoteTarget).toBe(other);
	});

	test("begins early and is confirmed, with a route set of its own, without a timer", () => {
		const { dialog } = new Bench({ early: true });
		expect(dialog.early).toBe(true);
		const timer = spyOn(globalThis, "setTimeout");
		dialog.confirm();
		expect(timer).not.toHaveBeenCalled();
		timer.mockRestore();
		const routeSet = ["<sip:proxy.example.com;lr>"];
		dialog.setRouteSet(routeSet);
		expect([dialog.early, dialog.routeSet]).toEqual([false, routeSet]);
	});

	test("keeps no description", () => {
		const bench = new Bench();
		heard(bench.dialog);
		const body = "v=0\r\n";
		const text = wire(
			[
				`INVITE sip:${USER}@192.0.2.1 SIP/2.0`,
				"Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKbody",
				"From: <sip:phone@192.0.2.9>;tag=theirs",
				"To: <sip:us@192.0.2.1>;tag=ours",
				"Call-ID: call",
				"CSeq: 1 INVITE",
				"Contact: <sip:phone@192.0.2.9>",
				"Content-Type: application/sdp",
			],
			body,
		);
		bench.agent.take(requestOf(text));
		expect([bench.dialog.offer, bench.dialog.answer]).toEqual([undefined, undefined]);
	});

	test("tells whether a reliable provisional response comes in its turn (RFC 3262 section 4)", () => {
		const { dialog } = new Bench({ early: true });
		const turns = [7, 9, 8].map((number) => {
			const read = readMessage(
				bytesOf(responseText("SIP/2.0 183 Progress", { Require: "100rel", RSeq: `${number}` })),
			);
			return read.kind === "response" && dialog.reliableSequenceGuard(read.message);
		});
		expect(turns).toEqual([true, false, true]);
	});
});

describe("messages", () => {
	test("keep header fields by one name for each", () => {
		const names = [
			"call-id",
			"cseq",
			"min-se",
			"rack",
			"rseq",
			"www-authenticate",
			"via",
			"content-type",
			"refer-to",
		];
		for (const name of names) {
			const message = new IncomingRequestMessage();
			message.addHeader(name, "x");
			expect(Object.keys(message.headers)).toEqual([headerName(name).name]);
		}
	});

	test("keep what a value says in its slot, and ask the grammar when that is falsy", () => {
		const message = new IncomingRequestMessage();
		const contact = new NameAddrHeader(START.target, "", {});
		message.headers = { Contact: [readSlot("rubbish", contact)], "Content-Length": [readSlot("77", 0)] };
		expect(message.parseHeader("contact")).toBe(contact);
		expect(message.parseHeader("content-length")).toBe(77);
		const to = unreadSlot("<sip:a@b>");
		message.headers.To = [to];
		const said: unknown = message.parseHeader("to");
		expect(said).toBeInstanceOf(NameAddrHeader);
		expect(saidBy<unknown>(to)).toBe(said);
	});

	test("are read by the methods that ours replace, and of the top Via by its branch alone", () => {
		const bench = new Bench();
		const request = bench.request("INFO", 1);
		Object.defineProperty(request, "via", { value: undefined });
		bench.agent.take(request);
		expect(bench.wire.sent.at(-1)).toStartWith("469");
	});

	test("have no header fields when SIP.js makes them for a failure", () => {
		const failure = localFailure(408, "Request Timeout");
		expect(failure).toBeInstanceOf(IncomingResponseMessage);
		expect([failure.statusCode, isLocalFailure(failure), failure.headers]).toEqual([408, true, {}]);
	});

	test("are answered with the values that they came with, and the tag that is not there yet", () => {
		const bench = new Bench();
		const via = "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKvia;rport=9;received=192.0.2.10";
		bench.take("FOO", 3, { Via: via, From: '"A"<sip:phone@192.0.2.9>;tag=theirs' });
		for (const line of [
			`Via: ${via}`,
			'From: "A"<sip:phone@192.0.2.9>;tag=theirs',
			"To: <sip:us@192.0.2.1>;tag=ours",
			"Call-ID: call",
			"CSeq: 3 FOO",
		])
			expect(bench.wire.last).toContain(`\r\n${line}\r\n`);
	});
});

test("every line of SIP.js's log comes by one method", () => {
	const console = (["log", "warn", "error", "debug"] as const).map((name) => spyOn(globalThis.console, name));
	const bench = new Bench();
	bench.take("CANCEL", 1);
	bench.take("ACK", 1, { uri: "sip:else@192.0.2.1" });
	bench.take("ACK", 7);
	expect(bench.log.lines.some((line) => line.startsWith("DEBUG sip.invite-dialog: "))).toBe(true);
	for (const method of console) {
		expect(method).not.toHaveBeenCalled();
		method.mockRestore();
	}
	const loggers = debugLoggers(bench.log);
	expect(loggers.getLogger("a", "1")).toBe(loggers.getLogger("a", "2"));
});

test("the 2xx to a re-INVITE is repeated until its ACK, by a timer of SIP.js", () => {
	const timer = spyOn(globalThis, "setTimeout");
	const bench = new Bench();
	bench.dialog.delegate = { onInvite: (invite) => void invite.accept() };
	bench.take("INVITE", 1);
	const repetition = timer.mock.calls.find(([, delay]) => delay === 500)?.[0];
	timer.mockRestore();
	if (typeof repetition !== "function") throw new Error("a timer of 500 ms was expected");
	repetition();
	expect(bench.wire.sent).toEqual(["200 OK", "200 OK"]);
	bench.take("ACK", 1);
	repetition();
	expect(bench.wire.sent.length).toBe(2);
});
