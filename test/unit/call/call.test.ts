import { beforeEach, describe, expect, test } from "bun:test";
import type { CallService } from "../../../src/call/call-service.ts";
import type { CallEvent } from "../../../src/call/events.ts";
import type { CallResult, Placed } from "../../../src/call/types.ts";
import { parseUri } from "../../../src/sip/message/uri.ts";
import type { WallClock } from "../../../src/time/wall-clock.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeLegs } from "../../support/fake-leg.ts";
import { makeCallService, placeCall } from "../../support/make-call-service.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";
import { sdp } from "./support.ts";

const SDP = sdp(4000);

let clock: FakeClock;
let legs: FakeLegs;
let results: CallResult[];
let events: CallEvent[];
let service: CallService;

function makeService(
	limits: { maxCalls?: number; maxCallsPerSecond?: number; maxDuration?: number; wall?: WallClock } = {},
): CallService {
	const { maxDuration = 0, ...most } = limits;
	return makeCallService({
		legs,
		clock,
		autoAnswer: "both",
		limits: { initiatorTimeout: 60_000, destinationTimeout: 90_000, maxDuration },
		...most,
	});
}

function place(anchor: boolean, destination = "bob"): void {
	const placed = service.place({ initiator: "alice", destination, anchor, origin: { via: "xml" } });
	if (placed.accepted) placed.listen((result) => results.push(result));
	else results.push(placed.result);
}

const chain = (): string[] => results.map(({ code, leg }) => (leg ? `${code} ${leg}` : `${code}`));
const finals = (): number => results.filter(({ final }) => final).length;

beforeEach(() => {
	clock = new FakeClock();
	legs = new FakeLegs();
	results = [];
	events = [];
	service = makeService();
	service.events.subscribe((event) => events.push(event));
});

/** Every call of these tests ends with one final result, no call listed and no timer set. */
function expectOver(expected: string[]): void {
	expect(chain()).toEqual(expected);
	expect(finals()).toBe(1);
	expect(results.at(-1)?.final).toBe(true);
	expect(service.list()).toEqual([]);
	expect(clock.pending).toBe(0);
}

describe("the end of a call says who hung up:", () => {
	const connect = (): void => {
		legs.leg(0).answer(SDP);
		legs.leg(1).answer(SDP);
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
	};
	const ender = () => {
		const last = events.at(-1);
		expect(last).toMatchObject({ kind: "state", call: { state: "ended" } });
		return last?.kind === "state" ? last.endedBy : undefined;
	};
	const id = (): string => service.list()[0]?.id ?? "";

	test("a phone, whichever it is, also while the other one rings", () => {
		place(true);
		connect();
		legs.leg(0).hangUp();
		expect(ender()).toBe("initiator");
		place(true);
		legs.leg(2).answer(SDP);
		legs.leg(2).hangUp();
		expect(ender()).toBe("initiator");
	});

	test("the destination", () => {
		place(true);
		connect();
		legs.leg(1).hangUp();
		expect(ender()).toBe("destination");
	});

	test("an operator, or the server that stops", () => {
		place(true);
		service.hangUp(id());
		expect(ender()).toBe("operator");
		place(true);
		service.stop();
		expect(ender()).toBe("server");
	});

	test("the server for a phone that does not answer in time or is lost", () => {
		place(true);
		clock.advance(60_000);
		expect(ender()).toBe("server");
		place(true);
		legs.leg(1).answer(SDP);
		legs.leg(1).delegate?.onEnded("failure");
		expect(ender()).toBe("server");
	});

	test("nobody, when a phone refuses or a REFER is done", () => {
		place(true);
		legs.leg(0).fail(486);
		expect(ender()).toBeUndefined();
		place(false);
		legs.leg(1).answer(SDP);
		legs.leg(1).referring?.onReport(200);
		expect(ender()).toBeUndefined();
	});
});

