/** What `scripts/build` can build, and how its command line is read. */
import type { Build } from "bun";

/** One executable to build. */
export interface BuildTarget {
	/** The name on the command line; undefined means this machine. */
	readonly name?: string;
	/** Bun's name of the runtime to embed; undefined means the one that is running. */
	readonly bunTarget?: Build.CompileTarget;
	/** The file to write, relative to the project, with `/`. */
	readonly file: string;
}

const BUN_TARGETS: Readonly<Record<string, Build.CompileTarget>> = {
	"linux-arm64": "bun-linux-arm64",
	"linux-x64": "bun-linux-x64",
	"linux-arm64-musl": "bun-linux-arm64-musl",
	"linux-x64-musl": "bun-linux-x64-musl",
	"windows-x64": "bun-windows-x64",
	"darwin-arm64": "bun-darwin-arm64",
};

/** The names that can be asked for, in the order in which messages list them. */
export const TARGET_NAMES: readonly string[] = Object.keys(BUN_TARGETS);

/** A command line that asks for something that cannot be built. */
export class UnknownTargetError extends Error {
	override readonly name = "UnknownTargetError";

	/** @param given the arguments that are no target */
	constructor(given: readonly string[]) {
		const what = given.map((text) => `"${text}"`).join(", ");
		const kind = given.length === 1 ? "target" : "targets";
		super(`unknown ${kind} ${what}, expected one of: ${TARGET_NAMES.join(", ")}`);
	}
}

/**
 * Reads the arguments of `scripts/build`.
 *
 * @param args target names; none means this machine
 * @param windows whether this machine runs Windows, where an executable's name ends in `.exe`
 * @returns what to build, each once, in the order given
 * @throws {UnknownTargetError} naming every argument that is not a target
 */
export function readTargets(args: readonly string[], windows = process.platform === "win32"): BuildTarget[] {
	const unknown = args.filter((name) => !Object.hasOwn(BUN_TARGETS, name));
	if (unknown.length > 0) throw new UnknownTargetError(unknown);
	if (args.length === 0) return [{ file: executableFile("clicktocall", windows) }];
	return [...new Set(args)].map((name) => {
		const bunTarget = BUN_TARGETS[name];
		if (bunTarget === undefined) throw new UnknownTargetError([name]);
		return { name, bunTarget, file: executableFile(`clicktocall-${name}`, name.startsWith("windows")) };
	});
}

function executableFile(baseName: string, windows: boolean): string {
	return `dist/${baseName}${windows ? ".exe" : ""}`;
}
