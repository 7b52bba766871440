import { beforeEach, describe, expect, test } from "bun:test";
import { Joining } from "../../../src/call/joining.ts";
import { parseUri } from "../../../src/sip/message/uri.ts";
import { FakeLeg } from "../../support/fake-leg.ts";
import { sdp } from "./support.ts";

let staying: FakeLeg;
let called: FakeLeg;
let ends: string[];
let joining: Joining;

beforeEach(() => {
	const address = parseUri("sip:x@192.0.2.9");
	if (!address) throw new Error("address");
	staying = new FakeLeg(address);
	called = new FakeLeg(address);
	for (const leg of [staying, called]) leg.local.placeholder();
	ends = [];
	joining = new Joining(staying, called, {
		onJoined: () => ends.push("joined"),
		onFailed: (status) => ends.push(`failed ${status}`),
	});
});

const offersTo = (leg: FakeLeg): number => leg.asked.filter((step) => step === "re-INVITE").length;

/** The called phone offers early, and the one that stays takes it. */
function early(port = 4002): (string | undefined)[] {
	const answers: (string | undefined)[] = [];
	joining.early(sdp(port), (answer) => answers.push(answer));
	staying.reinviting?.onAccepted(sdp(4000), () => {});
	return answers;
}

describe("an early offer", () => {
	test("that follows another one reaches the phone that stays, too", () => {
		expect(early()[0]).toContain("m=audio 4000");
		expect(early(4004)[0]).toContain("m=audio 4000");
		expect(staying.offer).toContain("m=audio 4004");
		joining.answered(undefined, "agreed");
		expect([ends, offersTo(staying)]).toEqual([["joined"], 2]);
	});

	test("that follows another one and is refused leaves that one as it is", () => {
		const before = staying.local.current;
		early();
		const answers: (string | undefined)[] = [];
		joining.early(sdp(4004), (answer) => answers.push(answer));
		staying.reinviting?.onRefused({ status: 488, reason: "", local: false });
		expect([answers, ends]).toEqual([[undefined], []]);
		expect(staying.local.current).toContain("m=audio 4002");
		expect(joining.displaced).toBe(before);
		joining.answered(undefined, "agreed");
		expect(ends).toEqual(["joined"]);
	});
});

describe("a phone that answers after an early offer", () => {
	test.each([
		["another port", sdp(4004)],
		["another direction", sdp(4002, "sendonly")],
		["another address", sdp(4002).replace("c=IN IP4 192.0.2.9", "c=IN IP4 192.0.2.99")],
		["other keys", `${sdp(4002)}a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA\r\n`],
	])("and names %s is joined, and the phone that stays is told", (_what, description) => {
		early();
		joining.answered(description, "agreed");
		expect([ends, called.asked.at(-1), called.acknowledged]).toEqual([["joined"], "ACK", undefined]);
		const [media = ""] = /^m=(.*\r\n)*$/m.exec(description) ?? [];
		expect(staying.offer).toEndWith(media);
		// Its own media is where it was: the other phone knows.
		staying.reinviting?.onAccepted(sdp(4000), () => {});
		expect(offersTo(called)).toBe(0);
	});

	test.each([
		["the same", sdp(4002).replace("o=phone 1 1", "o=phone 1 2")],
		["less formats", `${sdp(4002)}a=ptime:20\r\n`],
	])("and names %s tells nothing new", (_what, description) => {
		early();
		joining.answered(description, "agreed");
		expect([ends, offersTo(staying)]).toEqual([["joined"], 1]);
	});

	test("whose news the phone that stays refuses is joined as it was", () => {
		early();
		joining.answered(sdp(4004), "agreed");
		staying.reinviting?.onRefused({ status: 488, reason: "", local: false });
		expect(staying.local.current).toContain("m=audio 4002");
		expect(ends).toEqual(["joined"]);
	});
});

describe("a phone whose early offer was refused", () => {
	function answered(): void {
		early();
		joining.answered(sdp(4004), "refused");
	}

	test("is asked for another one, which is answered by the phone that stays", () => {
		answered();
		expect([called.asked, called.acknowledged, called.offer, ends]).toEqual([
			["ACK", "re-INVITE"],
			undefined,
			undefined,
			[],
		]);
		const answers: (string | undefined)[] = [];
		called.reinviting?.onAccepted(sdp(4004), (answer) => answers.push(answer));
		expect(staying.offer).toContain("m=audio 4004");
		staying.reinviting?.onAccepted(sdp(4000), () => {});
		expect(answers[0]).toContain("m=audio 4000");
		expect(ends).toEqual(["joined"]);
	});

	test("and that makes none now cannot be joined", () => {
		answered();
		called.reinviting?.onRefused({ status: 488, reason: "", local: false });
		expect(ends).toEqual(["failed 488"]);
	});

	test("gets a refusal when the phone that stays takes nothing of it", () => {
		answered();
		const answers: (string | undefined)[] = [];
		called.reinviting?.onAccepted(sdp(4004), (answer) => answers.push(answer));
		staying.reinviting?.onRefused({ status: 415, reason: "", local: false });
		expect(answers[0]).toContain("m=audio 0 ");
		expect(ends).toEqual(["failed 415"]);
	});

	test("is let alone when the call is over", () => {
		early();
		joining.close();
		joining.answered(sdp(4004), "refused");
		expect(called.asked).toEqual([]);
	});
});

describe("while the offer to the phone that stays waits", () => {
	test("that phone's own may be answered, so that the wait ends", () => {
		joining.answered(sdp(4002), "none");
		expect(joining.waitsFor(staying)).toBe(false);
		staying.waiting = true;
		expect([joining.waitsFor(staying), joining.waitsFor(called)]).toEqual([true, false]);
		staying.reinviting?.onAccepted(sdp(4000), () => {});
		expect(joining.waitsFor(staying)).toBe(false);
	});
});
