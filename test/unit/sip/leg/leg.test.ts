import { describe, expect, test } from "bun:test";
import { answeredLeg, header, LegBench, PHONE_SDP, settle } from "../../../support/leg-bench.ts";

const FRAG = "message/sipfrag;version=2.0";

/** A bench with a leg that was answered and acknowledged. */
async function answered() {
	const bench = new LegBench();
	const leg = await bench.call();
	const invite = bench.last("INVITE");
	await bench.respond(invite, 180);
	await bench.respond(invite, 200, { sdp: PHONE_SDP });
	return { bench, leg, invite };
}

describe("the INVITE", () => {
	test("says who calls, offers an inactive stream, and tells our address on the route to the phone", async () => {
		const bench = new LegBench();
		const leg = await bench.call();
		const invite = bench.last("INVITE");
		expect(invite).toStartWith(
			"INVITE sip:phone@192.0.2.9 SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1:5072;branch=z9hG4bK",
		);
		expect(header(invite, "From")).toBe(`"Say \\"hi\\"" <sip:click2call@example.com>;tag=${leg.localTag}`);
		expect(header(invite, "Contact")).toBe(`<sip:${leg.id}@192.0.2.1:5072;transport=tcp>`);
		expect(header(invite, "Supported")).toContain("100rel");
		expect(invite).toContain("o=clicktocall ");
		expect(invite).toContain("c=IN IP4 192.0.2.1");
		expect(invite).toContain("a=inactive");
		expect(invite).not.toContain("$");
	});

	test("names the phone in To without how it is reached", async () => {
		const bench = new LegBench();
		const to = "sip:phone@192.0.2.9:5070;transport=tcp;user=phone";
		await bench.call(true, {}, { to });
		expect(bench.last("INVITE")).toStartWith(`INVITE ${to} SIP/2.0\r\n`);
		expect(header(bench.last("INVITE"), "To")).toBe("<sip:phone@192.0.2.9:5070;user=phone>");
	});

	test("that is answered tells what privacy the phone asks for", async () => {
		const bench = new LegBench();
		const leg = await bench.call();
		expect(leg.privacy).toBeUndefined();
		await bench.respond(bench.last("INVITE"), 200, {
			sdp: PHONE_SDP,
			headers: ["Privacy: id", "Privacy: critical"],
		});
		expect(leg.privacy).toBe("id;critical");
	});

	test("has room for a Route, long addresses and credentials in a datagram of 1,300 octets", async () => {
		const bench = new LegBench();
		await bench.call();
		expect(Buffer.byteLength(bench.last("INVITE"))).toBeLessThan(900);
	});

	test("without offer has no body", async () => {
		const bench = new LegBench();
		await bench.call(false);
		expect(bench.last("INVITE")).toEndWith("Content-Length: 0\r\n\r\n");
	});

	test("a phone that rings without To tag and Contact is heard", async () => {
		const bench = new LegBench();
		await bench.call();
		await bench.respond(bench.last("INVITE"), 180, { contact: false });
		expect(bench.heard).toEqual(["progress 180"]);
	});

	test("a 200 without Contact is taken", async () => {
		const bench = new LegBench();
		await bench.call();
		await bench.respond(bench.last("INVITE"), 200, { contact: false, sdp: PHONE_SDP });
		expect(bench.heard).toEqual(["answered sdp"]);
		expect(bench.last()).toStartWith("ACK sip:phone@192.0.2.9 ");
	});

	test("a reliable 180 is acknowledged by PRACK", async () => {
		const bench = new LegBench();
		await bench.call();
		await bench.respond(bench.last("INVITE"), 180, { headers: ["Require: 100rel", "RSeq: 7"] });
		expect(header(bench.last("PRACK"), "RAck")).toBe("7 1 INVITE");
	});

	test("a reliable 180 without Contact is acknowledged where the INVITE was sent", async () => {
		const bench = new LegBench();
		await bench.call();
		await bench.respond(bench.last("INVITE"), 180, {
			contact: false,
			headers: ["Require: 100rel", "RSeq: 7"],
		});
		expect(bench.last("PRACK")).toStartWith("PRACK sip:phone@192.0.2.9 ");
		expect(header(bench.last("PRACK"), "RAck")).toBe("7 1 INVITE");
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		expect(bench.last()).toStartWith("ACK sip:phone@192.0.2.9:5060 ");
	});

	test("carries no header fields or method of a URI in its Request-URI", async () => {
		const bench = new LegBench();
		await bench.call();
		await bench.respond(bench.last("INVITE"), 302, {
			contact: false,
			headers: ["Contact: <sip:x@192.0.2.7;method=BYE;user=phone?Subject=hi&Route=%3Csip:evil%3E>"],
		});
		expect(bench.last("INVITE")).toStartWith("INVITE sip:x@192.0.2.7;user=phone SIP/2.0\r\n");
	});

	const RELIABLE = ["Require: 100rel", "RSeq: 7"];

	test("an early offer is answered in the PRACK, and the 200 is agreed on", async () => {
		const bench = new LegBench();
		await bench.call(false);
		await bench.respond(bench.last("INVITE"), 183, { headers: RELIABLE, sdp: PHONE_SDP });
		expect(bench.heard).toEqual(["progress 183", "early offer"]);
		expect(bench.methods()).toEqual(["INVITE"]);
		bench.answerEarly?.(PHONE_SDP);
		await settle();
		expect(bench.last("PRACK")).toEndWith(PHONE_SDP);
		await bench.respond(bench.last("PRACK"), 200);
		await bench.respond(bench.last("INVITE"), 200);
		expect(bench.heard.at(-1)).toBe("answered agreed");
	});

	test("a 200 that overtakes the answer to an early offer waits for it", async () => {
		const bench = new LegBench();
		await bench.call(false);
		await bench.respond(bench.last("INVITE"), 183, { headers: RELIABLE, sdp: PHONE_SDP });
		await bench.respond(bench.last("INVITE"), 200);
		expect(bench.heard.at(-1)).toBe("early offer");
		bench.answerEarly?.(PHONE_SDP);
		expect(bench.heard.at(-1)).toBe("answered agreed");
	});

	test("a leg that ends while such a 200 waits gets ACK and BYE", async () => {
		const bench = new LegBench();
		const leg = await bench.call(false);
		await bench.respond(bench.last("INVITE"), 183, { headers: RELIABLE, sdp: PHONE_SDP });
		const before = bench.timers;
		await bench.respond(bench.last("INVITE"), 200);
		leg.end();
		await settle();
		expect(bench.methods().slice(-2)).toEqual(["ACK", "BYE"]);
		bench.answerEarly?.(PHONE_SDP);
		await bench.respond(bench.last("BYE"), 200);
		expect(bench.endpoint.legs).toBe(0);
		// None is left that would give up on the INVITE.
		expect(bench.timers).toBeLessThanOrEqual(before);
	});

	test("an early offer that nobody can answer is refused in the PRACK", async () => {
		const bench = new LegBench();
		await bench.call(false);
		await bench.respond(bench.last("INVITE"), 183, { headers: RELIABLE, sdp: PHONE_SDP });
		bench.answerEarly?.(undefined);
		await settle();
		expect(bench.last("PRACK")).toContain("m=audio 0 RTP/AVP 0");
	});

	test("the early offer of a second fork is refused, and the first one goes on", async () => {
		const bench = new LegBench();
		await bench.call(false);
		const invite = bench.last("INVITE");
		await bench.respond(invite, 183, { headers: RELIABLE, sdp: PHONE_SDP });
		await bench.respond(invite, 183, { headers: RELIABLE, sdp: PHONE_SDP, tag: "second" });
		await settle();
		expect(bench.heard.filter((event) => event === "early offer")).toHaveLength(1);
		expect(bench.last("PRACK")).toContain("m=audio 0 RTP/AVP 0");
		expect(header(bench.last("PRACK"), "To")).toContain("tag=second");
	});

	test("a redirection is followed, in the order of q, each contact once", async () => {
		const bench = new LegBench();
		await bench.call();
		await bench.respond(bench.last("INVITE"), 302, {
			contact: false,
			headers: [
				"Contact: <sip:low@192.0.2.7>;q=0.1",
				"Contact: <sip:high@192.0.2.8>;q=0.9, <sip:phone@192.0.2.9>",
			],
		});
		expect(bench.last("INVITE")).toStartWith("INVITE sip:high@192.0.2.8 ");
		expect(header(bench.last("INVITE"), "CSeq")).toBe("2 INVITE");
		await bench.respond(bench.last("INVITE"), 486);
		expect(bench.last("INVITE")).toStartWith("INVITE sip:low@192.0.2.7 ");
		await bench.respond(bench.last("INVITE"), 404);
		expect(bench.heard).toEqual(["failed 404"]);
		expect(bench.endpoint.legs).toBe(0);
	});

	test("a 422 is answered by an INVITE with the interval it asks for", async () => {
		const bench = new LegBench();
		await bench.call();
		await bench.respond(bench.last("INVITE"), 422, { headers: ["Min-SE: 3600"] });
		expect(header(bench.last("INVITE"), "Session-Expires")).toBe("3600");
		expect(header(bench.last("INVITE"), "Min-SE")).toBe("3600");
		await bench.respond(bench.last("INVITE"), 422, { headers: ["Min-SE: 3600"] });
		expect(bench.heard).toEqual(["failed 422"]);
	});

	test("a 503 is told to the resolver; any other refusal is not", async () => {
		const bench = new LegBench();
		await bench.call();
		await bench.respond(bench.last("INVITE"), 503);
		expect(bench.failed).toHaveLength(1);
		await bench.call();
		await bench.respond(bench.last("INVITE"), 500);
		expect(bench.failed).toHaveLength(1);
		expect(bench.heard).toEqual(["failed 503", "failed 500"]);
	});

	test("a phone that refuses is acknowledged and forgotten", async () => {
		const bench = new LegBench();
		await bench.call();
		await bench.respond(bench.last("INVITE"), 486);
		expect(bench.methods()).toEqual(["INVITE", "ACK"]);
		expect(header(bench.last("ACK"), "Via")).toBe(header(bench.last("INVITE"), "Via"));
		expect(bench.heard).toEqual(["failed 486"]);
		expect(bench.endpoint.legs).toBe(0);
	});

	test("a second phone that answers gets ACK and BYE", async () => {
		const { bench, invite } = await answered();
		await bench.respond(invite, 200, { tag: "second", sdp: PHONE_SDP });
		expect(bench.methods().slice(-2)).toEqual(["ACK", "BYE"]);
		expect(header(bench.last("BYE"), "To")).toContain("tag=second");
		// Its description was an answer to our offer: there is nothing left to answer.
		expect(bench.last("ACK")).toEndWith("Content-Length: 0\r\n\r\n");
		expect(bench.heard).toEqual(["progress 180", "answered sdp"]);
	});

	test("a second phone that answers after the leg is gone gets ACK and BYE, too", async () => {
		const { bench, leg, invite } = await answered();
		leg.end();
		await bench.respond(bench.last("BYE"), 200);
		expect(bench.endpoint.legs).toBe(0);
		await bench.respond(invite, 200, { tag: "late", sdp: PHONE_SDP });
		expect(bench.methods().slice(-2)).toEqual(["ACK", "BYE"]);
		expect(header(bench.last("BYE"), "To")).toContain("tag=late");
	});
});

