import { describe, expect, test } from "bun:test";
import { answeredLeg, header } from "../../../support/leg-bench.ts";

interface Notice {
	readonly status?: number;
	/** Undefined leaves it out. */
	readonly event?: string | undefined;
	readonly state?: string;
	readonly cseq?: number;
	readonly tag?: string;
}

/** A leg whose phone has taken a REFER; what comes of it is in the list. */
async function referred() {
	const { bench, leg } = await answeredLeg();
	const reports: string[] = [];
	leg.refer("sip:bob@192.0.2.3", "<sip:click2call@example.com>", {
		onAccepted: () => {},
		onRefused: ({ status }) => reports.push(`refused ${status}`),
		onReport: (status) => reports.push(`report ${status}`),
		onUnreported: () => reports.push("unreported"),
		onLost: (status) => reports.push(`lost ${status}`),
	});
	await bench.respond(bench.last("REFER"), 202);
	/** @returns the status that it is answered with. */
	const notify = async ({ status, event, state, cseq, tag }: Notice): Promise<string> => {
		const subscription = state ?? (status && status < 200 ? "active" : "terminated;reason=noresource");
		await bench.request(leg, "NOTIFY", {
			...(cseq !== undefined && { cseq }),
			...(tag !== undefined && { tag }),
			headers: [...(event ? [`Event: ${event}`] : []), `Subscription-State: ${subscription}`],
			...(status && { type: "message/sipfrag", body: `SIP/2.0 ${status} Whatever\r\n` }),
		});
		return bench.last("SIP/2.0").slice(8, 11);
	};
	return { bench, leg, reports, notify };
}

describe("a NOTIFY without Event", () => {
	test("reports on the REFER when it has a status", async () => {
		const { reports, notify } = await referred();
		expect(await notify({ status: 180 })).toBe("200");
		expect(await notify({ status: 200 })).toBe("200");
		expect(reports).toEqual(["report 180", "report 200"]);
	});

	test("is of no subscription when it has none", async () => {
		const { bench, reports, notify } = await referred();
		expect(await notify({})).toBe("489");
		expect(header(bench.last("SIP/2.0 489"), "Allow-Events")).toBe("refer");
		expect(reports).toEqual([]);
	});
});

test("a NOTIFY with another id than the REFER's reports on it all the same when there is no other", async () => {
	const { reports, notify } = await referred();
	expect(await notify({ event: "refer;id=77" })).toBe("489");
	expect(await notify({ event: "refer;id=77", status: 200 })).toBe("200");
	expect(reports).toEqual(["report 200"]);
});

describe("after the phone's BYE", () => {
	test.each([["refer"], [undefined]])(
		"a NOTIFY with a lower number (Event: %s) reports all the same",
		async (event) => {
			const { bench, leg, reports, notify } = await referred();
			await bench.request(leg, "BYE", { cseq: 50 });
			expect(await notify({ status: 180, event, cseq: 48 })).toBe("200");
			expect(await notify({ status: 200, event, cseq: 49 })).toBe("200");
			expect(reports).toEqual(["report 180", "report 200"]);
			expect(bench.endpoint.legs).toBe(0);
		},
	);

	test("one of another event, without a status or of another phone does not", async () => {
		const { bench, leg, reports, notify } = await referred();
		await bench.request(leg, "BYE", { cseq: 50 });
		expect(await notify({ status: 200, event: "talk", cseq: 47 })).toBe("500");
		expect(await notify({ event: "refer", cseq: 48 })).toBe("500");
		expect(await notify({ status: 200, event: "refer", cseq: 49, tag: "stranger" })).toBe("481");
		expect(reports).toEqual([]);
	});
});

describe("reports that the phone ends without a result", () => {
	test.each([
		["with 100 Trying", { status: 100, state: "terminated" }],
		["with nothing", { state: "terminated;reason=timeout" }],
	])("%s say nothing about the call", async (_how, notice) => {
		const { bench, leg, reports, notify } = await referred();
		expect(await notify({ event: "refer", ...notice })).toBe("200");
		expect(reports).toEqual(["unreported"]);
		bench.clock.advance(40_000);
		expect(reports).toEqual(["unreported"]);
		await bench.request(leg, "BYE");
		expect(bench.heard.at(-1)).toBe("ended bye");
		expect(bench.endpoint.legs).toBe(0);
	});

	test("may be followed by one", async () => {
		const { reports, notify } = await referred();
		await notify({ event: "refer", status: 100, state: "terminated" });
		await notify({ event: "refer", status: 200 });
		expect(reports).toEqual(["unreported", "report 200"]);
	});

	test("of a phone that has hung up leave nothing behind", async () => {
		const { bench, leg, reports, notify } = await referred();
		await bench.request(leg, "BYE");
		await notify({ event: "refer", status: 100, state: "terminated" });
		expect(reports).toEqual(["unreported"]);
		expect(bench.endpoint.legs).toBe(0);
		expect(bench.timers).toBe(0);
	});
});

test("a second REFER is reported on by its own NOTIFYs", async () => {
	const { bench, leg, reports, notify } = await referred();
	await notify({ event: "refer", status: 400 });
	leg.refer("sip:bob@192.0.2.3", "<sip:click2call@example.com>", {
		onAccepted: () => {},
		onRefused: () => {},
		onReport: (status) => reports.push(`second ${status}`),
		onUnreported: () => {},
		onLost: () => {},
	});
	const id = header(bench.last("REFER"), "CSeq").split(" ")[0];
	expect(await notify({ event: "refer;id=1", status: 200 })).toBe("489");
	expect(await notify({ event: `refer;id=${id}`, status: 200 })).toBe("200");
	expect(reports).toEqual(["report 400", "second 200"]);
});
