import { readFileSync, statSync } from "node:fs";
import { errorCode } from "../error-code.ts";
import { type Assigned, type Assignment, assign } from "./assign.ts";
import { decodeConfig } from "./config-text.ts";
import { type ConfigProblem, problem } from "./problem.ts";

/** Name of the file that is read from the working directory. */
export const DEFAULT_CONFIG_FILE = "clicktocall.config";

/** Largest file that is read, in octets: no config file is larger, and what is may be a device. */
const MAX_FILE_SIZE = 4 * 1024 * 1024;

/**
 * Reads the text of a config file: lines of `Name = value`, blank lines, and lines that begin with `#`.
 * Spaces around the name and around the value do not count; the value runs to the end of the line. Never
 * throws; each problem has its line.
 *
 * @param fileName for the problems
 */
export function parseConfig(text: string, fileName: string): Assigned {
	const assignments: Assignment[] = [];
	const problems: ConfigProblem[] = [];
	text
		.replace(/^\uFEFF/, "")
		.split("\n")
		.forEach((whole, index) => {
			const content = whole.trim();
			if (content === "" || content.startsWith("#")) return;
			const place = { file: fileName, line: index + 1 };
			const equals = content.indexOf("=");
			const name = content.slice(0, Math.max(equals, 0)).trim();
			// The line itself is not shown: it may hold a password.
			if (name === "") problems.push(problem("error", { ...place, expected: "Name = value" }));
			else assignments.push({ ...place, name, value: content.slice(equals + 1).trim() });
		});
	const assigned = assign(assignments);
	const all = [...problems, ...assigned.problems].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
	return { values: assigned.values, problems: all };
}

/** Reads a config file; one that cannot be read is a problem of its own. Never throws. */
export function readConfigFile(path: string): Assigned {
	try {
		const stat = statSync(path);
		if (!stat.isFile()) return unreadable(path, "it is not a regular file");
		if (stat.size > MAX_FILE_SIZE) return unreadable(path, "it is larger than 4 MiB");
		return parseOctets(readFileSync(path), path);
	} catch (error) {
		return unreadable(path, reasonOf(error));
	}
}

function parseOctets(bytes: Uint8Array, path: string): Assigned {
	const { text, problems } = decodeConfig(bytes, path);
	const { values, problems: others } = parseConfig(text, path);
	const broken = new Set(problems.map(({ line }) => line));
	// A value that could not be read gets no further errors.
	const all = [...problems, ...others.filter(({ line }) => !broken.has(line))];
	return { values, problems: all.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
}

function unreadable(file: string, reason: string): Assigned {
	return { values: {}, problems: [problem("error", { file }, `the config file cannot be read: ${reason}`)] };
}

function reasonOf(error: unknown): string {
	const code = errorCode(error);
	if (code === "ENOENT" || code === "ENOTDIR") return "no such file";
	if (code === "EACCES" || code === "EPERM") return "permission denied";
	return error instanceof Error ? error.message : String(error);
}
