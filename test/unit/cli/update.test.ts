import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { updateCommand } from "../../../src/cli/commands/update.ts";
import type { Programs } from "../../../src/update/candidate.ts";

let folder: string;
let slept: number;

/** The new version is this file's, and the service restarts without ever being ready. */
const programs: Programs = {
	async run(command) {
		if (command[0] === "cp") writeFileSync(command[2] ?? "", "program");
		return { exitCode: 0, text: command[1] === "--version" ? "clicktocall 99.0.0 (abc)" : "" };
	},
};

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "clicktocall-update-"));
	process.env.STATE_DIRECTORY = folder;
	slept = 0;
	writeFileSync(join(folder, "program"), "\x7fELF");
	chmodSync(join(folder, "program"), 0o755);
});

afterEach(() => {
	delete process.env.STATE_DIRECTORY;
	rmSync(folder, { recursive: true, force: true });
});

test("a version that is not ready is waited for four minutes", async () => {
	const exitCode = await updateCommand({
		operands: [join(folder, "program")],
		back: false,
		older: false,
		sha256: undefined,
		programs,
		sleep: async (milliseconds) => {
			slept += milliseconds;
		},
	});
	expect([exitCode, slept]).toEqual([1, 240_000]);
});

test("a file that is expected and a file that is not", async () => {
	const none = { back: false, older: false, sha256: undefined, programs };
	await expect(updateCommand({ ...none, operands: [] })).rejects.toThrow("expected one file");
	await expect(updateCommand({ ...none, operands: ["a"], back: true })).rejects.toThrow(
		"expected no file with --back",
	);
});