describe("ending", () => {
	test("a ringing leg sends CANCEL and is over at the 487", async () => {
		const bench = new LegBench();
		const leg = await bench.call();
		const invite = bench.last("INVITE");
		await bench.respond(invite, 180);
		leg.end();
		expect(header(bench.last("CANCEL"), "Via")).toBe(header(invite, "Via"));
		await bench.respond(bench.last("CANCEL"), 200);
		expect(bench.endpoint.legs).toBe(1);
		await bench.respond(invite, 487);
		expect(bench.methods().slice(-1)).toEqual(["ACK"]);
		expect(bench.endpoint.legs).toBe(0);
		expect(bench.heard).toEqual(["progress 180"]);
	});

	test("a CANCEL that crosses a 200 is followed by ACK and BYE", async () => {
		const bench = new LegBench();
		const leg = await bench.call(false);
		const invite = bench.last("INVITE");
		await bench.respond(invite, 180);
		leg.end();
		await bench.respond(invite, 200, { sdp: PHONE_SDP });
		expect(bench.methods()).toEqual(["INVITE", "CANCEL", "ACK", "BYE"]);
		// The 200 held an offer: the ACK refuses it (RFC 3264 section 6).
		expect(bench.last("ACK")).toContain("m=audio 0 RTP/AVP 0");
		await bench.respond(bench.last("BYE"), 200);
		expect(bench.endpoint.legs).toBe(0);
		expect(bench.heard).toEqual(["progress 180"]);
	});

	test("a CANCEL waits for the first provisional response", async () => {
		const bench = new LegBench();
		const leg = await bench.call();
		leg.end();
		expect(bench.methods()).toEqual(["INVITE"]);
		await bench.respond(bench.last("INVITE"), 180);
		expect(bench.methods()).toEqual(["INVITE", "CANCEL"]);
	});

	test("a phone that never ends its INVITE after the CANCEL is given up", async () => {
		const bench = new LegBench();
		const leg = await bench.call();
		await bench.respond(bench.last("INVITE"), 180);
		leg.end();
		bench.clock.advance(32_000);
		expect(bench.endpoint.legs).toBe(0);
	});

	test("an answered leg whose ACK is owed sends ACK with a refusal and BYE", async () => {
		const bench = new LegBench();
		const leg = await bench.call(false);
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		leg.end();
		await settle();
		expect(bench.methods()).toEqual(["INVITE", "ACK", "BYE"]);
		expect(bench.last("ACK")).toContain("m=audio 0 RTP/AVP 0");
	});

	test("the phone's BYE is answered and told", async () => {
		const { bench, leg } = await answered();
		await bench.request(leg, "BYE");
		expect(bench.last()).toStartWith("SIP/2.0 200 OK");
		expect(bench.heard.at(-1)).toBe("ended bye");
		expect(bench.endpoint.legs).toBe(0);
	});

	test("keep-alives run while the dialog lives", async () => {
		const { bench, leg } = await answered();
		expect(bench.held).toBe(1);
		leg.end();
		await bench.respond(bench.last("BYE"), 200);
		expect(bench.held).toBe(0);
	});

	test("both hanging up at once leaves nothing behind", async () => {
		const { bench, leg } = await answered();
		leg.end();
		await bench.request(leg, "BYE");
		await bench.respond(bench.last("BYE"), 481);
		expect(bench.endpoint.legs).toBe(0);
	});
});

