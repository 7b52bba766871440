import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { AuthorizationError } from "../../../../src/net/auth-parameters.ts";
import { parseChallenge } from "../../../../src/sip/auth/challenge.ts";

describe("a challenge", () => {
	test("is read with quoted and bare parameters, in any case and order", () => {
		const text =
			'digest QOP="auth-int, AUTH", nonce="a,b=", Realm="say \\"hi\\"", algorithm=md5, stale=TRUE, opaque=""';
		expect(parseChallenge(text, "proxy")).toEqual({
			source: "proxy",
			realm: 'say "hi"',
			nonce: "a,b=",
			algorithm: "md5",
			opaque: "",
			qop: ["auth-int", "auth"],
			stale: true,
		});
	});

	test("without qop, algorithm and opaque is one of RFC 2069", () => {
		expect(parseChallenge('Digest realm="r", nonce="n"', "server")).toEqual({
			source: "server",
			realm: "r",
			nonce: "n",
			algorithm: undefined,
			opaque: undefined,
			qop: [],
			stale: false,
		});
	});

	test.each([
		'Digest realm="r", , nonce="n"',
		'Digest realm="r",,nonce="n",',
		'Digest , realm="r", nonce="n" , ,',
		'Digest\trealm = "r" , nonce = n',
	])("with empty elements and blanks in its list is read: %p", (text) => {
		expect(parseChallenge(text, "server")).toMatchObject({ realm: "r", nonce: "n" });
	});

	test.each([
		'Digest realm="r" nonce="n"',
		'Digest realm="r", nonce',
		"Digest realm=, nonce=n",
		'Digest realm="r',
	])("with something else in its list is refused: %p", (text) => {
		expect(() => parseChallenge(text, "server")).toThrow(AuthorizationError);
	});

	test.each(['Basic realm="r"', 'Digest realm="r"', 'Digest nonce="n"', ""])("%p is none for us", (text) => {
		expect(parseChallenge(text, "server")).toBeUndefined();
	});

	test("is read or refused, whatever the text, and the error never repeats it", () => {
		fc.assert(
			fc.property(fc.string(), (text) => {
				try {
					parseChallenge(`Digest ${text}`, "server");
				} catch (error) {
					expect(error).toBeInstanceOf(AuthorizationError);
					if (text.length > 20) expect(String(error)).not.toContain(text);
				}
			}),
		);
	});
});
