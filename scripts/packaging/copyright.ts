/** The package's copyright file: the licences of everything that the executable holds. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../package.json";

const PROJECT = join(import.meta.dir, "../..");
const MODULES = join(PROJECT, "node_modules");

interface Manifest {
	readonly name: string;
	readonly version: string;
	readonly license?: string;
	readonly dependencies?: Readonly<Record<string, string>>;
}

/** The licence of the program, and those of its dependencies and of theirs. */
export function renderCopyright(): string {
	const parts = [...closure(Object.keys(manifest.dependencies))]
		.toSorted(([a], [b]) => a.localeCompare(b))
		.map(([name, { version, folder, license }]) => `${name} ${version}\n\n${licenceOf(folder, license)}`);
	const own = `clicktocall ${manifest.version}\n\n${readFileSync(join(PROJECT, "LICENSE"), "utf8").trim()}`;
	return [own, "The executable holds:", ...parts, ""].join(`\n\n${"-".repeat(78)}\n\n`);
}

type Installed = Manifest & { readonly folder: string };

/** The packages of these names and all that they need, as far as it is installed. */
function closure(names: readonly string[], found = new Map<string, Installed>()): Map<string, Installed> {
	for (const name of names) {
		const folder = join(MODULES, name);
		if (found.has(name) || !existsSync(folder)) continue;
		const read: Manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
		found.set(name, { ...read, folder });
		closure(Object.keys(read.dependencies ?? {}), found);
	}
	return found;
}

/** The whole text; the name of the licence for a package that comes without it. */
function licenceOf(folder: string, license: string | undefined): string {
	const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
	if (file !== undefined) return readFileSync(join(folder, file), "utf8").trim();
	if (license === undefined) throw new Error(`${folder}: expected a licence, as a file or in package.json`);
	return license;
}
