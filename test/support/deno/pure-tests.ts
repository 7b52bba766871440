import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../sources.ts";

/** Folders of unit tests whose code needs little of a runtime. */
const FOLDERS = [
	..."call config live log numbers runtime time translate xml".split(" "),
	..."auth leg message registration reliability sdp".split(" ").map((name) => `sip/${name}`),
];

/** What only Bun has, or what is made for its test runner. */
const BUN_ALONE =
	/\bBun\.|"bun:(?!test")|import\.meta\.dir|\b(jest|mock|spyOn)\b|support\/sources|xml\/server|runtime\/bun/;

/** The unit tests that run on Deno, too, as paths from the project's folder. */
export function pureTests(): string[] {
	return FOLDERS.flatMap((folder) => [
		...new Bun.Glob(`test/unit/${folder}/**/*.test.ts`).scanSync({ cwd: PROJECT }),
	])
		.filter((path) => !BUN_ALONE.test(readFileSync(join(PROJECT, path), "utf8")))
		.sort();
}