describe("a re-INVITE of ours", () => {
	test("is acknowledged at once and gives the phone's answer", async () => {
		const { bench, leg } = await answered();
		const got: (string | undefined)[] = [];
		leg.reinvite(() => PHONE_SDP, { onAccepted: (sdp) => got.push(sdp), onRefused: () => {} });
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		expect(bench.methods().slice(-2)).toEqual(["INVITE", "ACK"]);
		expect(got).toEqual([PHONE_SDP]);
	});

	test("that meets a 491 is tried again 2.1 to 4 s later", async () => {
		const { bench, leg } = await answered();
		leg.reinvite(() => PHONE_SDP, { onAccepted: () => bench.heard.push("accepted"), onRefused: () => {} });
		const count = bench.sent.length;
		await bench.respond(bench.last("INVITE"), 491);
		bench.clock.advance(2090);
		expect(bench.sent.slice(count).filter((text) => text.startsWith("INVITE"))).toEqual([]);
		bench.clock.advance(1910);
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		expect(bench.heard.at(-1)).toBe("accepted");
	});

	test("goes to the Contact of the phone's last answer", async () => {
		const { bench, leg } = await answered();
		leg.reinvite(() => PHONE_SDP, { onAccepted: () => {}, onRefused: () => {} });
		await bench.respond(bench.last("INVITE"), 200, {
			sdp: PHONE_SDP,
			contact: false,
			headers: ["Contact: <sip:moved@192.0.2.77>"],
		});
		leg.end();
		expect(bench.last("BYE")).toStartWith("BYE sip:moved@192.0.2.77 ");
	});
});

