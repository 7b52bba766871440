import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CertificateWatch, LOOK_INTERVAL } from "../../../src/tls/certificate-watch.ts";
import { loadPair, type TlsIdentity } from "../../../src/tls/tls-files.ts";
import { Authority } from "../../support/authority.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { MemoryLogger } from "../../support/memory-logger.ts";

const authority = new Authority();
afterAll(() => authority[Symbol.dispose]());
const first = authority.issue({ names: "DNS:one.test" });
const second = authority.issue({
	names: "DNS:two.test",
	extensions: ["nsComment=longer than the first one"],
});

function watched(renewed: (identity: TlsIdentity) => void) {
	const folder = mkdtempSync(join(authority.folder, "watched-"));
	const files = { certificate: join(folder, "cert.pem"), key: join(folder, "key.pem") };
	const write = (certificate: string, key: string): void => {
		writeFileSync(files.certificate, certificate);
		writeFileSync(files.key, key);
	};
	write(first.certificate, first.key);
	const clock = new FakeClock();
	const log = new MemoryLogger();
	const identity = loadPair(files);
	if (!identity) throw new Error("there is no pair");
	return { files, write, clock, log, watch: new CertificateWatch({ files, identity, renewed, clock, log }) };
}

describe("a watched pair", () => {
	test("is taken over when its files change, and only then", () => {
		const taken: string[] = [];
		const { write, clock, watch } = watched(({ certificate }) => void taken.push(certificate));
		clock.advance(LOOK_INTERVAL);
		expect(taken).toEqual([]);
		write(second.certificate, second.key);
		clock.advance(LOOK_INTERVAL);
		clock.advance(LOOK_INTERVAL);
		expect(taken).toEqual([second.certificate]);
		expect(watch.identity.certificate).toBe(second.certificate);
	});

	test("stays, with one line in the log, while the new one is bad", () => {
		const taken: string[] = [];
		const { files, write, clock, log, watch } = watched(({ certificate }) => void taken.push(certificate));
		write(second.certificate, first.key);
		clock.advance(LOOK_INTERVAL * 3);
		expect(taken).toEqual([]);
		expect(watch.identity.certificate).toBe(first.certificate);
		expect(log.lines).toEqual([
			`ERR the certificate in use stays: ${files.key}: the key does not belong to the first certificate in ${files.certificate}`,
		]);
		write(second.certificate, second.key);
		watch.look();
		expect(taken).toEqual([second.certificate]);
	});

	test("is offered again if it could not be taken over", () => {
		let fails = true;
		const { write, clock, watch } = watched(() => {
			if (fails) throw new Error("the port is taken");
		});
		write(second.certificate, second.key);
		clock.advance(LOOK_INTERVAL);
		expect(watch.identity.certificate).toBe(first.certificate);
		fails = false;
		clock.advance(LOOK_INTERVAL);
		expect(watch.identity.certificate).toBe(second.certificate);
	});

	test("is not looked at after the end", () => {
		const { clock, watch } = watched(() => {});
		watch.close();
		expect(clock.pending).toBe(0);
	});
});
