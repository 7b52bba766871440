import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { freePorts } from "../../test/support/free-port.ts";
import { family } from "./process-figures.ts";
import { endProcess, type MeasuredServer } from "./server-process.ts";

const CONFIG = join(import.meta.dir, "kamailio.cfg");
/** With its default of 64 MB it runs out of shared memory after some 2,000 calls. */
const SHARED_MEMORY_MB = "1024";
const PATIENCE_MS = 10_000;
/** From the first sight of its FIFO until all its processes are there. */
const SETTLE_MS = 500;

/** Why Kamailio cannot be measured here; undefined when it can. */
export function kamailioMissing(): string | undefined {
	if (!Bun.which("kamailio")) return "kamailio is not installed (Debian package kamailio)";
	return moduleFolder() === undefined
		? "kamailio's modules are not in /usr/lib/*/kamailio/modules"
		: undefined;
}

/** Kamailio with its dialog module, told over a FIFO to bridge two phones. */
export class KamailioProcess implements MeasuredServer {
	/** Path of the FIFO for requests, one line of JSON each. */
	readonly fifo: string;
	/** All its processes. */
	readonly pids: readonly number[];
	readonly #process: Subprocess<"ignore", "ignore", "ignore">;
	readonly #folder: string;

	private constructor(process: Subprocess<"ignore", "ignore", "ignore">, folder: string, fifo: string) {
		this.#process = process;
		this.#folder = folder;
		this.fifo = fifo;
		this.pids = family(process.pid);
	}

	/** @throws {Error} when it does not start within 10 s. */
	static async start(): Promise<KamailioProcess> {
		const folder = mkdtempSync(join(tmpdir(), "kamailio-bench-"));
		const [port = 0] = await freePorts(1);
		const words: Readonly<Record<string, string>> = {
			MODULES: `${moduleFolder()}/`,
			FOLDER: folder,
			PORT: String(port),
		};
		const config = readFileSync(CONFIG, "utf8").replaceAll(
			/%([A-Z]+)%/g,
			(word, name: string) => words[name] ?? word,
		);
		const file = join(folder, "kamailio.cfg");
		writeFileSync(file, config);
		const files = ["-f", file, "-P", join(folder, "pid"), "-Y", folder];
		const process = Bun.spawn(["kamailio", "-DD", "-E", "-m", SHARED_MEMORY_MB, ...files], {
			stdin: "ignore",
			stdout: "ignore",
			// It lists its modules there; the exit code tells when they do not suit it.
			stderr: "ignore",
		});
		const fifo = join(folder, "rpc.fifo");
		const deadline = Date.now() + PATIENCE_MS;
		while (!existsSync(fifo)) {
			if (process.exitCode !== null || Date.now() > deadline)
				throw new Error(`kamailio did not start (exit code ${process.exitCode})`);
			await Bun.sleep(50);
		}
		await Bun.sleep(SETTLE_MS);
		return new KamailioProcess(process, folder, fifo);
	}

	async stop(): Promise<void> {
		await endProcess(this.#process);
		rmSync(this.#folder, { recursive: true, force: true });
	}
}

function moduleFolder(): string | undefined {
	const [folder] = new Bun.Glob("/usr/lib/*/kamailio/modules").scanSync({ onlyFiles: false });
	return folder;
}