test("a call dates what happens by the time that passes, whatever the time of day is set to", () => {
	let now = Date.UTC(2006, 10, 27);
	service = makeService({ wall: { now: () => now } });
	service.events.subscribe((event) => events.push(event));
	place(true);
	now += 20 * 365 * 86_400_000;
	clock.advance(4000);
	legs.leg(0).answer(SDP);
	now -= 3 * 365 * 86_400_000;
	clock.advance(1500);
	service.stop();
	const ages = events.flatMap((event) => (event.kind === "refused" ? [] : [event.call.age]));
	expect(ages).toEqual([0, 0, 4000, 4000, 5500, 5500]);
	expect(events.at(-1)).toMatchObject({ call: { startedAt: Date.UTC(2006, 10, 27) } });
});

describe("an anchored call", () => {
	beforeEach(() => place(true));

	const answerBoth = (): void => {
		legs.leg(0).delegate?.onProgress(180);
		legs.leg(0).answer(SDP);
		legs.leg(1).delegate?.onProgress(183);
		legs.leg(1).delegate?.onProgress(180);
		legs.leg(1).answer(SDP);
	};

	test("says 200 Destination only when the initiator has answered the destination's offer", () => {
		answerBoth();
		expect(chain()).toEqual(["100", "180 Initiator", "200 Initiator", "180 Destination"]);
		expect(legs.leg(1).acknowledged).toBeUndefined();
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
		expect(chain().at(-1)).toBe("200 Destination");
		expect(finals()).toBe(1);
		expect(legs.leg(1).acknowledged).toContain("m=audio 4000");
		expect(service.list()[0]?.state).toBe("connected");
	});

	test("never passes on the other phone's origin line", () => {
		answerBoth();
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
		expect(legs.leg(0).offer).toContain("o=clicktocall");
		expect(legs.leg(0).offer).not.toContain("o=phone");
		expect(legs.leg(1).acknowledged).not.toContain("o=phone");
	});

	test("ends the other leg when one phone hangs up", () => {
		answerBoth();
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
		legs.leg(1).hangUp();
		expect(legs.leg(0).asked.at(-1)).toBe("BYE");
		expectOver(["100", "180 Initiator", "200 Initiator", "180 Destination", "200 Destination"]);
	});

	test("asks the initiator's phone to pick up by itself, and only that one", () => {
		legs.leg(0).answer(SDP);
		expect(legs.requests[0]?.headers).toEqual([
			"Call-Info: <sip:example.com>;answer-after=0",
			"Alert-Info: <http://example.com>;info=alert-autoanswer;delay=0",
		]);
		expect(legs.requests[1]?.headers).toEqual([]);
	});

	test("gives the initiator early media when the destination offers it", () => {
		legs.leg(0).answer(SDP);
		const answers: (string | undefined)[] = [];
		legs.leg(1).delegate?.onEarlyOffer(SDP, (sdp) => answers.push(sdp));
		expect(legs.leg(0).offer).toContain("m=audio 4000");
		legs.leg(0).reinviting?.onAccepted(SDP.replace("4000", "4002"), () => {});
		expect(answers[0]).toContain("m=audio 4002");
		legs.leg(1).answer(undefined, "agreed");
		expect(legs.leg(1).asked.at(-1)).toBe("ACK");
		expect(legs.leg(0).asked.filter((step) => step === "re-INVITE")).toHaveLength(1);
		expect(chain()).toEqual(["100", "200 Initiator", "200 Destination"]);
	});

	test("ends both when the initiator refuses early media", () => {
		legs.leg(0).answer(SDP);
		const answers: (string | undefined)[] = [];
		legs.leg(1).delegate?.onEarlyOffer(SDP, (sdp) => answers.push(sdp));
		legs.leg(0).reinviting?.onRefused({ status: 488, reason: "", local: false });
		expect(answers).toEqual([undefined]);
		// The refusal in the PRACK is no agreement, even when a 200 has been waiting for it.
		legs.leg(1).delegate?.onAnswered(undefined, "agreed");
		expect(legs.leg(1).asked.at(-1)).toBe("CANCEL");
		expectOver(["100", "200 Initiator", "488 Destination"]);
	});

	test("reports the initiator's refusal", () => {
		legs.leg(0).fail(486);
		expectOver(["100", "486 Initiator"]);
		expect(legs.made).toHaveLength(1);
	});

	test("reports the destination's refusal and hangs up the initiator", () => {
		legs.leg(0).answer(SDP);
		legs.leg(1).fail(486);
		expect(legs.leg(0).asked).toEqual(["INVITE", "ACK", "BYE"]);
		expectOver(["100", "200 Initiator", "486 Destination"]);
	});

	test("cancels the destination when the initiator hangs up, and says 487", () => {
		legs.leg(0).answer(SDP);
		legs.leg(1).delegate?.onProgress(180);
		legs.leg(0).hangUp();
		expect(legs.leg(1).asked).toEqual(["INVITE", "CANCEL"]);
		expectOver(["100", "200 Initiator", "180 Destination", "487 Destination"]);
	});

	test("ends both with 488 when the destination answers without a description", () => {
		legs.leg(0).answer(SDP);
		legs.leg(1).answer(undefined);
		expect(legs.leg(0).asked.at(-1)).toBe("BYE");
		expect(legs.leg(1).asked.at(-1)).toBe("BYE");
		expectOver(["100", "200 Initiator", "488 Destination"]);
	});

	test("ends both when the initiator refuses the destination's offer", () => {
		legs.leg(0).answer(SDP);
		legs.leg(1).answer(SDP);
		legs.leg(0).reinviting?.onRefused({ status: 488, reason: "", local: false });
		expect(legs.leg(1).asked.at(-1)).toBe("BYE");
		expectOver(["100", "200 Initiator", "488 Destination"]);
	});

	test("gives up an initiator that rings too long", () => {
		clock.advance(60_000);
		expect(legs.leg(0).asked).toEqual(["INVITE", "CANCEL"]);
		expectOver(["100", "408 Initiator"]);
	});

	test("gives up a destination that rings too long", () => {
		legs.leg(0).answer(SDP);
		clock.advance(90_000);
		expect(legs.leg(1).asked).toEqual(["INVITE", "CANCEL"]);
		expectOver(["100", "200 Initiator", "408 Destination"]);
	});

	test("ends after MaxCallDuration", () => {
		legs.leg(0).fail(486);
		results = [];
		service = makeService({ maxDuration: 5000 });
		place(true);
		legs.leg(1).answer(SDP);
		legs.leg(2).answer(SDP);
		legs.leg(1).reinviting?.onAccepted(SDP, () => {});
		clock.advance(5000);
		expect(legs.leg(1).asked.at(-1)).toBe("BYE");
		expect(legs.leg(2).asked.at(-1)).toBe("BYE");
		expectOver(["100", "200 Initiator", "200 Destination"]);
	});

	test("a phone's re-INVITE goes to the other and its answer comes back", () => {
		answerBoth();
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
		const replies: string[] = [];
		legs.leg(1).delegate?.onOffer(SDP.replace("sendrecv", "sendonly"), {
			open: true,
			accept: (sdp) => replies.push(sdp ?? ""),
			refuse: (status) => replies.push(`${status}`),
		});
		expect(legs.leg(0).offer).toContain("a=sendonly");
		legs.leg(0).reinviting?.onAccepted(SDP.replace("sendrecv", "recvonly"), () => {});
		expect(replies).toHaveLength(1);
		expect(replies[0]).toContain("a=recvonly");
		expect(replies[0]).toContain("o=clicktocall");
	});

	test("a refused offer is relayed as refused and the call goes on", () => {
		answerBoth();
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
		const refused: number[] = [];
		legs
			.leg(1)
			.delegate?.onOffer(SDP, { open: true, accept: () => {}, refuse: (status) => refused.push(status) });
		legs.leg(0).reinviting?.onRefused({ status: 488, reason: "", local: false });
		expect(refused).toEqual([488]);
		expect(service.list()[0]?.state).toBe("connected");
	});

	test("an offer that its phone took back before the other one accepted it is taken back there, too", () => {
		answerBoth();
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
		const reply = { open: true, accept: () => {}, refuse: () => {} };
		legs.leg(1).delegate?.onOffer(SDP.replace("4000", "4002"), reply);
		expect(legs.leg(0).offer).toContain("m=audio 4002");
		reply.open = false;
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
		expect(legs.leg(0).offer).toContain("m=audio 4000");
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
		expect(legs.leg(1).asked).not.toContain("re-INVITE");
	});

	test("a phone that answers a refresh from another place is heard of there; one that has not moved is not", () => {
		answerBoth();
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
		const before = legs.leg(0).asked.length;
		legs.leg(1).delegate?.onRefreshed(SDP.replace("a=sendrecv\r\n", ""));
		expect([legs.leg(0).asked.length, legs.leg(1).asked.at(-1)]).toEqual([before, "ACK"]);
		legs.leg(1).delegate?.onRefreshed(SDP.replaceAll("192.0.2.9", "192.0.2.99"));
		expect(legs.leg(1).asked.at(-1)).toBe("re-INVITE");
		const answers: (string | undefined)[] = [];
		legs.leg(1).reinviting?.onAccepted(SDP.replaceAll("192.0.2.9", "192.0.2.99"), (sdp) => answers.push(sdp));
		expect(legs.leg(0).offer).toContain("c=IN IP4 192.0.2.99");
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
		expect(answers[0]).toContain("c=IN IP4 192.0.2.9\r\n");
	});

	test("a re-INVITE without offer gets the other phone's, whose answer goes into its ACK", () => {
		answerBoth();
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
		const offers: (string | undefined)[] = [];
		const answers: (string | undefined)[] = [];
		legs
			.leg(1)
			.delegate?.onOffer(undefined, { open: true, accept: (sdp) => offers.push(sdp), refuse: () => {} });
		expect(legs.leg(0).offer).toBeUndefined();
		legs.leg(0).reinviting?.onAccepted(SDP, (answer) => answers.push(answer));
		expect(offers).toHaveLength(1);
		expect(answers).toEqual([]);
		legs.leg(1).delegate?.onAnswer(SDP.replace("sendrecv", "recvonly"));
		expect(answers[0]).toContain("a=recvonly");
	});

	test("the initiator's offer while ours to it waits is answered without media, while ours is out it waits", () => {
		answerBoth();
		const replies: string[] = [];
		const reply = {
			open: true,
			accept: (sdp: string | undefined) => replies.push(sdp ?? ""),
			refuse: (status: number) => replies.push(`${status}`),
		};
		legs.leg(0).delegate?.onOffer(SDP, reply);
		legs.leg(0).waiting = true;
		legs.leg(0).delegate?.onOffer(SDP, reply);
		expect(replies[0]).toBe("491");
		expect(replies[1]).toContain("a=inactive");
	});

	/** The destination asks for an offer, gets this one of the initiator, and acknowledges it without an answer. */
	function leaveUnanswered(offer: string): (string | undefined)[] {
		answerBoth();
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
		const answers: (string | undefined)[] = [];
		legs.leg(1).delegate?.onOffer(undefined, { open: true, accept: () => {}, refuse: () => {} });
		legs.leg(0).reinviting?.onAccepted(offer, (answer) => answers.push(answer));
		legs.leg(1).delegate?.onAnswer(undefined);
		return answers;
	}

	test("an offer that is acknowledged without an answer leaves all as it was agreed before", () => {
		const answers = leaveUnanswered(SDP);
		expect(answers).toHaveLength(1);
		expect(answers[0]).toEndWith("m=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n");
		expect(legs.leg(1).asked).not.toContain("re-INVITE");
	});

	test("an offer that is acknowledged without an answer is made again when it has news", () => {
		const answers = leaveUnanswered(SDP.replace("4000", "4006"));
		expect(answers).toEqual([]);
		expect(legs.leg(1).offer).toContain("m=audio 4006");
		legs.leg(1).reinviting?.onAccepted(SDP, () => {});
		expect(answers[0]).toContain("m=audio 4000");
	});

	test("an offer that the other phone takes without an answer is refused, and taken back there", () => {
		answerBoth();
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
		const refused: number[] = [];
		legs.leg(1).delegate?.onOffer(SDP.replace("4000", "4002"), {
			open: true,
			accept: () => {},
			refuse: (status) => refused.push(status),
		});
		legs.leg(0).reinviting?.onAccepted(undefined, () => {});
		expect(refused).toEqual([488]);
		expect(legs.leg(0).offer).toContain("m=audio 4000");
	});
});

