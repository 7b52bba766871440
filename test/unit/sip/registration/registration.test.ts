import { describe, expect, test } from "bun:test";
import { parseUri } from "../../../../src/sip/message/uri.ts";
import { TransportError } from "../../../../src/sip/transport/types.ts";
import { header, LegBench, settle } from "../../../support/leg-bench.ts";

const ACCOUNT = { user: "click2call", password: "open sesame", realm: "" };
const CONTACT = "sip:click2call@192.0.2.1:5072;transport=tcp";

interface Answer {
	readonly expires?: number;
	readonly contact?: string;
	readonly headers?: string[];
}

async function started(
	identity = "sip:click2call@example.com",
	routeSet: string[] = [],
	stale: readonly string[] = [],
) {
	const bench = new LegBench([ACCOUNT]);
	const uri = parseUri(identity);
	if (!uri) throw new Error(identity);
	const told: (string | undefined)[] = [];
	const registration = bench.endpoint.createRegistration({
		identity: uri,
		routeSet,
		stale,
		changed: () => told.push(registration.report.contact),
	});
	registration.start();
	await settle();
	const answer = (status: number, { expires, contact = CONTACT, headers = [] }: Answer = {}): Promise<void> =>
		bench.respond(bench.last("REGISTER"), status, {
			contact: false,
			headers: [...headers, ...(expires === undefined ? [] : [`Contact: <${contact}>;expires=${expires}`])],
		});
	const advance = async (seconds: number): Promise<void> => {
		bench.clock.advance(seconds * 1000);
		await settle();
	};
	const count = (): number => bench.methods().filter((method) => method === "REGISTER").length;
	return { bench, registration, told, answer, advance, count };
}

describe("a REGISTER", () => {
	test("goes to the domain, for the identity, with our Contact on the flow", async () => {
		const { bench } = await started("sip:click2call@example.com:5070;transport=tcp");
		const register = bench.last("REGISTER");
		expect(register).toStartWith("REGISTER sip:example.com:5070;transport=tcp SIP/2.0\r\n");
		expect(header(register, "To")).toBe("<sip:click2call@example.com:5070>");
		expect(header(register, "From")).toStartWith("<sip:click2call@example.com:5070>;tag=");
		expect(header(register, "Contact")).toBe(`<${CONTACT}>`);
		expect(header(register, "Expires")).toBe("600");
	});

	test("has the identity's user part as it is written, and no password, in its Contact", async () => {
		const { bench } = await started("sip:click%20to%20call:secret@example.com");
		expect(header(bench.last("REGISTER"), "Contact")).toStartWith("<sip:click%20to%20call@");
	});

	test("takes the way through the outbound proxy", async () => {
		const { bench } = await started("sip:click2call@example.com", ["<sip:proxy.example.net;lr>"]);
		expect(header(bench.last("REGISTER"), "Route")).toBe("<sip:proxy.example.net;lr>");
	});

	test("that is challenged is sent again; refreshes carry their credentials at once", async () => {
		const { bench, registration, answer, advance, count } = await started();
		await answer(401, { headers: ['WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"'] });
		expect(header(bench.last("REGISTER"), "Authorization")).toContain('username="click2call"');
		await answer(200, { expires: 600 });
		expect(registration.state).toBe("registered");
		await advance(540);
		expect(count()).toBe(3);
		expect(header(bench.last("REGISTER"), "Authorization")).toContain("nc=00000002");
	});
});

