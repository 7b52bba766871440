import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { lineChanges } from "../config/line-changes.ts";
import { replaceFile } from "../durable-file.ts";
import { systemWallClock } from "../time/wall-clock.ts";
import { type FileState, packStates, unpackStates } from "./kept-files.ts";
import { writeConfig } from "./write-config.ts";

/** The most versions that are kept. */
const KEPT = 10;

/** The files of a version. */
type Kind = "config" | "json" | "files";

/** A change of the configuration, with what the file was before it. */
export interface ConfigVersion {
	/** Also the order: a later one has a larger number. */
	readonly id: number;
	/** When it was changed, in milliseconds since 1970. */
	readonly at: number;
	/** Who has changed it. */
	readonly who: string;
	/** Names of the settings and of the files that were changed; never a value. */
	readonly what: readonly string[];
	/** Names of the groups of lines that stand in another order. */
	readonly order: readonly string[];
}

/** The versions of a configuration before its last changes, in a folder next to it. */
export class ConfigVersions {
	readonly #configFile: string;
	readonly #folder: string;

	constructor(configFile: string) {
		this.#configFile = configFile;
		this.#folder = `${configFile}.versions`;
	}

	/** The newest first. */
	list(): ConfigVersion[] {
		const versions = namesIn(this.#folder).flatMap((name) => versionOf(join(this.#folder, name)) ?? []);
		return versions.toSorted((a, b) => b.id - a.id);
	}

	/** What the file was before a change; undefined for one that is not known. */
	before(id: number): Buffer | undefined {
		if (!this.list().some((version) => version.id === id)) return undefined;
		return readFileSync(this.#path(id, "config"));
	}

	/** The other files that have changed since then, as they were. */
	filesBefore(id: number): FileState[] {
		const files = new Map<string, FileState>();
		// The newest first: of each file, the oldest state counts.
		for (const version of this.list()) {
			if (version.id < id) break;
			for (const file of unpackStates(this.#text(version.id))) files.set(file.path, file);
		}
		return [...files.values()];
	}

	/**
	 * Keeps what the file was before a change.
	 *
	 * @param now what it is by now.
	 * @param about.needed versions that something may go back to: they are kept besides the last ten.
	 * @param files other files that change with it, as they were.
	 * @throws {Error} of the file system.
	 */
	keep(
		config: Uint8Array,
		now: Uint8Array,
		about: Pick<ConfigVersion, "at" | "who"> & { readonly needed?: readonly number[] },
		files: readonly FileState[] = [],
	): ConfigVersion {
		const known = this.list();
		const { at, who, needed = [] } = about;
		const { what, order } = lineChanges(config, now);
		const all = [...what, ...files.map(({ path }) => basename(path))];
		const version = { id: (known[0]?.id ?? 0) + 1, at, who, what: all, order };
		// It holds passwords: as private as the file.
		const mode = statSync(this.#configFile).mode & 0o777;
		mkdirSync(this.#folder, { recursive: true, mode: 0o770 });
		const write = (kind: Kind, content: string | Uint8Array): void =>
			this.#write({ id: version.id, kind, mode }, content);
		write("config", config);
		if (files.length > 0) write("files", packStates(files));
		write("json", JSON.stringify(version));
		for (const { id } of known.slice(KEPT - 1).reverse()) if (!needed.includes(id)) this.#drop(id, needed);
		return version;
	}

	/** @param needed going back to one of these also goes back over the one that is dropped: its files are kept there. */
	#drop(id: number, needed: readonly number[]): void {
		const files = unpackStates(this.#text(id));
		const into = Math.max(...needed.filter((one) => one < id));
		if (files.length > 0 && Number.isFinite(into)) {
			const older = unpackStates(this.#text(into));
			const more = files.filter(({ path }) => !older.some((file) => file.path === path));
			const mode = statSync(this.#path(into, "config")).mode & 0o777;
			this.#write({ id: into, kind: "files", mode }, packStates([...older, ...more]));
		}
		for (const kind of ["json", "config", "files"] as const) rmSync(this.#path(id, kind), { force: true });
	}

	#write(
		{ id, kind, mode }: { readonly id: number; readonly kind: Kind; readonly mode: number },
		content: string | Uint8Array,
	): void {
		replaceFile(this.#path(id, kind), mode, (file) => writeFileSync(file, content, { mode: 0o600 }));
	}

	#text(id: number): string {
		try {
			return readFileSync(this.#path(id, "files"), "utf8");
		} catch {
			return "";
		}
	}

	#path(id: number, kind: Kind): string {
		return join(this.#folder, `${id}.${kind}`);
	}
}

/**
 * Writes a configuration in the place of another, which is kept among the versions.
 *
 * @param who does it.
 * @throws {Error} of the file system.
 */
export function putConfig(configFile: string, config: Uint8Array, who: string): void {
	const before = readFileSync(configFile);
	if (before.equals(config)) return;
	new ConfigVersions(configFile).keep(before, config, { at: systemWallClock.now(), who });
	writeConfig(configFile, config);
}

function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder).filter((name) => /^\d+\.json$/.test(name));
	} catch {
		return [];
	}
}

/** @returns undefined for a file that is not as it was written. */
function versionOf(path: string): ConfigVersion | undefined {
	try {
		const { id, at, who, what, order = [] } = JSON.parse(readFileSync(path, "utf8"));
		const names = { what: Array.from(what, String), order: Array.from(order, String) };
		return { id: Number(id), at: Number(at), who: `${who}`, ...names };
	} catch {
		return undefined;
	}
}
