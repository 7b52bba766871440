import { describe, expect, test } from "bun:test";
import { AnsweredChallenges, Authenticator } from "../../../../src/sip/auth/authenticator.ts";
import { type Challenge, parseChallenge } from "../../../../src/sip/auth/challenge.ts";
import { MemoryLogger } from "../../../support/memory-logger.ts";

const REQUEST = { method: "INVITE", requestUri: "sip:b@h", body: "" };

function challenge(realm: string, more = "", source: "server" | "proxy" = "proxy"): Challenge {
	const read = parseChallenge(`Digest realm="${realm}", nonce="n${more.length}", qop="auth"${more}`, source);
	if (!read) throw new Error("no challenge");
	return read;
}

function bench(...accounts: { user: string; realm: string }[]) {
	const log = new MemoryLogger();
	const authenticator = new Authenticator(
		accounts.map((account) => ({ ...account, password: "hush" })),
		log,
	);
	const answered = new AnsweredChallenges();
	return {
		log,
		authenticator,
		challenged: (...list: Challenge[]) => authenticator.challenged(list, answered),
	};
}

describe("a challenge is answered", () => {
	test("by the account of its realm, else by the one without realm", () => {
		const { authenticator, challenged } = bench({ user: "any", realm: "" }, { user: "pbx", realm: "pbx" });
		expect(challenged(challenge("pbx"), challenge("elsewhere"))).toBe(true);
		const lines = authenticator.credentialsFor(REQUEST).join("\n");
		expect(lines).toContain('username="pbx", realm="pbx"');
		expect(lines).toContain('username="any", realm="elsewhere"');
	});

	test("in each realm that asks, one after the other", () => {
		const { authenticator, challenged } = bench({ user: "u", realm: "" });
		expect(challenged(challenge("first"))).toBe(true);
		expect(challenged(challenge("second", "", "server"))).toBe(true);
		expect(authenticator.credentialsFor(REQUEST).map((line) => line.split(":")[0])).toEqual([
			"Proxy-Authorization",
			"Authorization",
		]);
	});

	test("with the first algorithm that we know", () => {
		const { authenticator, challenged } = bench({ user: "u", realm: "" });
		expect(
			challenged(
				challenge("r", ", algorithm=SHA3-256"),
				challenge("r", ", algorithm=SHA-256"),
				challenge("r", ", algorithm=MD5"),
			),
		).toBe(true);
		expect(authenticator.credentialsFor(REQUEST).join()).toContain("algorithm=SHA-256,");
		expect(authenticator.credentialsFor(REQUEST)).toHaveLength(1);
	});

	test("once more when its nonce was stale", () => {
		const { authenticator, challenged } = bench({ user: "u", realm: "" });
		expect(challenged(challenge("r"))).toBe(true);
		expect(challenged(challenge("r", ", stale=true"))).toBe(true);
		expect(authenticator.credentialsFor(REQUEST).join()).toContain('nonce="n12"');
	});
});

describe("a challenge is not answered", () => {
	test("a second time when the password was refused, which is logged without it", () => {
		const { log, authenticator, challenged } = bench({ user: "u", realm: "" });
		expect(challenged(challenge("r"))).toBe(true);
		expect(challenged(challenge("r"))).toBe(false);
		expect(authenticator.credentialsFor(REQUEST)).toEqual([]);
		expect(log.lines.join("\n")).toContain('SipAuthUser u: realm "r" refuses the password');
		expect(log.lines.join("\n")).not.toContain("hush");
	});

	test("without an account for its realm, which is logged", () => {
		const { log, challenged } = bench({ user: "u", realm: "pbx" });
		expect(challenged(challenge("r"))).toBe(false);
		expect(log.lines.join("\n")).toContain('no SipAuthUser for realm "r"');
	});

	test("for ever, however many stale nonces and realms a peer invents", () => {
		const { challenged } = bench({ user: "u", realm: "" });
		let times = 0;
		while (challenged(challenge(`r${times}`, ", stale=true"))) {
			times += 1;
			if (times > 100) break;
		}
		expect(times).toBe(6);
	});
});

describe("the log says what a realm offers that we cannot answer", () => {
	test.each([
		[
			"one algorithm",
			[", algorithm=AKAv1-MD5"],
			'realm "r" offers AKAv1-MD5: this server knows MD5, SHA-256, SHA-512-256',
		],
		["several", [", algorithm=SHA3-256", ", algorithm=AKAv2-MD5"], 'realm "r" offers SHA3-256, AKAv2-MD5: '],
		["a qop", [', qop="auth-conf"'], 'realm "r" offers MD5 with qop auth-conf: '],
	])("%s", (_what, offers, expected) => {
		const { log, authenticator, challenged } = bench({ user: "u", realm: "" });
		const challenges = offers.map((more) => {
			const read = parseChallenge(`Digest realm="r", nonce="n"${more}`, "server");
			if (!read) throw new Error("no challenge");
			return read;
		});
		expect(challenged(...challenges)).toBe(false);
		expect(log.lines.join("\n")).toContain(expected);
		expect(authenticator.credentialsFor(REQUEST)).toEqual([]);
	});

	test("and nothing when one of its challenges can be answered", () => {
		const { log, challenged } = bench({ user: "u", realm: "" });
		expect(challenged(challenge("r", ", algorithm=SHA3-256"), challenge("r", ", algorithm=MD5"))).toBe(true);
		expect(log.lines).toEqual([]);
	});

	test("a name that goes on and on is cut", () => {
		const { log, challenged } = bench({ user: "u", realm: "" });
		challenged(challenge("r", `, algorithm=${"x".repeat(10_000)}`));
		expect(log.lines.join("").length).toBeLessThan(300);
	});
});

test("the credentials of an ACK are those of its INVITE", () => {
	const { authenticator, challenged } = bench({ user: "u", realm: "" });
	challenged(challenge("r"));
	const invite = authenticator.credentialsFor(REQUEST);
	const bye = authenticator.credentialsFor({ ...REQUEST, method: "BYE" });
	expect(bye).not.toEqual(invite);
	expect(authenticator.credentialsFor({ ...REQUEST, method: "ACK" })).toEqual(invite);
});
