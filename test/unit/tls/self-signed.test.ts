import { expect, test } from "bun:test";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeSelfSigned } from "../../../src/tls/self-signed.ts";

const NOW = Date.now();
const NAMES = ["box.example.com", "box", "192.0.2.7", "2001:db8::7"];
const { certificate, key } = makeSelfSigned(NAMES, NOW);

test("the pair belongs together, names what it is for, and ends after 825 days", () => {
	const own = new X509Certificate(certificate);
	expect(own.checkPrivateKey(createPrivateKey(key))).toBe(true);
	expect(own.verify(own.publicKey)).toBe(true);
	expect(own.subjectAltName).toBe(
		"DNS:box.example.com, DNS:box, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:7",
	);
	expect(own.checkHost("box.example.com")).toBe("box.example.com");
	expect(own.checkIP("192.0.2.7")).toBe("192.0.2.7");
	expect(own.ca).toBe(false);
	expect(Math.round((Date.parse(own.validTo) - NOW) / 86_400_000)).toBe(825);
	expect(Date.parse(own.validFrom)).toBeLessThan(NOW);
});

test("each pair has a key and a number of its own", () => {
	const other = makeSelfSigned(NAMES, NOW);
	expect(other.key).not.toBe(key);
	expect(new X509Certificate(other.certificate).serialNumber).not.toBe(
		new X509Certificate(certificate).serialNumber,
	);
});

test.each([0, 30])("openssl takes it for a server of that name, %i years from now", (years) => {
	const folder = mkdtempSync(join(tmpdir(), "self-signed-"));
	try {
		const at = NOW + years * 365 * 86_400_000;
		const file = join(folder, "cert.pem");
		writeFileSync(file, makeSelfSigned(["x".repeat(60), ...NAMES], at).certificate);
		const options = [
			"-purpose",
			"sslserver",
			"-verify_ip",
			"192.0.2.7",
			"-attime",
			String(Math.trunc(at / 1000)),
		];
		const { exitCode, stdout, stderr } = Bun.spawnSync(
			["openssl", "verify", "-x509_strict", "-check_ss_sig", ...options, "-CAfile", file, file],
			{ stderr: "pipe" },
		);
		expect(stdout.toString() + stderr.toString()).toBe(`${file}: OK\n`);
		expect(exitCode).toBe(0);
	} finally {
		rmSync(folder, { recursive: true });
	}
});
