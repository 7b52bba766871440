import { expect, test } from "bun:test";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { checkPair } from "../../../src/appliance/certificate-check.ts";
import { BoxError } from "../../../src/http/box/types.ts";
import { makeSelfSigned } from "../../../src/tls/self-signed.ts";

const DAY = 86_400_000;
const NOW = Date.now();
const [own, other] = ["own.example.com", "other.example.com"].map((name) => makeSelfSigned([name], NOW));
const certificate = own?.certificate ?? "";
const key = own?.key ?? "";
const foreign = other?.certificate ?? "";
const locked = createPrivateKey(key).export({
	type: "pkcs8",
	format: "pem",
	cipher: "aes-256-cbc",
	passphrase: "secret",
});
const binary = new X509Certificate(certificate).raw;
const container = Buffer.from([0x30, 0x82, 0x01, 0x00, 0x02, 0x01, 0x03]);

/** What is wrong; undefined if nothing is. */
function faultOf(cert: string | Buffer, secret: string | Buffer | undefined, now = NOW): string | undefined {
	try {
		const octets = {
			certificate: Buffer.from(cert),
			key: secret === undefined ? undefined : Buffer.from(secret),
		};
		checkPair(octets, now);
		return undefined;
	} catch (error) {
		if (!(error instanceof BoxError)) throw error;
		expect(error.message).not.toContain("BEGIN PRIVATE");
		return error.what;
	}
}

test.each<[string, string | Buffer, string | Buffer | undefined, string | undefined]>([
	["a pair", certificate, key, undefined],
	["a chain", certificate + foreign, key, undefined],
	["both in one file, twice", key + certificate, key + certificate, undefined],
	["Windows' ends of line", certificate.replaceAll("\n", "\r\n"), key.replaceAll("\n", "\r\n"), undefined],
	["an authority", certificate, undefined, undefined],
	["a key of another", foreign, key, "mismatch"],
	["a chain that begins with another", foreign + certificate, key, "order"],
	["a key with a password", certificate, locked, "locked key"],
	["the key in the place of the certificate", key, certificate, "swapped"],
	["the certificate twice", certificate, certificate, "swapped"],
	["a photo", "photo", key, "no certificate"],
	["a damaged certificate", certificate.replace(/\n.{20}/, "\n"), key, "no certificate"],
	["no key", certificate, "", "no key"],
	["a damaged key", certificate, key.replace(/\n.{20}/, "\n"), "no key"],
	["a binary certificate", binary, key, "binary"],
	["a PKCS#12 file", container, key, "container"],
	["a PKCS#12 file as key", certificate, container, "container"],
	["a request", "-----BEGIN CERTIFICATE REQUEST-----\n", key, "request"],
])("%s", (_what, cert, secret, fault) => {
	expect(faultOf(cert, secret)).toBe(fault);
});

test("one that has expired, or is not valid yet", () => {
	expect(faultOf(certificate, key, NOW + 100 * 366 * DAY)).toBe("expired");
	expect(faultOf(certificate, key, NOW - 366 * DAY)).toBe("not yet");
});