describe("a transfer by a phone of an anchored call", () => {
	const reports: number[] = [];
	let rejected: number | undefined;

	/** The destination asks for a transfer of the connected call. */
	function transfer(replaces?: string): void {
		reports.length = 0;
		rejected = undefined;
		const target = parseUri("sip:carol@192.0.2.4");
		if (!target) throw new Error("target");
		legs.leg(1).delegate?.onTransfer({
			target,
			replaces,
			accept: () => reports.push(100),
			reject: (status) => {
				rejected = status;
			},
			report: (status) => reports.push(status),
		});
	}

	beforeEach(() => {
		place(true);
		legs.leg(0).answer(SDP);
		legs.leg(1).answer(SDP);
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
	});

	test("joins the other phone with the new one and hangs up who asked", () => {
		transfer();
		expect(legs.requests[2]?.to.toString()).toBe("sip:carol@192.0.2.4");
		expect(legs.requests[2]?.from.toString()).toBe("sip:alice@192.0.2.2");
		legs.leg(2).delegate?.onProgress(180);
		legs.leg(2).answer(SDP.replace("4000", "4002"));
		expect(legs.leg(0).offer).toContain("m=audio 4002");
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
		expect(reports).toEqual([100, 180, 200]);
		expect(legs.leg(2).acknowledged).toContain("m=audio 4000");
		expect(legs.leg(1).asked.at(-1)).toBe("BYE");
		expect(service.list()[0]?.state).toBe("connected");
		legs.leg(2).hangUp();
		expect(legs.leg(0).asked.at(-1)).toBe("BYE");
		expectOver(["100", "200 Initiator", "200 Destination"]);
	});

	test("to a phone with early media joins it before it answers", () => {
		transfer();
		const answers: (string | undefined)[] = [];
		legs.leg(2).delegate?.onEarlyOffer(SDP, (sdp) => answers.push(sdp));
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
		expect(answers[0]).toContain("m=audio 4000");
		expect(reports).toEqual([100]);
		legs.leg(2).answer(undefined, "agreed");
		expect(reports).toEqual([100, 200]);
		expect(legs.leg(1).asked.at(-1)).toBe("BYE");
	});

	test("takes over a call elsewhere with Replaces", () => {
		transfer("abc@host;to-tag=1;from-tag=2");
		expect(legs.requests[2]?.headers).toEqual(["Replaces: abc@host;to-tag=1;from-tag=2"]);
	});

	test("that fails leaves the call as it was", () => {
		transfer();
		legs.leg(2).fail(486);
		expect(reports).toEqual([100, 486]);
		expect(legs.leg(1).state).toBe("confirmed");
		expect(service.list()[0]?.state).toBe("connected");
		transfer();
		expect(reports).toEqual([100]);
	});

	test("that fails after the phone that asked has gone ends the call", () => {
		transfer();
		legs.leg(1).hangUp();
		expect(service.list()).toHaveLength(1);
		legs.leg(2).fail(486);
		expect(legs.leg(0).asked.at(-1)).toBe("BYE");
		expectOver(["100", "200 Initiator", "200 Destination"]);
	});

	test("is given up when the other phone hangs up", () => {
		transfer();
		legs.leg(0).hangUp();
		expect(legs.leg(2).asked).toEqual(["INVITE", "CANCEL"]);
		expect(legs.leg(1).asked.at(-1)).toBe("BYE");
		expectOver(["100", "200 Initiator", "200 Destination"]);
	});

	test("is one at a time", () => {
		transfer();
		const before = legs.made.length;
		transfer();
		expect(rejected).toBe(491);
		expect(legs.made).toHaveLength(before);
	});
});

