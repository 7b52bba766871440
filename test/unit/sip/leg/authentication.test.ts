import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { header, LegBench, PHONE_SDP } from "../../../support/leg-bench.ts";

const ACCOUNT = { user: "click2call", password: "open sesame", realm: "pbx" };
const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

function parameter(line: string, name: string): string {
	return new RegExp(`[ ,]${name}="?([^",]*)"?`).exec(line)?.[1] ?? "";
}

function challenge(
	nonce: string,
	more = "",
	name = "Proxy-Authenticate",
	realm = "pbx",
): { headers: string[] } {
	return { headers: [`${name}: Digest realm="${realm}", nonce="${nonce}", qop="auth"${more}`] };
}

/** Whether a request has the right credentials for a nonce, as the proxy works it out. */
function proves(request: string, nonce: string, password = ACCOUNT.password): boolean {
	const line = header(request, "Proxy-Authorization");
	const [method = "", uri = ""] = request.split(" ");
	const secret = md5(`click2call:pbx:${password}`);
	const right = md5(
		`${secret}:${nonce}:${parameter(line, "nc")}:${parameter(line, "cnonce")}:auth:${md5(`${method}:${uri}`)}`,
	);
	return (
		parameter(line, "uri") === uri &&
		parameter(line, "nonce") === nonce &&
		parameter(line, "response") === right
	);
}

function cseqOf(request: string): number {
	return Number.parseInt(header(request, "CSeq"), 10);
}

/** A leg that was challenged, answered and acknowledged. */
async function confirmed() {
	const bench = new LegBench([ACCOUNT]);
	const leg = await bench.call();
	await bench.respond(bench.last("INVITE"), 407, challenge("n1"));
	await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
	return { bench, leg };
}

describe("an INVITE that is challenged", () => {
	test("is sent again with credentials, a new branch and the next CSeq; the 407 gets its ACK", async () => {
		const bench = new LegBench([ACCOUNT]);
		await bench.call();
		const first = bench.last("INVITE");
		expect(first).not.toContain("Authorization");
		await bench.respond(first, 407, challenge("n1"));
		const second = bench.last("INVITE");
		expect(bench.methods()).toEqual(["INVITE", "ACK", "INVITE"]);
		expect(proves(second, "n1")).toBe(true);
		expect(cseqOf(second)).toBe(cseqOf(first) + 1);
		expect(header(second, "Via")).not.toBe(header(first, "Via"));
		expect(header(second, "Call-ID")).toBe(header(first, "Call-ID"));
		expect(second.split("\r\n\r\n")[1]).toBe(first.split("\r\n\r\n")[1] ?? "");
		await bench.respond(second, 200, { sdp: PHONE_SDP });
		expect(bench.heard).toEqual(["answered sdp"]);
		const ack = bench.last("ACK");
		expect(cseqOf(ack)).toBe(cseqOf(second));
		expect(header(ack, "Proxy-Authorization")).toBe(header(second, "Proxy-Authorization"));
	});

	test("fails with the code after one try when the password is wrong", async () => {
		const bench = new LegBench([ACCOUNT]);
		await bench.call();
		await bench.respond(bench.last("INVITE"), 407, challenge("n1"));
		await bench.respond(bench.last("INVITE"), 407, challenge("n2"));
		expect(bench.methods()).toEqual(["INVITE", "ACK", "INVITE", "ACK"]);
		expect(bench.heard).toEqual(["failed 407"]);
	});

	test("is sent again when the nonce is stale", async () => {
		const bench = new LegBench([ACCOUNT]);
		await bench.call();
		await bench.respond(bench.last("INVITE"), 407, challenge("n1"));
		await bench.respond(bench.last("INVITE"), 407, challenge("n2", ", stale=true"));
		expect(proves(bench.last("INVITE"), "n2")).toBe(true);
		await bench.respond(bench.last("INVITE"), 200, { sdp: PHONE_SDP });
		expect(bench.heard).toEqual(["answered sdp"]);
	});

	test("answers a proxy and then the phone behind it", async () => {
		const bench = new LegBench([ACCOUNT, { user: "me", password: "x", realm: "phone" }]);
		await bench.call();
		await bench.respond(bench.last("INVITE"), 407, challenge("n1"));
		await bench.respond(bench.last("INVITE"), 401, challenge("n2", "", "WWW-Authenticate", "phone"));
		const third = bench.last("INVITE");
		expect(proves(third, "n1")).toBe(true);
		expect(parameter(header(third, "Proxy-Authorization"), "nc")).toBe("00000002");
		expect(header(third, "Authorization")).toContain('username="me", realm="phone", nonce="n2"');
		await bench.respond(third, 200, { sdp: PHONE_SDP });
		expect(bench.heard).toEqual(["answered sdp"]);
	});

	test("fails with the code without an account, and with a challenge that cannot be read", async () => {
		for (const options of [
			challenge("n", "", "WWW-Authenticate", "other"),
			{ headers: ["WWW-Authenticate: x"] },
			{},
		]) {
			const bench = new LegBench([ACCOUNT]);
			await bench.call();
			await bench.respond(bench.last("INVITE"), 401, options);
			expect(bench.methods()).toEqual(["INVITE", "ACK"]);
			expect(bench.heard).toEqual(["failed 401"]);
		}
	});

	test("after it was taken back is not sent again", async () => {
		const bench = new LegBench([ACCOUNT]);
		const leg = await bench.call();
		leg.end();
		await bench.respond(bench.last("INVITE"), 407, challenge("n1"));
		expect(bench.methods()).toEqual(["INVITE", "ACK"]);
		expect(bench.endpoint.legs).toBe(0);
	});

	test("is taken back by a CANCEL for what was sent last", async () => {
		const bench = new LegBench([ACCOUNT]);
		const leg = await bench.call();
		await bench.respond(bench.last("INVITE"), 407, challenge("n1"));
		const second = bench.last("INVITE");
		await bench.respond(second, 180);
		leg.end();
		await bench.respond(second, 180);
		const cancel = bench.last("CANCEL");
		expect(header(cancel, "Via")).toBe(header(second, "Via"));
		expect(cseqOf(cancel)).toBe(cseqOf(second));
		expect(cancel).not.toContain("Authorization");
		await bench.respond(cancel, 200);
		await bench.respond(second, 487);
		expect(bench.endpoint.legs).toBe(0);
	});
});

