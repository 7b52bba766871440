import { readdirSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates } from "node:tls";
import { errorCode } from "../error-code.ts";
import { readCertificates, readIfThere, TlsFileError } from "./tls-files.ts";

const ROOT_FILE = /^root_cert_.*\.pem$/;

/** The certificates that a peer's chain may end at: our own files, and the operating system's. */
export class TlsRoots {
	readonly #own: readonly string[];
	readonly #system: () => readonly string[];
	#all: readonly string[] | undefined;

	/**
	 * @param own PEM texts.
	 * @param system returns the operating system's; called once, on the first connection, since it takes a
	 * while.
	 */
	constructor(own: readonly string[], system: () => readonly string[] = systemRoots) {
		this.#own = own;
		this.#system = system;
	}

	/** PEM texts of our own files, one per certificate. */
	get own(): readonly string[] {
		return this.#own;
	}

	/** PEM texts, one per certificate. */
	get all(): readonly string[] {
		this.#all ??= [...this.#own, ...this.#system()];
		return this.#all;
	}
}

/**
 * Reads every `root_cert_*.pem`.
 *
 * @param folder the value of CertificatePath.
 * @throws {TlsFileError} for a file or folder that cannot be read, or a file without a certificate.
 */
export function loadTlsRoots(folder: string): TlsRoots {
	const files = list(folder)
		.filter((name) => ROOT_FILE.test(name))
		.sort()
		.map((name) => join(folder, name));
	return new TlsRoots(
		files.flatMap((file) => readCertificates(file, readIfThere(file) ?? "").map((root) => root.toString())),
	);
}

function list(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch (cause) {
		throw new TlsFileError(folder, `cannot be read: ${errorCode(cause)}`, { cause });
	}
}

/** A machine without a certificate store, such as a bare container, gets Mozilla's list. */
function systemRoots(): readonly string[] {
	const found = getCACertificates("system");
	return found.length > 0 ? found : getCACertificates("bundled");
}