describe("a REFER call", () => {
	beforeEach(() => {
		place(false);
		legs.leg(0).answer(SDP);
	});

	test("refers the initiator to the destination and leaves when it has answered", () => {
		expect(legs.leg(0).asked).toEqual(["INVITE", "ACK", "REFER sip:bob@192.0.2.3"]);
		const listener = legs.leg(0).referring;
		listener?.onAccepted();
		listener?.onReport(180);
		listener?.onReport(200);
		expect(legs.leg(0).asked.at(-1)).toBe("BYE");
		expectOver(["100", "200 Initiator", "180 Destination", "200 Destination"]);
	});

	test("reports the destination's refusal from the NOTIFY", () => {
		legs.leg(0).referring?.onReport(486);
		expect(legs.leg(0).asked.at(-1)).toBe("BYE");
		expectOver(["100", "200 Initiator", "486 Destination"]);
	});

	test.each([302, 405, 501, 603])("a REFER refused with %d is anchored instead", (status) => {
		legs.leg(0).state = "confirmed";
		legs.leg(0).referring?.onRefused({ status, reason: "", local: false });
		expect(legs.made).toHaveLength(2);
		legs.leg(1).answer(SDP);
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
		expect(chain()).toEqual(["100", "200 Initiator", "200 Destination"]);
		expect(service.list()[0]?.way).toBe("anchor");
	});

	test("waits for the reports when the phone hangs up after accepting", () => {
		legs.leg(0).referring?.onAccepted();
		legs.leg(0).hangUp();
		expect(finals()).toBe(0);
		legs.leg(0).referring?.onReport(200);
		expectOver(["100", "200 Initiator", "200 Destination"]);
	});

	test("a phone that hung up and refuses the REFER ends the call with 487", () => {
		legs.leg(0).hangUp();
		legs.leg(0).referring?.onRefused({ status: 481, reason: "", local: false });
		expectOver(["100", "200 Initiator", "487 Destination"]);
		expect(legs.made).toHaveLength(1);
	});

	test("reports that are lost end the call", () => {
		legs.leg(0).referring?.onLost(408);
		expect(legs.leg(0).asked.at(-1)).toBe("BYE");
		expectOver(["100", "200 Initiator", "408 Destination"]);
	});
});

