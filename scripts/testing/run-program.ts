/** Runs a program to its end and leaves nothing of it behind. */

/** How to run a program. */
export interface RunOptions {
	readonly cwd: string;
	/** Milliseconds after which it is killed. */
	readonly limit: number;
	readonly env: Record<string, string | undefined>;
}

/**
 * Runs a program with our output as its own. When it ends, whatever it started and left running is killed,
 * so that nothing writes or holds a port after it. The same happens when we are told to end.
 *
 * @returns its exit code (128 + signal when it was killed), or "timeout"
 */
export async function runProgram(
	command: readonly string[],
	options: RunOptions,
): Promise<number | "timeout"> {
	const child = Bun.spawn([...command], {
		cwd: options.cwd,
		env: options.env,
		stdin: "ignore",
		stdout: "inherit",
		stderr: "inherit",
		// A process group of its own, which can be killed as one.
		detached: true,
	});
	const killGroup = () => {
		try {
			process.kill(-child.pid, "SIGKILL");
		} catch {
			// Nothing of it is left.
		}
	};
	const stop = () => {
		killGroup();
		process.exit(130);
	};
	let late = false;
	const timer = setTimeout(() => {
		late = true;
		killGroup();
	}, options.limit);
	process.on("SIGINT", stop).on("SIGTERM", stop);
	try {
		const code = await child.exited;
		return late ? "timeout" : code;
	} finally {
		clearTimeout(timer);
		process.off("SIGINT", stop).off("SIGTERM", stop);
		killGroup();
	}
}