describe("a binding", () => {
	test.each([
		[600, 540],
		[60, 48],
		[10, 8],
	])("of %i s is refreshed after %i s, in the same Call-ID with the next CSeq", async (expires, after) => {
		const { bench, answer, advance, count } = await started();
		const first = bench.last("REGISTER");
		await answer(200, { expires });
		await advance(after - 1);
		expect(count()).toBe(1);
		await advance(1);
		expect(count()).toBe(2);
		expect(header(bench.last("REGISTER"), "Call-ID")).toBe(header(first, "Call-ID"));
		expect(header(bench.last("REGISTER"), "CSeq")).toBe("2 REGISTER");
		expect(header(bench.last("REGISTER"), "From")).toBe(header(first, "From"));
	});

	test("is ours among those that are listed, even behind NAT", async () => {
		const { answer, advance, count } = await started();
		await answer(200, {
			expires: 100,
			contact: "sip:click2call@198.51.100.7:40000",
			headers: ["Contact: <sip:desk@192.0.2.77>;expires=5"],
		});
		await advance(79);
		expect(count()).toBe(1);
		await advance(1);
		expect(count()).toBe(2);
	});

	test("has the address by which the registrar knows us, once it has told it", async () => {
		const { bench, answer, advance, count } = await started();
		Object.assign(bench.flow, { local: { address: "198.51.100.1", port: 5072 } });
		await answer(200, { expires: 600 });
		await advance(0);
		expect(header(bench.last("REGISTER"), "Contact")).toBe(
			"<sip:click2call@198.51.100.1:5072;transport=tcp>",
		);
		Object.assign(bench.flow, { local: { address: "198.51.100.1", port: 40_000 } });
		await answer(200, { expires: 600 });
		await advance(0);
		expect(count()).toBe(2);
	});

	test("without a time of its own has that of the Expires header field, or what was asked for", async () => {
		for (const [headers, after] of [
			[["Expires: 100"], 80],
			[[], 540],
		] as const) {
			const { answer, advance, count } = await started();
			await answer(200, { headers: [...headers] });
			await advance(after - 1);
			expect(count()).toBe(1);
			await advance(1);
			expect(count()).toBe(2);
		}
	});

	test("is made anew when the connection closes, but not again and again", async () => {
		const { bench, answer, advance, count } = await started();
		await answer(200, { expires: 600 });
		await advance(100);
		bench.reception.onClosed(bench.flow);
		await advance(1);
		expect(count()).toBe(2);
		await answer(200, { expires: 600 });
		bench.reception.onClosed(bench.flow);
		await advance(29);
		expect(count()).toBe(2);
		await advance(1);
		expect(count()).toBe(3);
	});

	test("is kept alive on its flow, and taken away at the end", async () => {
		const { bench, registration, answer, advance } = await started();
		await answer(200, { expires: 600 });
		expect(bench.held).toBe(1);
		let left = false;
		const stopped = registration.stop().then(() => {
			left = true;
		});
		await settle();
		const last = bench.last("REGISTER");
		expect(header(last, "Expires")).toBe("0");
		expect(header(last, "Contact")).toBe(`<${CONTACT}>`);
		expect(left).toBe(false);
		await answer(200);
		await stopped;
		expect(registration.state).toBe("ended");
		expect(bench.held).toBe(0);
		await advance(40);
		expect(bench.clock.pending).toBe(0);
	});
});

describe("when the machine may have slept, a registration", () => {
	test("is renewed at once, by the same Contact", async () => {
		const { bench, registration, answer, count } = await started();
		await answer(200, { expires: 600 });
		const contact = header(bench.last("REGISTER"), "Contact");
		registration.renew();
		await settle();
		expect(count()).toBe(2);
		expect(header(bench.last("REGISTER"), "Contact")).toBe(contact);
		await answer(200, { expires: 600 });
		expect(registration.bound).toBe(true);
	});

	test("that waits for its next try is tried at once", async () => {
		const { registration, answer, count } = await started();
		await answer(503);
		expect(registration.state).toBe("waiting");
		registration.renew();
		await settle();
		expect(count()).toBe(2);
	});

	test("is renewed once more when a REGISTER is out", async () => {
		const { registration, answer, advance, count } = await started();
		registration.renew();
		await answer(200, { expires: 600 });
		await advance(0);
		expect(count()).toBe(2);
	});
});

describe("when the machine's addresses change, a registration", () => {
	/** From now on our address on the flow is this one; undefined when there is no route. */
	const move = (bench: LegBench, address: string | undefined): void => {
		Object.defineProperty(bench.flow, "local", {
			get: () => {
				if (address === undefined) throw new TransportError("no route");
				return { address, port: 5072 };
			},
		});
		bench.reception.onNetworkChange(new Set());
	};

	test("is renewed at once with the new Contact", async () => {
		const { bench, registration, answer, count } = await started();
		await answer(200, { expires: 600 });
		move(bench, "192.0.2.77");
		await settle();
		expect(count()).toBe(2);
		expect(header(bench.last("REGISTER"), "Contact")).toBe("<sip:click2call@192.0.2.77:5072;transport=tcp>");
		await answer(200, { headers: ["Contact: <sip:click2call@192.0.2.77:5072;transport=tcp>;expires=600"] });
		expect(registration.bound).toBe(true);
		bench.reception.onNetworkChange(new Set());
		await settle();
		expect(count()).toBe(2);
	});

	test("is left alone when its own address is still there", async () => {
		const { bench, answer, count } = await started();
		await answer(200, { expires: 600 });
		bench.reception.onNetworkChange(new Set());
		await settle();
		expect(count()).toBe(1);
	});

	test("whose connection was closed for it is renewed at once, however young it is", async () => {
		const { bench, answer, count } = await started();
		await answer(200, { expires: 600 });
		Object.assign(bench.flow, { open: false });
		bench.reception.onClosed(bench.flow);
		Object.assign(bench, { connect: () => ({ ...bench.flow, open: true }) });
		bench.reception.onNetworkChange(new Set());
		await settle();
		expect(count()).toBe(2);
	});

	test("waits while there is no route, and is renewed when there is one again", async () => {
		const { bench, answer, count } = await started();
		await answer(200, { expires: 600 });
		move(bench, undefined);
		await settle();
		expect(count()).toBe(1);
		move(bench, "192.0.2.77");
		await settle();
		expect(count()).toBe(2);
	});

	test("that nobody answered is tried at once; one that was refused is not", async () => {
		for (const [status, tries] of [
			[0, 2],
			[403, 1],
		] as const) {
			const { bench, registration, answer, advance, count } = await started();
			if (status === 0) await advance(32);
			else await answer(status);
			expect(registration.state).toBe("waiting");
			bench.reception.onNetworkChange(new Set());
			await settle();
			expect(count()).toBe(tries);
		}
	});

	test("is renewed once more when that happens while a REGISTER is out", async () => {
		const { bench, answer, advance, count } = await started();
		bench.reception.onNetworkChange(new Set());
		await answer(200, { expires: 600 });
		await advance(0);
		expect(count()).toBe(2);
		await answer(200, { expires: 600 });
		await advance(500);
		expect(count()).toBe(2);
	});
});

