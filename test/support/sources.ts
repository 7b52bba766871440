import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The folder of the project. */
export const PROJECT = join(import.meta.dir, "../..");

/** A file of the program. */
export interface Source {
	/** Below `src`, with slashes. */
	readonly path: string;
	/** Without comments, so that what is named there does not count. */
	readonly code: string;
}

/** Every file of the program, what runs in the browser left out. */
export function sources(): Source[] {
	return [...new Bun.Glob("**/*.{ts,tsx}").scanSync(join(PROJECT, "src"))]
		.filter((path) => !path.endsWith(".d.ts"))
		.sort()
		.map((path) => ({ path, code: withoutComments(readFileSync(join(PROJECT, "src", path), "utf8")) }));
}

function withoutComments(text: string): string {
	return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}
