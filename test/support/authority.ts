import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsIdentity } from "../../src/tls/tls-files.ts";
import { TlsRoots } from "../../src/tls/tls-roots.ts";

/** What a certificate says. */
export interface CertificateRequest {
	/** As `openssl -subj` takes it, such as `/CN=example.test`. */
	readonly subject?: string;
	/** As OpenSSL's configuration takes it, such as `DNS:example.test,URI:sip:example.test`. */
	readonly names?: string;
	/** Further lines of OpenSSL's extension section. */
	readonly extensions?: readonly string[];
	/** Days it is valid; negative when it has expired. */
	readonly days?: number;
	/** Signed by itself instead of by the authority. */
	readonly selfSigned?: boolean;
}

/** Every loopback address, so that a target without a domain is satisfied. */
export const LOOPBACK_NAMES = "IP:127.0.0.1,IP:::1";

/** A certificate authority of OpenSSL's command line, in a folder that goes away with it. */
export class Authority {
	readonly folder = mkdtempSync(join(tmpdir(), "authority-"));
	/** PEM of its own certificate. */
	readonly root: string;
	#issued = 0;

	constructor(name = "Test Authority") {
		openssl(this.folder, [
			...["req", "-x509", ...NEW_KEY, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2"],
			...["-subj", `/CN=${name}`],
		]);
		this.root = this.read("ca.pem");
	}

	/** Trusts this authority and nobody else. */
	get roots(): TlsRoots {
		return new TlsRoots([this.root], () => []);
	}

	issue(request: CertificateRequest): TlsIdentity {
		const file = `issued-${++this.#issued}`;
		const subject = request.subject ?? "/O=nobody";
		const days = String(request.days ?? 2);
		const extensions = [...(request.extensions ?? [])];
		if (request.names !== undefined) extensions.push(`subjectAltName=${request.names}`);
		const keyOptions = [...NEW_KEY, "-keyout", `${file}.key`, "-subj", subject];
		if (request.selfSigned) {
			const added = extensions.flatMap((line) => ["-addext", line]);
			openssl(this.folder, ["req", "-x509", ...keyOptions, "-days", days, ...added, "-out", `${file}.pem`]);
		} else {
			openssl(this.folder, ["req", ...keyOptions, "-out", `${file}.csr`]);
			writeFileSync(join(this.folder, `${file}.ext`), `${extensions.join("\n")}\n`);
			openssl(this.folder, [
				...["x509", "-req", "-in", `${file}.csr`, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"],
				...["-days", days, "-extfile", `${file}.ext`, "-out", `${file}.pem`],
			]);
		}
		return {
			domain: "example.test",
			certificate: this.read(`${file}.pem`),
			key: this.read(`${file}.key`),
			warnings: [],
		};
	}

	read(name: string): string {
		return readFileSync(join(this.folder, name), "utf8");
	}

	[Symbol.dispose](): void {
		rmSync(this.folder, { recursive: true });
	}
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** Runs OpenSSL's command line in a folder. @throws {Error} with what it said when it fails. */
export function openssl(folder: string, args: readonly string[]): void {
	const { exitCode, stderr } = Bun.spawnSync(["openssl", ...args], { cwd: folder, stderr: "pipe" });
	if (exitCode !== 0) throw new Error(`openssl ${args.join(" ")}: ${stderr.toString()}`);
}
