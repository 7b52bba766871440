import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { type Challenge, parseChallenge } from "../../../../src/sip/auth/challenge.ts";
import { DigestSession, isAnswerable } from "../../../../src/sip/auth/digest-session.ts";

const ACCOUNT = { user: "Mufasa", password: "Circle of Life", realm: "" };
const PAGE = { method: "GET", requestUri: "/dir/index.html", body: "" };

function challenge(text: string): Challenge {
	const read = parseChallenge(`Digest ${text}`, "server");
	if (!read) throw new Error(`no challenge: ${text}`);
	return read;
}

function parameter(line: string, name: string): string | undefined {
	return new RegExp(`[ ,]${name}="?([^",]*)"?`).exec(line)?.[1];
}

describe("the credentials", () => {
	test("are those of RFC 2617's example", () => {
		const session = new DigestSession(
			challenge(
				'realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
			),
			{ ...ACCOUNT, password: "Circle Of Life" },
			"0a4f113b",
		);
		expect(session.credentialsFor(PAGE)).toBe(
			'Authorization: Digest username="Mufasa", realm="testrealm@host.com", ' +
				'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", ' +
				'response="6629fae49393a05397450978507c4ef1", cnonce="0a4f113b", ' +
				'opaque="5ccc069c403ebaf9f0171e9517f40e41", qop=auth, nc=00000001',
		);
	});

	test.each([
		["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
		["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
		["sha-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
	])("are those of RFC 7616's example with %s", (algorithm, response) => {
		const session = new DigestSession(
			challenge(
				`realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"`,
			),
			ACCOUNT,
			"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
		);
		const line = session.credentialsFor(PAGE);
		expect(parameter(line, "response")).toBe(response);
		expect(parameter(line, "algorithm")).toBe(algorithm);
	});

	/** What a server computes, written down once more from RFC 7616 section 3.4.1. */
	const expected = (
		hash: string,
		session: boolean,
		qop: string | undefined,
		{ nonce, cnonce, nc, body }: { nonce: string; cnonce: string; nc: string; body: string },
	): string => {
		const h = (text: string): string => createHash(hash).update(text).digest("hex");
		const plain = h("bob:r:secret");
		const a1 = session ? h(`${plain}:${nonce}:${cnonce}`) : plain;
		const a2 = h(qop === "auth-int" ? `BYE:sip:x@h:${h(body)}` : "BYE:sip:x@h");
		return h(qop ? `${a1}:${nonce}:${nc}:${cnonce}:${qop}:${a2}` : `${a1}:${nonce}:${a2}`);
	};

	test.each(
		(["MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"] as const).flatMap(
			(algorithm) => ([undefined, "auth", "auth-int"] as const).map((qop) => ({ algorithm, qop })),
		),
	)("fit $algorithm with qop $qop, for each request that the nonce is used for", ({ algorithm, qop }) => {
		const session = new DigestSession(
			challenge(`realm="r", nonce="n", algorithm=${algorithm}${qop ? `, qop="${qop}"` : ""}`),
			{ user: "bob", password: "secret", realm: "r" },
		);
		for (const nc of ["00000001", "00000002", "00000003"]) {
			const body = `body ${nc}`;
			const line = session.credentialsFor({ method: "BYE", requestUri: "sip:x@h", body });
			const cnonce = parameter(line, "cnonce") ?? "";
			const hash = { MD5: "md5", "SHA-256": "sha256", "SHA-512-256": "sha512-256" }[
				algorithm.replace("-sess", "") as "MD5" | "SHA-256" | "SHA-512-256"
			];
			expect(parameter(line, "response")).toBe(
				expected(hash, algorithm.endsWith("-sess"), qop, { nonce: "n", cnonce, nc, body }),
			);
			expect(parameter(line, "nc")).toBe(qop && nc);
			expect(parameter(line, "qop")).toBe(qop);
		}
	});

	test("answer a proxy in the header field for proxies, and escape what is quoted", () => {
		const session = new DigestSession(
			{ ...challenge('realm="a \\"b\\"", nonce="n"'), source: "proxy" },
			{ ...ACCOUNT, user: "do\\main" },
		);
		const line = session.credentialsFor(PAGE);
		expect(line).toStartWith('Proxy-Authorization: Digest username="do\\\\main", realm="a \\"b\\"", ');
	});

	test("hold no password", () => {
		const session = new DigestSession(challenge('realm="r", nonce="n", qop="auth"'), ACCOUNT);
		expect(session.credentialsFor(PAGE)).not.toContain(ACCOUNT.password);
	});
});

test.each([
	['realm="r", nonce="n", algorithm=SHA-512-256', true],
	['realm="r", nonce="n", algorithm=sha-512-256-SESS', true],
	['realm="r", nonce="n", algorithm=SHA-512', false],
	['realm="r", nonce="n", algorithm=token-md5', false],
	['realm="r", nonce="n", qop="auth-conf"', false],
	['realm="r", nonce="n", qop="auth-conf, auth-int"', true],
	['realm="r", nonce="n", algorithm=Md5-Sess', true],
])("a challenge %p can be answered: %p", (text, answerable) => {
	expect(isAnswerable(challenge(text))).toBe(answerable);
});