describe("when things cross", () => {
	test("a re-INVITE that is wanted while another is out waits its turn", async () => {
		const { bench, leg } = await answered();
		const got: string[] = [];
		const listener = (name: string) => ({
			onAccepted: () => got.push(name),
			onRefused: () => got.push(`no ${name}`),
		});
		leg.reinvite(() => PHONE_SDP, listener("first"));
		leg.reinvite(() => PHONE_SDP, listener("second"));
		leg.relayReinvite(() => PHONE_SDP, listener("relayed"));
		expect(got).toEqual(["no relayed"]);
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		expect(got).toEqual(["no relayed", "first", "second"]);
	});

	test("a retry after a 491 makes its offer anew, and none is sent after the end", async () => {
		const { bench, leg } = await answered();
		let made = 0;
		const offer = (): string => PHONE_SDP.replace("4000", `${5000 + ++made}`);
		leg.reinvite(offer, { onAccepted: () => {}, onRefused: () => {} });
		await bench.respond(bench.last("INVITE"), 491);
		bench.clock.advance(4000);
		expect(bench.last("INVITE")).toContain("m=audio 5002");
		await bench.respond(bench.last("INVITE"), 491);
		leg.end();
		const sent = bench.sent.length;
		bench.clock.advance(10_000);
		expect(bench.sent.slice(sent).filter((text) => text.startsWith("INVITE"))).toEqual([]);
	});

	test("a re-INVITE of the phone that has no answer yet gets 487 when the leg ends", async () => {
		const { bench, leg } = await open();
		await bench.request(leg, "INVITE", { sdp: PHONE_SDP, cseq: 200 });
		leg.end();
		await settle();
		expect(bench.methods().slice(-2)).toEqual(["487", "BYE"]);
	});

	test("a re-INVITE that the phone cancels gets 487", async () => {
		const { bench, leg } = await open();
		await bench.request(leg, "INVITE", { sdp: PHONE_SDP, cseq: 200 });
		await bench.request(leg, "CANCEL", { cseq: 200, branch: "z9hG4bKphone200INVITE" });
		expect(bench.methods().slice(-2)).toEqual(["200", "487"]);
		bench.reply?.accept(PHONE_SDP);
		expect(bench.methods().slice(-2)).toEqual(["200", "487"]);
	});

	test("an UPDATE before the phone has answered is answered; one with an offer while ours has no answer gets 491", async () => {
		const bench = new LegBench();
		const leg = await bench.call();
		await bench.respond(bench.last("INVITE"), 180);
		await bench.request(leg, "UPDATE");
		expect(bench.last()).toStartWith("SIP/2.0 200");
		await bench.request(leg, "UPDATE", { sdp: PHONE_SDP });
		expect(bench.last()).toStartWith("SIP/2.0 491");
	});

	test("a phone that hangs up before our ACK gets it", async () => {
		const bench = new LegBench();
		const leg = await bench.call(false);
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		await bench.request(leg, "BYE");
		expect(bench.methods()).toContain("ACK");
		expect(bench.heard.at(-1)).toBe("ended bye");
	});

	test("a 3xx from the other phone is a 488 for this one", async () => {
		const { bench, leg } = await open();
		await bench.request(leg, "INVITE", { sdp: PHONE_SDP, cseq: 200 });
		bench.reply?.refuse(302);
		expect(bench.last("SIP/2.0 4")).toStartWith("SIP/2.0 488");
	});

	test("a NOTIFY of another event is none of the REFER's", async () => {
		const { bench, leg } = await answered();
		const reports: number[] = [];
		leg.refer("sip:bob@192.0.2.3", "<sip:click2call@example.com>", {
			onAccepted: () => {},
			onRefused: () => {},
			onReport: (status) => reports.push(status),
			onUnreported: () => {},
			onLost: (status = 0) => reports.push(status),
		});
		await bench.request(leg, "NOTIFY", { headers: ["Event: talk", "Subscription-State: terminated"] });
		expect(bench.last()).toStartWith("SIP/2.0 489");
		expect(reports).toEqual([]);
	});

	test("a leg whose phone left after the REFER is forgotten when the call lets go of it", async () => {
		const { bench, leg } = await answered();
		leg.refer("sip:bob@192.0.2.3", "<sip:x@example.com>", {
			onAccepted: () => {},
			onRefused: () => {},
			onReport: () => {},
			onUnreported: () => {},
			onLost: () => leg.end(),
		});
		await bench.respond(bench.last("REFER"), 202);
		await bench.request(leg, "BYE");
		bench.clock.advance(33_000);
		expect(bench.endpoint.legs).toBe(0);
		expect(bench.held).toBe(0);
	});

	/** A leg whose call answers no offer by itself. */
	async function open() {
		const bench = new LegBench();
		const leg = await bench.call(true, {
			onOffer: (_sdp, reply) => {
				bench.reply = reply;
			},
		});
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		return { bench, leg };
	}
});

