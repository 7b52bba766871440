/** What the package says of licences: those of all that the executable holds. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../package.json";

const MODULES = join(import.meta.dir, "../../node_modules");

/** The licence of the program, and the whole text of each dependency's. */
export function renderCopyright(): string {
	const parts = Object.entries(manifest.dependencies)
		.toSorted(([a], [b]) => a.localeCompare(b))
		.map(([name, version]) => `${name} ${version}\n\n${licenceOf(name)}`);
	return [`clicktocall ${manifest.version}: ${manifest.license}`, "The executable holds:", ...parts, ""].join(
		`\n\n${"-".repeat(78)}\n\n`,
	);
}

function licenceOf(name: string): string {
	const folder = join(MODULES, name);
	const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
	if (file === undefined) throw new Error(`${folder}: expected a file with the licence`);
	return readFileSync(join(folder, file), "utf8").trim();
}