describe("a request that is refused", () => {
	test("for want of a rule has one result and calls nobody", () => {
		place(false, "");
		expectOver(["400"]);
		expect(legs.made).toEqual([]);
		expect(events.map(({ kind }) => kind)).toEqual(["refused"]);
	});

	test("for MaxCalls is 503 and names the setting", () => {
		service = makeService({ maxCalls: 1 });
		place(true);
		place(true);
		expect(chain()).toEqual(["100", "503"]);
		expect(results.at(-1)?.text).toContain("MaxCalls");
		legs.leg(0).fail(486);
		place(true);
		expect(chain().at(-1)).toBe("100");
	});

	test("for MaxCallsPerSecond is taken again a second later", () => {
		service = makeService({ maxCallsPerSecond: 2 });
		for (let call = 0; call < 3; call += 1) place(true);
		expect(chain()).toEqual(["100", "100", "503"]);
		clock.advance(1000);
		place(true);
		expect(chain().at(-1)).toBe("100");
	});
});

test.each([
	["address", {}, (): void => place(true, "")],
	["calls", { maxCalls: 1 }, (): void => place(true)],
	["rate", { maxCallsPerSecond: 1 }, (): void => place(true)],
	["stopping", {}, (): void => service.stop()],
] as const)("a refused request says why: %s", (reason, limits, before) => {
	service = makeService(limits);
	service.events.subscribe((event) => events.push(event));
	before();
	place(true, reason === "address" ? "" : "bob");
	expect(events.at(-1)).toMatchObject({ kind: "refused", reason });
});

