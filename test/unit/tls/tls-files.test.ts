import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadTlsIdentity, TlsFileError } from "../../../src/tls/tls-files.ts";
import { loadTlsRoots, TlsRoots } from "../../../src/tls/tls-roots.ts";
import { Authority, openssl } from "../../support/authority.ts";

const authority = new Authority();
afterAll(() => authority[Symbol.dispose]());
const good = authority.issue({ names: "DNS:example.test" });
const other = authority.issue({ names: "DNS:example.test" });

/** A folder with files of these names and texts. */
function folderWith(files: Readonly<Record<string, string>>) {
	const folder = mkdtempSync(join(authority.folder, "working-"));
	for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
	return folder;
}

function failure(action: () => unknown): TlsFileError {
	try {
		action();
	} catch (error) {
		if (error instanceof TlsFileError) return error;
		throw error;
	}
	throw new Error("nothing was thrown");
}

const CERT = "domain_cert_example.test.pem";
const KEY = "domain_key_example.test.pem";

describe("loadTlsIdentity", () => {
	const load = (files: Readonly<Record<string, string>>) =>
		loadTlsIdentity(folderWith(files), "example.test");

	test("reads the pair of the domain", () => {
		expect(load({ [CERT]: good.certificate, [KEY]: good.key })).toEqual({ ...good, domain: "example.test" });
	});

	test("intermediate certificates may follow our own", () => {
		const chain = good.certificate + authority.root;
		expect(load({ [CERT]: chain, [KEY]: good.key })?.certificate).toBe(chain);
	});

	test("without the files of that domain there is no identity", () => {
		expect(load({})).toBeUndefined();
		expect(load({ "domain_cert_other.test.pem": good.certificate })).toBeUndefined();
	});

	test.each([
		["only a certificate", { [CERT]: good.certificate }, KEY, "missing, although"],
		["only a key", { [KEY]: good.key }, CERT, "missing, although"],
		[
			"the key of another certificate",
			{ [CERT]: good.certificate, [KEY]: other.key },
			KEY,
			"does not belong",
		],
		["no certificate in the file", { [CERT]: "hello", [KEY]: good.key }, CERT, "BEGIN CERTIFICATE"],
		["a key in place of the certificate", { [CERT]: good.key, [KEY]: good.key }, CERT, "BEGIN CERTIFICATE"],
		["no key in the file", { [CERT]: good.certificate, [KEY]: "hello" }, KEY, "BEGIN PRIVATE KEY"],
		[
			"a damaged certificate",
			{ [CERT]: good.certificate.replace("MII", "AAA").replace("MIIB", "AAAA"), [KEY]: good.key },
			CERT,
			"not a certificate",
		],
	])("%s is an error that names the file", (_what, files, file, problem) => {
		const error = failure(() => load(files));
		expect(error.file).toEndWith(file);
		expect(error.message).toContain(problem);
		expect(error.message).toStartWith(error.file);
	});

	test("a key with a passphrase is an error that says so and shows nothing of it", () => {
		const folder = folderWith({ [CERT]: good.certificate, "plain.pem": good.key });
		openssl(folder, ["pkcs8", "-topk8", "-in", "plain.pem", "-out", KEY, "-passout", "pass:secret"]);
		const error = failure(() => loadTlsIdentity(folder, "example.test"));
		expect(error.message).toBe(`${join(folder, KEY)}: expected a key without a passphrase`);
		expect(error.cause).toBeUndefined();
	});

	test("a file that cannot be read is an error that names it", () => {
		const folder = folderWith({ [KEY]: good.key });
		const error = failure(() => loadTlsIdentity(join(folder, KEY), "example.test"));
		expect(error.message).toEndWith("cannot be read: ENOTDIR");
	});

	test("a certificate that has expired or is for another name is a warning", () => {
		const expired = authority.issue({ names: "DNS:example.test", days: -1 });
		expect(load({ [CERT]: expired.certificate, [KEY]: expired.key })?.warnings).toEqual([
			expect.stringContaining("expired on"),
		]);
		const wrong = authority.issue({ names: "DNS:other.test" });
		expect(load({ [CERT]: wrong.certificate, [KEY]: wrong.key })?.warnings).toEqual([
			expect.stringContaining("not for example.test"),
		]);
	});
});

describe("loadTlsRoots", () => {
	const count = (roots: TlsRoots, pem: string) => roots.all.filter((one) => one.trim() === pem.trim()).length;

	test("takes every certificate of every root file, and the system's", () => {
		const folder = folderWith({
			"root_cert_a.pem": authority.root,
			"root_cert_b.pem": `a comment\n${good.certificate}\n${other.certificate}`,
			"root_cert_c.txt": "something else",
			"other.pem": "something else",
		});
		const roots = loadTlsRoots(folder);
		for (const pem of [authority.root, good.certificate, other.certificate])
			expect(count(roots, pem)).toBe(1);
		expect(roots.all.length).toBeGreaterThan(3);
	});

	test("the system's are asked for once, when they are needed", () => {
		let asked = 0;
		const roots = new TlsRoots(["one"], () => {
			asked++;
			return ["two"];
		});
		expect(asked).toBe(0);
		expect([roots.all, roots.all]).toEqual([
			["one", "two"],
			["one", "two"],
		]);
		expect(asked).toBe(1);
	});

	test("a root file without a certificate is an error that names it", () => {
		const error = failure(() => loadTlsRoots(folderWith({ "root_cert_x.pem": "hello" })));
		expect(error.file).toEndWith("root_cert_x.pem");
		expect(error.message).toContain("BEGIN CERTIFICATE");
	});

	test("a folder that is not there is an error that names it", () => {
		const folder = join(authority.folder, "nowhere");
		expect(failure(() => loadTlsRoots(folder)).message).toBe(`${folder}: cannot be read: ENOENT`);
	});
});
