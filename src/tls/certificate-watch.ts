import { statSync } from "node:fs";
import type { Logger } from "../log/logger.ts";
import type { Clock } from "../time/clock.ts";
import { loadPair, type PairFiles, TlsFileError, type TlsIdentity } from "./tls-files.ts";

/** How often the files are looked at, in milliseconds. */
export const LOOK_INTERVAL = 30_000;

/** A certificate that is in use, and where it is from. */
export interface CertificateWatchOptions {
	readonly files: PairFiles;
	readonly identity: TlsIdentity;
	/** Takes over a renewed pair; what it throws is logged, and it is called again at the next look. */
	readonly renewed: (identity: TlsIdentity) => void;
	readonly clock: Clock;
	readonly log: Logger;
}

/** Takes over a certificate and its key when their files change; a bad new pair changes nothing. */
export class CertificateWatch {
	readonly #options: CertificateWatchOptions;
	#identity: TlsIdentity;
	/** The files as they were when they were last read. */
	#seen: string;
	#stopTimer: (() => void) | undefined;

	constructor(options: CertificateWatchOptions) {
		this.#options = options;
		this.#identity = options.identity;
		this.#seen = stateOf(options.files);
		this.#wait();
	}

	/** The pair in use. */
	get identity(): TlsIdentity {
		return this.#identity;
	}

	/** Looks now. */
	look(): void {
		const { files, renewed, log } = this.#options;
		const state = stateOf(files);
		if (state === this.#seen) return;
		try {
			const identity = loadPair(files);
			if (!identity) throw new TlsFileError(files.certificate, "missing");
			if (identity.certificate !== this.#identity.certificate || identity.key !== this.#identity.key) {
				renewed(identity);
				this.#identity = identity;
				log.info(`${files.certificate} has changed: new connections get the new certificate`);
				for (const warning of identity.warnings) log.warning(warning);
			}
			this.#seen = state;
		} catch (error) {
			// Files that are being written are looked at again; others are complained of once.
			if (error instanceof TlsFileError) this.#seen = state;
			log.err(() => `the certificate in use stays: ${error instanceof Error ? error.message : error}`);
		}
	}

	close(): void {
		this.#stopTimer?.();
	}

	#wait(): void {
		this.#stopTimer = this.#options.clock.after(LOOK_INTERVAL, () => {
			this.look();
			this.#wait();
		});
	}
}

/** What tells whether files have changed, also when a link leads to others. */
function stateOf({ certificate, key }: PairFiles): string {
	return [certificate, key]
		.map((file) => {
			const stat = statSync(file, { throwIfNoEntry: false });
			return stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : "";
		})
		.join();
}