describe("requests in the dialog", () => {
	test("carry credentials before they are asked for, with the nonce counted up", async () => {
		const { bench, leg } = await confirmed();
		leg.reinvite(() => PHONE_SDP, { onAccepted: () => {}, onRefused: () => {} });
		const reinvite = bench.last("INVITE");
		await bench.respond(reinvite, 200, { sdp: PHONE_SDP });
		leg.end();
		const bye = bench.last("BYE");
		for (const [request, nc] of [
			[reinvite, "00000002"],
			[bye, "00000003"],
		] as const) {
			expect(proves(request, "n1")).toBe(true);
			expect(parameter(header(request, "Proxy-Authorization"), "nc")).toBe(nc);
		}
		expect(cseqOf(bye)).toBe(cseqOf(reinvite) + 1);
	});

	test("are sent again when their nonce is refused, even by a proxy that does not say stale", async () => {
		const { bench, leg } = await confirmed();
		leg.end();
		const first = bench.last("BYE");
		await bench.respond(first, 407, challenge("n2"));
		const second = bench.last("BYE");
		expect(proves(second, "n2")).toBe(true);
		expect(cseqOf(second)).toBe(cseqOf(first) + 1);
		await bench.respond(second, 200);
		expect(bench.endpoint.legs).toBe(0);
	});

	test("a re-INVITE that is challenged is sent again, and its answer is heard once", async () => {
		const { bench, leg } = await confirmed();
		const heard: string[] = [];
		leg.reinvite(() => PHONE_SDP, {
			onAccepted: () => heard.push("accepted"),
			onRefused: ({ status }) => heard.push(`refused ${status}`),
		});
		await bench.respond(bench.last("INVITE"), 407, challenge("n2", ", stale=true"));
		const again = bench.last("INVITE");
		expect(proves(again, "n2")).toBe(true);
		expect(again).toEndWith(PHONE_SDP);
		await bench.respond(again, 200, { sdp: PHONE_SDP });
		expect(heard).toEqual(["accepted"]);
		expect(cseqOf(bench.last("ACK"))).toBe(cseqOf(again));
	});

	test("a REFER that is challenged keeps its reports, and the BYE after it has the next CSeq", async () => {
		const { bench, leg } = await confirmed();
		const heard: string[] = [];
		leg.refer("sip:bob@example.com", "<sip:click2call@example.com>", {
			onAccepted: () => heard.push("accepted"),
			onRefused: ({ status }) => heard.push(`refused ${status}`),
			onReport: (status) => heard.push(`report ${status}`),
			onUnreported: () => heard.push("unreported"),
			onLost: (status) => heard.push(`lost ${status}`),
		});
		await bench.respond(bench.last("REFER"), 407, challenge("n2"));
		const again = bench.last("REFER");
		expect(proves(again, "n2")).toBe(true);
		expect(header(again, "Refer-To")).toBe("<sip:bob@example.com>");
		await bench.respond(again, 202);
		await bench.request(leg, "NOTIFY", {
			headers: [`Event: refer;id=${cseqOf(again)}`, "Subscription-State: terminated;reason=noresource"],
			type: "message/sipfrag;version=2.0",
			body: "SIP/2.0 200 OK",
		});
		expect(heard).toEqual(["accepted", "report 200"]);
		leg.end();
		expect(cseqOf(bench.last("BYE"))).toBe(cseqOf(again) + 1);
	});
});

test("credentials reach no log", async () => {
	const { bench } = await confirmed();
	const text = bench.log.lines.join("\n");
	expect(text).not.toContain(ACCOUNT.password);
	expect(text).not.toContain(parameter(header(bench.last("ACK"), "Proxy-Authorization"), "response"));
});
