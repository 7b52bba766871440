import {
	chmodSync,
	chownSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	type Stats,
	statSync,
	writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { syncPath } from "../durable-file.ts";
import { withMovedPaths } from "./moved-paths.ts";
import type { SetUp } from "./set-up.ts";
import { TransferError } from "./transfer-error.ts";

/** Where a set-up goes. */
export interface ImportPlace {
	/** Absolute path of the configuration; the other files go into its folder. */
	readonly configFile: string;
	/** The folder that the server looks for certificates in when CertificatePath is empty. */
	readonly emptyMeans: string;
	/**
	 * Reads a configuration with its files, as the server would.
	 * @returns what keeps it from starting, one line each.
	 */
	readonly check: (configFile: string, certificates: string) => Promise<readonly string[]>;
}

/** What an import has changed. */
export interface Imported {
	/** Absolute paths, the configuration last. */
	readonly written: readonly string[];
	/** Copies of files that were there. */
	readonly kept: readonly string[];
}

/** What is added to the name of a file that another has taken the place of. */
export const BEFORE = ".before";

/** How the folder of what is checked begins. */
const STAGED = ".import-";

/**
 * Puts a set-up in the place of the one that is there. Everything is checked first, next to the files that
 * are in use; then each file takes its place by rename(2), the configuration last, as it names the others.
 *
 * @throws {TransferError} when it cannot be used here, or a file cannot be written; nothing has been changed then.
 */
export async function placeSetUp(setUp: SetUp, place: ImportPlace): Promise<Imported> {
	return await checked(setUp, place, (config, staged) => {
		writeFileSync(join(staged, basename(place.configFile)), config);
		return takePlaces(setUp, place, staged);
	});
}

/** A set-up that can be used, as it is to be written. */
export interface FittingSetUp {
	readonly config: Buffer;
	/** Absolute paths. */
	readonly files: readonly { readonly path: string; readonly content: Buffer }[];
}

/**
 * The same without changing anything, for those who write it in another way.
 *
 * @throws {TransferError}
 */
export async function fitSetUp(setUp: SetUp, place: ImportPlace): Promise<FittingSetUp> {
	const folder = dirname(place.configFile);
	const files = setUp.files.map(({ name, content }) => ({ path: join(folder, name), content }));
	return await checked(setUp, place, (config) => ({ config, files }));
}

/** @param use takes the configuration with the paths that it is to have, and the folder with all files. */
async function checked<T>(
	setUp: SetUp,
	place: ImportPlace,
	use: (config: Buffer, staged: string) => T,
): Promise<T> {
	const { configFile } = place;
	const folder = dirname(configFile);
	const staged = onDisk(() => {
		mkdirSync(folder, { recursive: true, mode: 0o750 });
		// Of an import that a power cut has ended.
		for (const left of readdirSync(folder)) {
			if (left.startsWith(STAGED)) rmSync(join(folder, left), { recursive: true, force: true });
		}
		return mkdtempSync(join(folder, STAGED));
	});
	try {
		const name = basename(configFile);
		onDisk(() => {
			writeFileSync(join(staged, name), withMovedPaths(setUp, staged, place.emptyMeans), { mode: 0o600 });
			for (const file of setUp.files) writeFileSync(join(staged, file.name), file.content, { mode: 0o600 });
		});
		const problems = await place.check(join(staged, name), staged);
		if (problems.length > 0) {
			const lines = problems.map((problem) => problem.replaceAll(staged, folder));
			throw new TransferError("refused", `it cannot be used here:\n${lines.join("\n")}`);
		}
		return onDisk(() => use(withMovedPaths(setUp, folder, place.emptyMeans), staged));
	} finally {
		rmSync(staged, { recursive: true, force: true });
	}
}

function takePlaces(setUp: SetUp, { configFile }: ImportPlace, staged: string): Imported {
	const folder = dirname(configFile);
	const owner = statSync(folder);
	const written: string[] = [];
	const kept: string[] = [];
	const names = setUp.files.map((file) => file.name);
	for (const name of [...names, basename(configFile)]) {
		const from = join(staged, name);
		const to = join(folder, name);
		hand(from, owner);
		syncPath(from);
		if (existsSync(to) && !readFileSync(to).equals(readFileSync(from))) {
			copyFileSync(to, `${to}${BEFORE}`);
			hand(`${to}${BEFORE}`, owner);
			kept.push(`${to}${BEFORE}`);
		}
		written.push(to);
	}
	for (const to of written) renameSync(join(staged, basename(to)), to);
	syncPath(folder);
	return { written, kept };
}

/** What root writes belongs to the owner of the folder. */
function hand(path: string, folder: Stats): void {
	if (process.getuid?.() === 0) chownSync(path, folder.uid, folder.gid);
	chmodSync(path, modeIn(folder.mode));
}

/** Passwords and keys are for those who may list the folder, and for nobody if that is everyone. */
function modeIn(folder: number): number {
	return (folder & 0o007) === 0 ? 0o600 | (folder & 0o060) : 0o600;
}

function onDisk<T>(step: () => T): T {
	try {
		return step();
	} catch (cause) {
		throw new TransferError("files", cause instanceof Error ? cause.message : String(cause), { cause });
	}
}