describe("in the dialog", () => {
	test("a re-INVITE is answered with the call's answer, and its ACK is heard", async () => {
		const { bench, leg } = await answered();
		await bench.request(leg, "INVITE", { sdp: PHONE_SDP, cseq: 200 });
		expect(bench.heard.at(-1)).toBe("offer sdp");
		const ok = bench.last("SIP/2.0 200");
		expect(ok).toContain("m=audio 4000");
		expect(header(ok, "Contact")).toContain(leg.id);
	});

	test("an UPDATE without description is answered; one with it is an offer", async () => {
		const { bench, leg } = await answered();
		await bench.request(leg, "UPDATE");
		expect(bench.last()).toStartWith("SIP/2.0 200");
		expect(bench.heard.at(-1)).toBe("answered sdp");
		await bench.request(leg, "UPDATE", { sdp: PHONE_SDP });
		expect(bench.heard.at(-1)).toBe("offer sdp");
		expect(bench.last("SIP/2.0 200")).toContain("m=audio 4000");
	});

	test("INFO and MESSAGE are passed on with their bodies", async () => {
		const { bench, leg } = await answered();
		await bench.request(leg, "INFO", { type: "application/dtmf-relay", body: "Signal=5" });
		await bench.request(leg, "MESSAGE", { type: "text/plain", body: "hello" });
		expect(bench.heard.slice(-2)).toEqual(["INFO Signal=5", "MESSAGE hello"]);
	});

	test("what is passed on keeps what says how its body is to be taken", async () => {
		const { bench, leg } = await answered();
		const lines = ["Info-Package: dtmf", "Content-Disposition: Info-Package", "MIME-Version: 1.0"];
		let headers: readonly string[] = [];
		const other = await answeredLeg({}, { onRequest: (request) => (headers = request.headers) });
		await other.bench.request(other.leg, "INFO", {
			type: "application/dtmf",
			headers: [...lines, "Subject: none"],
			body: "1",
		});
		leg.relay({ method: "INFO", body: { type: "application/dtmf", content: "1" }, headers, reply: () => {} });
		expect(headers).toEqual(lines);
		expect(bench.last("INFO")).toContain(`${lines.join("\r\n")}\r\n`);
	});

	test("a request with a wrong tag gets 481", async () => {
		const { bench, leg } = await answered();
		await bench.request({ ...leg, id: leg.id, callId: leg.callId, localTag: "guess" } as typeof leg, "BYE");
		expect(bench.last()).toStartWith("SIP/2.0 481");
		expect(leg.state).toBe("confirmed");
	});
});

