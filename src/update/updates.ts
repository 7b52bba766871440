import {
	chmodSync,
	chownSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { replaceFile, syncPath } from "../durable-file.ts";
import { extractProgram, type Programs, sha256Of, UpdateError, versionOf } from "./candidate.ts";
import { adopted, NO_UPDATE, proved, started, type UpdateRecord, wentBack } from "./update-record.ts";
import { compareVersions } from "./version-order.ts";

/** What {@link Updates} works with. */
export interface UpdatesOptions {
	/** Folder of the versions and of the record, such as `/var/lib/clicktocall/update`. */
	readonly folder: string;
	/** Version of the program that runs. */
	readonly running: string;
	readonly programs: Programs;
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

/** What an update would do. */
export interface Candidate {
	readonly version: string;
	/** Of the file, in hexadecimal digits. */
	readonly sha256: string;
	/** Its folder below that of the updates. */
	readonly folder: string;
	/** Against the version that runs. */
	readonly is: "newer" | "older" | "the same";
}

const PROGRAM = "clicktocall";
const RECORD = "update.json";

/**
 * Versions of the program next to the one that was installed. A new one is on trial until it is ready to serve: one that
 * is not gives way to the one before at its next start. No file of the system is touched, so it works where that is
 * read-only, without rights of root, and a power cut leaves either version.
 */
export class Updates {
	readonly #options: UpdatesOptions;

	constructor(options: UpdatesOptions) {
		this.#options = options;
	}

	/** Which version runs from the next start on. A damaged record counts as none. */
	get record(): UpdateRecord {
		try {
			return { ...NO_UPDATE, ...(JSON.parse(readFileSync(this.#at(RECORD), "utf8")) as UpdateRecord) };
		} catch {
			return NO_UPDATE;
		}
	}

	/**
	 * Looks at an update: takes the program out of it, runs that, and has it check the settings.
	 *
	 * @param config the configuration file that the new version must accept; undefined: none.
	 * @throws {UpdateError} when it cannot be the next version; the message says why.
	 */
	async stage(path: string, config: string | undefined): Promise<Candidate> {
		const { programs, running } = this.#options;
		const sha256 = sha256Of(path);
		const folder = `version-${sha256.slice(0, 16)}`;
		// The same file may be what runs now.
		const program = `${this.#program(folder)}.new`;
		mkdirSync(this.#at(folder), { recursive: true, mode: 0o755 });
		this.#hand(this.#options.folder, this.#at(folder));
		try {
			await extractProgram(path, program, programs);
			chmodSync(program, 0o755);
			this.#hand(program);
			const version = await versionOf(program, programs);
			if (config !== undefined) await acceptsSettings(program, config, programs);
			syncPath(program);
			renameSync(program, this.#program(folder));
			syncPath(this.#at(folder));
			const order = compareVersions(version, running);
			return { version, sha256, folder, is: order > 0 ? "newer" : order < 0 ? "older" : "the same" };
		} catch (error) {
			if (this.#isInUse(folder)) rmSync(program, { force: true });
			else this.#remove(folder);
			throw error;
		}
	}

	/** Makes a candidate the version of the next start, on trial. */
	adopt({ version, folder, sha256 }: Candidate): void {
		this.#write(adopted(this.record, { version, folder, sha256, at: this.#options.now() }));
		this.removeUnused();
	}

	/** Makes the one before the version of the next start. @throws {UpdateError} when no update is in use. */
	goBack(): UpdateRecord {
		const { record } = this;
		if (!record.current)
			throw new UpdateError("the version that was installed runs: there is none before it");
		const after = wentBack(record, this.#options.now());
		this.#write(after);
		return after;
	}

	/**
	 * To be called at each start of the program that was installed.
	 *
	 * @returns the program to run instead; undefined: go on.
	 */
	start(): string | undefined {
		const before = this.record;
		const after = started(before, this.#options.now());
		if (after !== before) this.#write(after);
		const { current } = after;
		if (!current) return undefined;
		const program = this.#program(current.folder);
		return existsSync(program) ? program : undefined;
	}

	/** The version that runs is ready to serve: its trial is over. */
	ready(): void {
		const before = this.record;
		const after = proved(before);
		if (after !== before) this.#write(after);
		this.removeUnused();
	}

	/** Removes what was looked at and never installed, and versions that nothing goes back to. */
	removeUnused(): void {
		if (!existsSync(this.#options.folder)) return;
		for (const name of readdirSync(this.#options.folder)) {
			if (name.startsWith("version-") && !this.#isInUse(name)) this.#remove(name);
		}
	}

	#write(record: UpdateRecord): void {
		replaceFile(this.#at(RECORD), 0o644, (file) => {
			writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
			this.#hand(file);
		});
	}

	/** Gives files that root has made to the service, which writes them, too: to the owner of its folder. */
	#hand(...paths: readonly string[]): void {
		if (process.getuid?.() !== 0) return;
		const { uid, gid } = statSync(dirname(this.#options.folder));
		for (const path of paths) chownSync(path, uid, gid);
	}

	#isInUse(folder: string): boolean {
		const { current, previous } = this.record;
		return folder === current?.folder || folder === previous?.folder;
	}

	#remove(folder: string): void {
		rmSync(this.#at(folder), { recursive: true, force: true });
	}

	#program(folder: string): string {
		return join(this.#at(folder), PROGRAM);
	}

	#at(name: string): string {
		return join(this.#options.folder, name);
	}
}

async function acceptsSettings(program: string, config: string, programs: Programs): Promise<void> {
	const { exitCode, text } = await programs.run([program, "check", "--closed", "--config", config]);
	if (exitCode !== 0) throw new UpdateError(`the new version does not accept ${config}:\n${text.trim()}`);
}