describe("a registration that fails", () => {
	test("is tried again after a while that grows, and says so without a secret", async () => {
		const { bench, registration, answer, advance, count } = await started();
		await answer(403);
		expect(registration.state).toBe("waiting");
		expect(bench.log.lines.join("\n")).toMatch(
			/WARNING Register: sip:click2call@example.com is not registered: 403 Whatever; trying again in (3|4|5|6)\d s/,
		);
		expect(bench.log.lines.join("\n")).not.toContain(ACCOUNT.password);
		const secondsToNext = async (): Promise<number> => {
			const before = count();
			let seconds = 0;
			for (; count() === before && seconds < 3600; seconds += 1) await advance(1);
			return seconds;
		};
		const first = await secondsToNext();
		await answer(403);
		const second = await secondsToNext();
		expect([first >= 30, first <= 60, second >= 60, second <= 120]).toEqual([true, true, true, true]);
		await answer(200, { expires: 600 });
		expect(bench.log.lines.join("\n")).toContain("is registered again for 600 s");
	});

	test("with a wrong password tries once in a turn", async () => {
		const { registration, answer, count } = await started();
		await answer(401, { headers: ['WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"'] });
		await answer(401, { headers: ['WWW-Authenticate: Digest realm="r", nonce="m", qop="auth"'] });
		expect(count()).toBe(2);
		expect(registration.state).toBe("waiting");
	});

	test("waits as long as the registrar asks for", async () => {
		const { answer, advance, count } = await started();
		await answer(503, { headers: ["Retry-After: 120"] });
		await advance(119);
		expect(count()).toBe(1);
		await advance(1);
		expect(count()).toBe(2);
	});

	test("because its interval is too brief takes the longer one at once", async () => {
		const { bench, answer, advance } = await started();
		await answer(423, { headers: ["Min-Expires: 3600"] });
		await advance(0);
		expect(header(bench.last("REGISTER"), "Expires")).toBe("3600");
	});

	test("can be stopped while it waits", async () => {
		const { bench, registration, answer, advance, count } = await started();
		await answer(403);
		await registration.stop();
		expect(count()).toBe(1);
		expect(registration.state).toBe("ended");
		await advance(40);
		expect(bench.clock.pending).toBe(0);
	});
});

test("other accounts are those of the next registration, with the same Contact", async () => {
	const { bench, registration, answer } = await started();
	await answer(200, { expires: 600 });
	bench.endpoint.setAccounts([{ ...ACCOUNT, user: "other" }]);
	registration.close();
	const uri = parseUri("sip:click2call@example.com");
	if (!uri) throw new Error("uri");
	const next = bench.endpoint.createRegistration({ identity: uri, routeSet: [] });
	next.start();
	await settle();
	await answer(401, { headers: ['WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"'] });
	expect(header(bench.last("REGISTER"), "Authorization")).toContain('username="other"');
	expect(header(bench.last("REGISTER"), "Contact")).toBe(`<${CONTACT}>`);
	await answer(200, { expires: 600 });
	expect(next.state).toBe("registered");
});

test("a binding is there from the first 200, while it is refreshed, and until a refresh fails or the connection closes", async () => {
	const { bench, registration, answer, advance } = await started();
	expect(registration.bound).toBe(false);
	await answer(200, { expires: 600 });
	expect(registration.bound).toBe(true);
	await advance(540);
	expect(registration.state).toBe("registering");
	expect(registration.bound).toBe(true);
	await answer(500);
	expect(registration.bound).toBe(false);
	await advance(60);
	expect(registration.state).toBe("registering");
	expect(registration.bound).toBe(false);
	await answer(200, { expires: 600 });
	expect(registration.bound).toBe(true);
	registration.flowClosed(bench.flow);
	expect(registration.bound).toBe(false);
	registration.close();
	expect(registration.bound).toBe(false);
});

