import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseAuthorization } from "../../../src/http/authorization.ts";
import { AuthorizationError } from "../../../src/net/auth-parameters.ts";

const GOOD =
	'Digest username="admin", realm="r", nonce="n", uri="/a?b=\\"c,d\\"", response="0", ' +
	'algorithm=sha-256, cnonce="x", nc=0000000a, qop=auth, opaque="o"';

describe("parseAuthorization", () => {
	test("reads quoted and bare parameters, escapes, and commas inside quotes", () => {
		expect(parseAuthorization(GOOD)).toEqual({
			username: "admin",
			realm: "r",
			nonce: "n",
			uri: '/a?b="c,d"',
			response: "0",
			algorithm: "SHA-256",
			cnonce: "x",
			nc: "0000000a",
			opaque: "o",
		});
	});

	test("takes the scheme in any case and qop in quotes, and MD5 when none is named", () => {
		const header = GOOD.replace("Digest", "DIGEST").replace("qop=auth", 'qop="auth"');
		expect(parseAuthorization(header.replace(" algorithm=sha-256,", ""))?.algorithm).toBe("MD5");
	});

	test("leaves other schemes alone", () => {
		expect(parseAuthorization("Basic YWRtaW46YWRtaW4=")).toBeUndefined();
		expect(parseAuthorization("")).toBeUndefined();
	});

	test.each([
		['username="admin", ', "", "username"],
		['realm="r", ', "", "realm"],
		['nonce="n", ', "", "nonce"],
		['response="0", ', "", "response"],
		['cnonce="x", ', "", "cnonce"],
		["nc=0000000a, ", "", "nc"],
		["nc=0000000a", "nc=a", "eight"],
		["qop=auth, ", "", "qop"],
		["qop=auth", "qop=auth-int", "qop"],
		['realm="r"', 'realm="r", realm="s"', "twice"],
		['realm="r"', 'realm="r', "expected parameters"],
		['realm="r", ', 'realm="r" ', "expected parameters"],
		['opaque="o"', "opaque", "expected parameters"],
	])("refuses the header with %p replaced by %p", (from, to, message) => {
		expect(() => parseAuthorization(GOOD.replace(from, to))).toThrow(AuthorizationError);
		expect(() => parseAuthorization(GOOD.replace(from, to))).toThrow(message);
	});

	test("takes empty elements in its list (RFC 7230 section 7)", () => {
		expect(parseAuthorization(GOOD.replace('opaque="o"', ""))).toMatchObject({
			username: "admin",
			opaque: undefined,
		});
	});

	test("reads or refuses any text, and never repeats it", () => {
		fc.assert(
			fc.property(fc.string(), (text) => {
				try {
					parseAuthorization(`Digest zz${text}`);
				} catch (error) {
					expect(error).toBeInstanceOf(AuthorizationError);
					expect(String(error)).not.toContain("zz");
				}
			}),
		);
	});
});
