import { beforeEach, describe, expect, test } from "bun:test";
import type { CallServiceOptions } from "../../../src/call/call-service.ts";
import { callerOf } from "../../../src/call/caller.ts";
import { parseUri } from "../../../src/sip/message/uri.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeLegs } from "../../support/fake-leg.ts";
import { makeCallService } from "../../support/make-call-service.ts";
import { sdp } from "./support.ts";

const PROXY = ["<sip:proxy.example.com;lr>"];

function uri(text: string) {
	const read = parseUri(text);
	if (!read) throw new Error(`not read: ${text}`);
	return read;
}

/** From, display name and header lines for a phone. */
function present(
	callerIdentity: "initiator" | "server",
	{
		proxy = false,
		privacy,
		address = "sip:%41lice:pw@192.0.2.2;transport=tcp",
	}: {
		proxy?: boolean;
		privacy?: string;
		address?: string;
	} = {},
): [string, string, readonly string[]] {
	const caller = callerOf(
		{ address: uri(address), privacy },
		{ callerIdentity, identity: uri("sip:click2call@example.com"), routeSet: proxy ? PROXY : [] },
	);
	return [caller.from.toString(), caller.displayName, caller.headers];
}

describe("a destination is called", () => {
	test("by the initiator", () => {
		const address = "sip:alice@192.0.2.2";
		expect(present("initiator", { address })).toEqual([address, "", []]);
		expect(present("initiator", { address, proxy: true })).toEqual([address, "", []]);
	});

	test("by the server, with the initiator as the display name, where that is set", () => {
		expect(present("server")).toEqual(["sip:click2call@example.com", "Alice", []]);
	});

	test("by the server, which tells the outbound proxy who the initiator is", () => {
		expect(
			present("server", { proxy: true, address: "sip:alice@192.0.2.2;transport=tcp;user=phone" }),
		).toEqual([
			"sip:click2call@example.com",
			"alice",
			["P-Asserted-Identity: <sip:alice@192.0.2.2;user=phone>"],
		]);
	});
});

describe("an initiator that wants privacy (RFC 3323)", () => {
	test.each(["id", "user", "header", "User;Critical", "session; id"])("(%s) is not named", (privacy) => {
		const line = `Privacy: ${privacy.toLowerCase().replace(" ", "")}`;
		expect(present("initiator", { privacy })).toEqual([
			"sip:anonymous@anonymous.invalid",
			"Anonymous",
			[line],
		]);
		expect(present("server", { privacy })).toEqual(["sip:click2call@example.com", "Anonymous", [line]]);
	});

	test("is named to the outbound proxy only, which is to keep it to itself", () => {
		const address = "sip:alice@192.0.2.2";
		const asserted = `P-Asserted-Identity: <${address}>`;
		const headers = (privacy: string) => present("server", { proxy: true, privacy, address })[2];
		expect(headers("id")).toEqual([asserted, "Privacy: id"]);
		expect(headers("user")).toEqual([asserted, "Privacy: user;id"]);
	});

	test.each(["none", "NONE"])("is named when it says %s", (privacy) => {
		expect(present("server", { privacy })).toEqual(["sip:click2call@example.com", "Alice", []]);
	});

	test("is named when only its media is to be private, and that is passed on", () => {
		expect(present("server", { privacy: "session" })).toEqual([
			"sip:click2call@example.com",
			"Alice",
			["Privacy: session"],
		]);
	});

	test("cannot put anything else into the INVITE", () => {
		expect(present("server", { privacy: 'x"y;id' })[2]).toEqual(["Privacy: id"]);
	});
});

describe("with CallerIdentity = server", () => {
	let legs: FakeLegs;

	beforeEach(() => {
		legs = new FakeLegs();
	});

	function place(anchor: boolean, options: Partial<CallServiceOptions> = {}): void {
		makeCallService({
			legs,
			clock: new FakeClock(),
			callerIdentity: "server",
			routeSet: PROXY,
			...options,
		}).place({ initiator: "alice", destination: "bob", anchor, origin: { via: "xml" } });
	}

	const IN_NAME_OF_ALICE = {
		displayName: "alice",
		headers: ["P-Asserted-Identity: <sip:alice@192.0.2.2>"],
	};

	test("the account calls the destination of an anchored call", () => {
		place(true);
		legs.leg(0).answer(sdp(4000));
		expect(legs.requests[1]).toMatchObject(IN_NAME_OF_ALICE);
		expect(`${legs.requests[1]?.from}`).toBe("sip:click2call@example.com");
	});

	test("and that of a call whose REFER was refused", () => {
		place(false);
		legs.leg(0).answer(sdp(4000));
		legs.leg(0).referring?.onRefused({ status: 501, reason: "", local: false });
		expect(legs.requests[1]).toMatchObject(IN_NAME_OF_ALICE);
		expect(`${legs.requests[1]?.from}`).toBe("sip:click2call@example.com");
	});

	test("and the phone that another one transfers the call to, in the name of the one that stays", () => {
		place(true);
		legs.leg(0).answer(sdp(4000));
		legs.leg(1).answer(sdp(4002));
		legs.leg(0).reinviting?.onAccepted(sdp(4000), () => {});
		legs.leg(1).privacy = "id";
		legs.leg(0).delegate?.onTransfer({
			target: uri("sip:carol@192.0.2.4"),
			replaces: "a;to-tag=b;from-tag=c",
			accept: () => {},
			reject: () => {},
			report: () => {},
		});
		expect(legs.requests[2]).toMatchObject({
			displayName: "Anonymous",
			headers: ["Replaces: a;to-tag=b;from-tag=c", "P-Asserted-Identity: <sip:bob@192.0.2.3>", "Privacy: id"],
		});
		expect(`${legs.requests[2]?.from}`).toBe("sip:click2call@example.com");
	});

	test("the initiator is called as ever", () => {
		place(true);
		expect(legs.requests[0]).toMatchObject({ displayName: "Click-To-Call: bob" });
		expect(`${legs.requests[0]?.from}`).toBe("sip:click2call@example.com");
	});
});
