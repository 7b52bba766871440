/** What git knows of the sources. */
import { existsSync } from "node:fs";
import { join } from "node:path";

/** The commit that is built, or "" outside a repository: a build from a tarball must work too. */
export function currentCommit(root: string): string {
	return git(root, ["describe", "--always", "--dirty", "--exclude", "*"]);
}

/** When it was made, in seconds since 1970; undefined outside a repository. */
export function commitTime(root: string): number | undefined {
	const text = git(root, ["log", "-1", "--format=%ct"]);
	return text === "" ? undefined : Number(text);
}

function git(root: string, args: readonly string[]): string {
	// git would also answer for a repository that the unpacked tarball happens to lie in.
	if (!existsSync(join(root, ".git"))) return "";
	try {
		const { success, stdout } = Bun.spawnSync(["git", ...args], { cwd: root, stderr: "ignore" });
		return success ? stdout.toString().trim() : "";
	} catch {
		return "";
	}
}