test("stopping ends every call with one final result and takes no more", () => {
	place(true);
	legs.leg(0).answer(SDP);
	service.stop();
	expect(legs.leg(0).asked.at(-1)).toBe("BYE");
	expect(legs.leg(1).asked.at(-1)).toBe("CANCEL");
	expectOver(["100", "200 Initiator", "487 Destination"]);
	place(true);
	expect(chain().at(-1)).toBe("503");
});

describe("draining", () => {
	const connect = (from: number): void => {
		place(true);
		legs.leg(from).answer(SDP);
		legs.leg(from + 1).answer(SDP);
		legs.leg(from).reinviting?.onAccepted(SDP, () => {});
	};
	const isOver = async (drained: Promise<void>): Promise<boolean> =>
		Promise.race([drained.then(() => true), new Promise<false>((done) => setImmediate(() => done(false)))]);

	test("ends calls that are being set up, lets connected ones go on, and takes no more", async () => {
		connect(0);
		place(true);
		place(false);
		legs.leg(3).answer(SDP);
		expect(service.draining).toBe(false);
		const drained = service.drain();
		expect(service.draining).toBe(true);
		expect(service.list().map(({ state }) => state)).toEqual(["connected"]);
		expect(legs.leg(2).asked.at(-1)).toBe("CANCEL");
		expect(legs.leg(3).asked.at(-1)).toBe("BYE");
		place(true);
		expect(chain().at(-1)).toBe("503");
		expect(await isOver(drained)).toBe(false);
		legs.leg(1).hangUp();
		expect(await isOver(drained)).toBe(true);
		expect(service.list()).toEqual([]);
	});

	test("lets phones that have both answered find each other", async () => {
		place(true);
		legs.leg(0).answer(SDP);
		legs.leg(1).answer(SDP);
		const drained = service.drain();
		expect(service.list()[0]?.state).toBe("joining");
		legs.leg(0).reinviting?.onAccepted(SDP, () => {});
		expect(service.list()[0]?.state).toBe("connected");
		service.stop();
		expect(await isOver(drained)).toBe(true);
	});

	test("is done at once without calls", async () => {
		expect(await isOver(service.drain())).toBe(true);
	});
});

