import { beforeAll, describe, expect, test } from "bun:test";
import { historyFact, registrationFact, tlsFact, uptime } from "../../../../src/http/admin/facts.ts";
import { ENGLISH_ADMIN } from "../../../../src/words/admin/english.ts";
import { ENGLISH } from "../../../../src/words/english.ts";
import { Authority } from "../../../support/authority.ts";

const NO_HISTORY = ENGLISH.noHistoryText;

const TIME = new Date(2026, 10, 23, 12).getTime();

describe("a registration", () => {
	const factOf = (report: Parameters<typeof registrationFact>[1]) => {
		const { state, text } = registrationFact(ENGLISH_ADMIN, report, 10_000, TIME);
		return [state?.kind, state?.text, text];
	};
	const failure = { at: 9000, status: 403, reason: "Forbidden", local: false };

	test("that is there says until when, whether it is being refreshed or not", () => {
		expect(factOf({ state: "registered", bound: true, until: 610_000, next: 550_000 })).toEqual([
			"good",
			"registered",
			"Until 2026-11-23 12:10:00, refreshed at 2026-11-23 12:09:00.",
		]);
		expect(factOf({ state: "registering", bound: true, until: 70_000 })).toEqual([
			"good",
			"registered",
			"Until 2026-11-23 12:01:00, being refreshed now.",
		]);
	});

	test("that failed says when, why, and when it is tried again", () => {
		expect(factOf({ state: "waiting", bound: false, next: 40_000, failure })).toEqual([
			"bad",
			"not registered",
			"At 2026-11-23 11:59:59: 403 Forbidden. Next try at 2026-11-23 12:00:30.",
		]);
		expect(
			factOf({
				state: "registering",
				bound: false,
				failure: { ...failure, status: 408, reason: "Request Timeout", local: true },
			}),
		).toEqual([
			"bad",
			"not registered",
			"At 2026-11-23 11:59:59: no answer, 408 Request Timeout. Asking the registrar now.",
		]);
	});

	test("whose connection was closed is none", () => {
		expect(factOf({ state: "registered", bound: false, next: 11_000 })).toEqual([
			"bad",
			"not registered",
			"The connection to the registrar was closed. Next try at 2026-11-23 12:00:01.",
		]);
	});

	test("may be on its way, over, or not wanted", () => {
		expect(factOf({ state: "registering", bound: false })[1]).toBe("under way");
		expect(factOf({ state: "leaving", bound: false })[1]).toBe("ended");
		expect(factOf(undefined)).toEqual(["open", "off", "Register is 0."]);
	});
});

describe("TLS", () => {
	const domain = "pbx.example.com";
	const day = 86_400_000;
	let certificate: string;
	let end: number;

	beforeAll(() => {
		using authority = new Authority();
		certificate = authority.issue({ names: `DNS:${domain},DNS:*.example.com`, days: 100 }).certificate;
		end = Date.now() + 100 * day;
	});

	const factAt = (time: number, changes: object = {}) =>
		tlsFact(ENGLISH_ADMIN, { port: 5073, domain, certificate, ...changes }, time);

	test("is closed without a certificate, or without a port", () => {
		expect(factAt(TIME, { certificate: undefined })).toEqual({
			name: "TLS",
			state: { text: "closed", kind: "open" },
			text: "There is no certificate for pbx.example.com, so port 5073 stays closed.",
		});
		expect(factAt(TIME, { certificate: undefined, port: 0 }).text).toBe("TLSPort is 0.");
		expect(factAt(end - 60 * day, { port: 0 })).toMatchObject({ state: { text: "closed", kind: "open" } });
	});

	test("says for whom its certificate is and how long it is valid", () => {
		const { state, text } = factAt(end - 60 * day - 3_600_000);
		expect(state).toEqual({ text: "open", kind: "good" });
		expect(text).toMatch(
			/^Port 5073; the certificate is for pbx\.example\.com, \*\.example\.com, valid until \d{4}-.* \(60 days\)\.$/,
		);
	});

	test.each([
		[-29, "certificate expires soon"],
		[-1, "certificate expires soon"],
		[1, "certificate has expired"],
		[-300, "certificate is not valid yet"],
	])("%i days after its end is something to look after: %s", (days, flaw) => {
		expect(factAt(end + days * day).state).toEqual({ text: flaw, kind: "bad" });
	});

	test("with a certificate for somebody else is something to look after", () => {
		expect(factAt(end - 60 * day, { domain: "other.example" }).state).toEqual({
			text: "certificate is not for other.example",
			kind: "bad",
		});
	});
});

test.each([
	[59, "0 min"],
	[3599, "59 min"],
	[3600, "1 h 0 min"],
	[86_400, "1 day, 0 h"],
	[200_000, "2 days, 7 h"],
])("%i s are %s", (seconds, text) => {
	expect(uptime(ENGLISH_ADMIN, seconds)).toBe(text);
});

describe("the history", () => {
	const settings = { historyFile: "calls.sqlite", historyDays: 90 };
	const well = { waiting: 0, lost: 0, failed: false };

	test("that cannot be written, or has not all calls, is something to look after", () => {
		expect(historyFact(ENGLISH_ADMIN, NO_HISTORY, { ...well, waiting: 3, failed: true }, settings)).toEqual({
			name: "History",
			state: { text: "cannot be written", kind: "bad" },
			text: "calls.sqlite: calls of the last 90 days; waiting to be written: 3; the log says why.",
		});
		expect(historyFact(ENGLISH_ADMIN, NO_HISTORY, { ...well, lost: 2 }, settings).state).toEqual({
			text: "calls missing: 2",
			kind: "bad",
		});
	});

	test("that is well, or not wanted, is not", () => {
		expect(historyFact(ENGLISH_ADMIN, NO_HISTORY, well, { ...settings, historyDays: 0 })).toEqual({
			name: "History",
			text: "calls.sqlite: all calls.",
		});
		expect(historyFact(ENGLISH_ADMIN, NO_HISTORY, undefined, settings).state?.kind).toBe("open");
	});
});