test("the report says until when the binding is there, why a try failed, and when the next one is", async () => {
	const { bench, registration, answer, advance } = await started();
	expect(registration.report).toEqual({ state: "registering", bound: false });
	await answer(200, { expires: 600 });
	expect(registration.report).toEqual({
		state: "registered",
		bound: true,
		contact: CONTACT,
		until: 600_000,
		next: 540_000,
	});
	await advance(540);
	expect(registration.report).toMatchObject({ state: "registering", bound: true, until: 600_000 });
	await answer(403);
	const { next, ...failed } = registration.report;
	const failure = { at: 540_000, status: 403, reason: "Whatever", local: false };
	expect(failed).toEqual({ state: "waiting", bound: false, failure });
	expect(next).toBeGreaterThan(540_000);
	await advance(60);
	expect(registration.report).toEqual({ state: "registering", bound: false, failure });
	await answer(200, { expires: 600 });
	const { until, failure: forgotten } = registration.report;
	expect([until, forgotten]).toEqual([1_200_000, undefined]);
	registration.flowClosed(bench.flow);
	expect(registration.report).toMatchObject({ state: "registered", bound: false, next: 630_000 });
	registration.close();
	expect(registration.report).toEqual({ state: "ended", bound: false });
});

describe("what another box of the service has left behind", () => {
	const OTHER = "sip:click2call@192.0.2.2:5072;transport=tcp";
	const identity = "sip:click2call@example.com";
	const contacts = (text: string): string[] =>
		text.split("\r\n").flatMap((line) => (line.startsWith("Contact: ") ? [line.slice(9)] : []));

	test("is removed as soon as our own binding is there, by a REGISTER that names both", async () => {
		const { bench, registration, told, answer, advance, count } = await started(identity, [], [OTHER]);
		expect(contacts(bench.last("REGISTER"))).toEqual([`<${CONTACT}>`]);
		await answer(200, { expires: 600 });
		expect(registration.report.contact).toBeUndefined();
		await advance(0);
		expect(count()).toBe(2);
		expect(contacts(bench.last("REGISTER"))).toEqual([`<${CONTACT}>`, `<${OTHER}>;expires=0`]);
		expect(header(bench.last("REGISTER"), "Expires")).toBe("600");
		await answer(200, { expires: 600 });
		expect(registration.report.contact).toBe(CONTACT);
		// Who goes on after us is told once what is there, and not at each refresh.
		expect(told).toEqual([CONTACT]);
		await advance(540);
		expect(contacts(bench.last("REGISTER"))).toEqual([`<${CONTACT}>`]);
		await answer(200, { expires: 600 });
		expect(told).toEqual([CONTACT]);
	});

	test("makes room for ours where the registrar takes no further binding", async () => {
		const { bench, registration, answer, advance } = await started(identity, [], [OTHER]);
		await answer(403);
		await advance(0);
		expect(contacts(bench.last("REGISTER"))).toEqual([`<${CONTACT}>`, `<${OTHER}>;expires=0`]);
		await answer(200, { expires: 600 });
		await advance(0);
		expect(registration.state).toBe("registered");
		expect(registration.report.contact).toBe(CONTACT);
	});

	test("is let expire at a registrar that takes one Contact at a time", async () => {
		const { bench, registration, answer, advance, count } = await started(identity, [], [OTHER]);
		await answer(200, { expires: 600 });
		await advance(0);
		await answer(400);
		await advance(0);
		expect(contacts(bench.last("REGISTER"))).toEqual([`<${CONTACT}>`]);
		await answer(200, { expires: 600 });
		expect(registration.state).toBe("registered");
		await advance(500);
		expect(count()).toBe(3);
	});

	test("counts for nothing where the account is wrong", async () => {
		const { registration, answer, advance, count } = await started(identity, [], [OTHER]);
		for (const turn of [1, 2, 3]) {
			expect(count()).toBe(turn);
			await answer(403);
			await advance(0);
		}
		expect(registration.state).toBe("waiting");
		expect(count()).toBe(3);
	});

	test("is not removed if it is our own", async () => {
		const { registration, answer, advance, count } = await started(identity, [], [CONTACT]);
		await answer(200, { expires: 600 });
		await advance(100);
		expect(count()).toBe(1);
		expect(registration.report.contact).toBe(CONTACT);
	});
});

test.each([
	[200, true],
	[500, false],
] as const)("at the end it is known whether the binding is gone: %i", async (status, gone) => {
	const { registration, answer } = await started();
	await answer(200, { expires: 600 });
	const stopped = registration.stop();
	await answer(status);
	expect(await stopped).toBe(gone);
});