describe("a phone's REFER", () => {
	const REFER_TO =
		"Refer-To: <sip:carol@192.0.2.4?Replaces=abc%40host%3Bto-tag%3D1%3Bfrom-tag%3D2&Subject=hi>";

	test("is accepted, told to the call, and reported on", async () => {
		const { bench, leg } = await answered();
		await bench.request(leg, "REFER", { headers: [REFER_TO] });
		expect(bench.heard.at(-1)).toBe("transfer sip:carol@192.0.2.4 abc@host;to-tag=1;from-tag=2");
		expect(bench.last("SIP/2.0 202")).toContain(`Contact: <sip:${leg.id}@192.0.2.1:5072`);
		expect(bench.last("NOTIFY")).toEndWith("SIP/2.0 100 Trying\r\n");
		bench.transfer?.report(200);
		bench.transfer?.report(486);
		await settle();
		const notify = bench.last("NOTIFY");
		expect(notify).toEndWith("SIP/2.0 200 OK\r\n");
		expect(header(notify, "Subscription-State")).toStartWith("terminated");
		expect(header(notify, "Event")).toBe("refer");
	});

	test("that wants no reports gets none", async () => {
		const { bench, leg } = await answered();
		await bench.request(leg, "REFER", { headers: ["Refer-To: <sip:carol@192.0.2.4>", "Refer-Sub: false"] });
		expect(header(bench.last("SIP/2.0 202"), "Refer-Sub")).toBe("false");
		bench.transfer?.report(200);
		expect(bench.methods()).not.toContain("NOTIFY");
	});

	test.each(["BYE", "MESSAGE"])("that wants a %s sent is refused: only calls are made", async (method) => {
		const { bench, leg } = await answered();
		await bench.request(leg, "REFER", { headers: [`Refer-To: <sip:carol@192.0.2.4;method=${method}>`] });
		expect(bench.last()).toStartWith("SIP/2.0 501");
		expect(bench.heard.at(-1)).toBe("answered sdp");
	});

	test("that says that it wants a call is one as any other", async () => {
		const { bench, leg } = await answered();
		await bench.request(leg, "REFER", { headers: ["Refer-To: <sip:carol@192.0.2.4;method=invite>"] });
		expect(bench.heard.at(-1)).toBe("transfer sip:carol@192.0.2.4");
	});

	test("without a Refer-To that can be read is refused", async () => {
		const { bench, leg } = await answered();
		await bench.request(leg, "REFER");
		expect(bench.last()).toStartWith("SIP/2.0 400");
		expect(bench.heard.at(-1)).toBe("answered sdp");
	});
});

