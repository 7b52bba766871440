import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
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
	 * @param files other files that change with it, as they were.
	 * @throws {Error} of the file system.
	 */
	keep(
		config: Uint8Array,
		now: Uint8Array,
		{ at, who }: Pick<ConfigVersion, "at" | "who">,
		files: readonly FileState[] = [],
	): ConfigVersion {
		const known = this.list();
		const what = [...namesBetween(config, now), ...files.map(({ path }) => basename(path))];
		const version = { id: (known[0]?.id ?? 0) + 1, at, who, what };
		// It holds passwords: as private as the file.
		const mode = statSync(this.#configFile).mode & 0o777;
		mkdirSync(this.#folder, { recursive: true, mode: 0o770 });
		const write = (kind: Kind, content: string | Uint8Array): void =>
			replaceFile(this.#path(version.id, kind), mode, (file) =>
				writeFileSync(file, content, { mode: 0o600 }),
			);
		write("config", config);
		if (files.length > 0) write("files", packStates(files));
		write("json", JSON.stringify(version));
		for (const { id } of known.slice(KEPT - 1)) this.#drop(id);
		return version;
	}

	#drop(id: number): void {
		for (const kind of ["json", "config", "files"] as const) rmSync(this.#path(id, kind), { force: true });
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

/** The settings on lines that only one of both has, in the order of the file. */
function namesBetween(before: Uint8Array, after: Uint8Array): string[] {
	const [old, fresh] = [before, after].map((config) => Buffer.from(config).toString("latin1").split("\n"));
	const lines = [...(fresh ?? []).filter((line) => !old?.includes(line))];
	lines.push(...(old ?? []).filter((line) => !fresh?.includes(line)));
	const names = lines.flatMap((line) => /^\s*([A-Za-z][\w.-]*)\s*=/.exec(line)?.[1] ?? []);
	return [...new Set(names)];
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
		const { id, at, who, what } = JSON.parse(readFileSync(path, "utf8"));
		return { id: Number(id), at: Number(at), who: `${who}`, what: Array.from(what, String) };
	} catch {
		return undefined;
	}
}