describe("who listens to a call", () => {
	const ALICE_CALLS_BOB = {
		initiator: "alice",
		destination: "bob",
		anchor: true,
		origin: { via: "xml" },
	} as const;
	const listen = (placed: Placed): void => {
		if (placed.accepted) placed.listen((result) => results.push(result));
	};

	test("knows its id before the first result, and misses none", () => {
		const placed = service.place(ALICE_CALLS_BOB);
		expect([placed.accepted && placed.id, chain()]).toEqual([service.list()[0]?.id ?? "", []]);
		legs.leg(0).delegate?.onProgress(180);
		listen(placed);
		expect(chain()).toEqual(["100", "180 Initiator"]);
		legs.leg(0).fail(486);
		expectOver(["100", "180 Initiator", "486 Initiator"]);
	});

	test("hears how it went when it is over", () => {
		const placed = service.place(ALICE_CALLS_BOB);
		legs.leg(0).fail(486);
		listen(placed);
		expectOver(["100", "486 Initiator"]);
	});

	test("may fail, which is logged and ends no call", () => {
		const log = new MemoryLogger();
		service = makeCallService({ legs, clock, log });
		placeCall(service, ALICE_CALLS_BOB, () => {
			throw new Error("no room");
		});
		legs.leg(0).delegate?.onProgress(180);
		expect(service.list()).toHaveLength(1);
		expect(log.lines).toEqual(
			Array(2).fill(expect.stringContaining("the asker of a call failed: Error: no room")),
		);
	});
});

test("passwords in typed addresses go back to who typed them, and to nobody else", () => {
	const origin = { via: "xml" } as const;
	const typed = "sip:alice:secret@192.0.2.2";
	service.place({ initiator: typed, destination: "bob", anchor: true, origin });
	const placed = service.place({ initiator: typed, destination: "", anchor: true, origin });
	expect(placed.accepted === false && placed.result.text).toContain(typed);
	const requests = events.filter(({ kind }) => kind === "placed" || kind === "refused");
	expect(requests).toHaveLength(2);
	expect(JSON.stringify(requests)).toContain("sip:alice:(hidden)@192.0.2.2");
	expect(JSON.stringify(requests)).not.toContain("secret");
});

test("a password that a rule writes into a URI is for the phones, not for who looks on", () => {
	place(false, "bob:secret");
	expect(JSON.stringify(events)).toContain("sip:bob:(hidden)@192.0.2.3");
	const shown = events.filter(({ kind }) => kind === "placed" || kind === "state");
	expect(shown.map((event) => "call" in event && event.call.destination)).not.toContain(
		"sip:bob:secret@192.0.2.3",
	);
	expect(service.list()[0]?.destination).toBe("sip:bob:(hidden)@192.0.2.3");
	expect(results[0]?.translated?.destination).toBe("sip:bob:secret@192.0.2.3");
});
