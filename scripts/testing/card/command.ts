/** Runs a command to its end. @returns its output. @throws {Error} with what it said, when it fails. */
export function command(...words: string[]): string {
	const { exitCode, stdout, stderr } = Bun.spawnSync(words, { stdin: "ignore" });
	if (exitCode !== 0) throw new Error(`${words.join(" ")} failed: ${stderr.toString().trim()}`);
	return stdout.toString();
}
