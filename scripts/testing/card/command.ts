/** Runs a command to its end. @returns its output. @throws {Error} with what it said, when it fails. */
export function command(...words: string[]): string {
	const { exitCode, stdout, stderr } = Bun.spawnSync(words, { stdin: "ignore" });
	if (exitCode !== 0) throw new Error(`${words.join(" ")} failed: ${stderr.toString().trim()}`);
	return stdout.toString();
}

/** In front of a command that is to end when this process does, however that ends. */
export const WITH_THIS_RUN: readonly string[] = ["setpriv", "--pdeathsig", "KILL", "--"];