describe("a session interval", () => {
	test("in our charge is refreshed at half of it, with an unchanged description", async () => {
		const bench = new LegBench();
		await bench.call();
		const invite = bench.last("INVITE");
		await bench.respond(invite, 200, { sdp: PHONE_SDP, headers: ["Session-Expires: 100;refresher=uac"] });
		bench.clock.advance(50_000);
		const refresh = bench.last("INVITE");
		expect(header(refresh, "CSeq")).toBe("2 INVITE");
		expect(header(refresh, "Session-Expires")).toBe("100;refresher=uac");
		expect(/o=.*/.exec(refresh)?.[0]).toBe(/o=.*/.exec(invite)?.[0] ?? "");
	});

	test("in the phone's charge ends the leg when it is not refreshed", async () => {
		const bench = new LegBench();
		await bench.call();
		await bench.respond(bench.last("INVITE"), 200, {
			sdp: PHONE_SDP,
			headers: ["Session-Expires: 120;refresher=uas"],
		});
		bench.clock.advance(88_000);
		expect(bench.last()).toStartWith("BYE ");
		expect(bench.heard.at(-1)).toBe("ended failure");
	});
});

describe("a REFER", () => {
	async function referred() {
		const made = await answered();
		const reports: string[] = [];
		made.leg.refer("sip:bob@192.0.2.3", "<sip:click2call@example.com>", {
			onAccepted: () => reports.push("accepted"),
			onRefused: ({ status }) => reports.push(`refused ${status}`),
			onReport: (status) => reports.push(`report ${status}`),
			onUnreported: () => reports.push("unreported"),
			onLost: (status) => reports.push(`lost ${status}`),
		});
		const notify = (state: string, body: string): Promise<void> =>
			made.bench.request(made.leg, "NOTIFY", {
				headers: ["Event: refer", `Subscription-State: ${state}`],
				type: FRAG,
				body,
			});
		return { ...made, reports, notify };
	}

	test("carries Refer-To and Referred-By and reports what the phone says", async () => {
		const { bench, reports, notify } = await referred();
		const refer = bench.last("REFER");
		expect(header(refer, "Refer-To")).toBe("<sip:bob@192.0.2.3>");
		expect(header(refer, "Referred-By")).toBe("<sip:click2call@example.com>");
		await bench.respond(refer, 202);
		await notify("active;expires=60", "SIP/2.0 100 Trying\r\n");
		await notify("active;expires=60", "SIP/2.0 180 Ringing\r\n");
		await notify("terminated;reason=noresource", "SIP/2.0 200 OK\r\n");
		expect(reports).toEqual(["accepted", "report 180", "report 200"]);
		expect(bench.last()).toStartWith("SIP/2.0 200");
	});

	test("that is never reported on is lost with 408 after Timer N", async () => {
		const { bench, reports } = await referred();
		await bench.respond(bench.last("REFER"), 202);
		bench.clock.advance(32_000);
		expect(reports).toEqual(["accepted", "lost 408"]);
	});

	test("is still reported on after the phone's BYE", async () => {
		const { bench, leg, reports, notify } = await referred();
		await bench.respond(bench.last("REFER"), 202);
		await bench.request(leg, "BYE");
		await notify("active;expires=60", "SIP/2.0 180 Ringing\r\n");
		await notify("terminated;reason=noresource", "SIP/2.0 200 OK\r\n");
		expect(reports).toEqual(["accepted", "report 180", "report 200"]);
		expect(bench.endpoint.legs).toBe(0);
	});

	test("is lost with 487 when the phone hangs up and says nothing more", async () => {
		const { bench, leg, reports } = await referred();
		await bench.respond(bench.last("REFER"), 202);
		bench.clock.advance(20_000);
		await bench.request(leg, "BYE");
		bench.clock.advance(31_000);
		expect(reports).toEqual(["accepted"]);
		bench.clock.advance(1_000);
		expect(reports).toEqual(["accepted", "lost 487"]);
	});

	test("that is refused leaves the leg as it was", async () => {
		const { bench, leg, reports } = await referred();
		await bench.respond(bench.last("REFER"), 501);
		expect(reports).toEqual(["refused 501"]);
		expect(leg.state).toBe("confirmed");
	});
});
