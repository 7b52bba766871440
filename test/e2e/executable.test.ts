/**
 * The one-file executables, alone in an empty folder. `sh scripts/test` builds them first; by hand:
 * `sh scripts/build` and `sh scripts/build linux-arm64`.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import {
	chmodSync,
	copyFileSync,
	existsSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import pkg from "../../package.json";
import { buildExecutable } from "../../scripts/build-executable.ts";
import { arm64Root } from "../../scripts/testing/arm64-root.ts";

const ROOT = join(import.meta.dir, "../..");
const HERE = join(ROOT, "dist/clicktocall");
const ARM64 = join(ROOT, "dist/clicktocall-linux-arm64");

/** One rule for each engine: RE2 takes the first, the look-ahead of the second needs PCRE2. */
const CONFIG = `
ClickToCallIdentity = sip:clicktocall@example.com
TranslationPattern = ^([0-9]{4})$
TranslationOutput = sip:$1@example.com
TranslationPattern = ^(?=9)([0-9]{10})$
TranslationOutput = sip:$1@gw.example.com
`;

const folders: string[] = [];

/** A new folder that holds nothing but a copy of the executable. */
function aloneInFolder(executable: string): { folder: string; file: string } {
	if (!existsSync(executable)) throw new Error(`${executable} is missing: build it with scripts/build`);
	const folder = mkdtempSync(join(tmpdir(), "clicktocall-"));
	folders.push(folder);
	const file = join(folder, basename(executable));
	copyFileSync(executable, file);
	chmodSync(file, 0o755);
	return { folder, file };
}

interface Outcome {
	exitCode: number | null;
	stdout: string;
	stderr: string;
}

/** Runs a program in an environment in which no other can be found. */
function run(command: string[], cwd: string): Outcome {
	const child = Bun.spawnSync(command, { cwd, env: { PATH: "/nonexistent", HOME: cwd }, timeout: 45_000 });
	return { exitCode: child.exitCode, stdout: child.stdout.toString(), stderr: child.stderr.toString() };
}

let alone: { folder: string; file: string };

beforeAll(() => {
	alone = aloneInFolder(HERE);
});

afterAll(() => {
	for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

test("--version says the version of package.json", () => {
	const { exitCode, stdout, stderr } = run([alone.file, "--version"], alone.folder);
	expect(stderr).toBe("");
	expect(stdout.split(/\s+/)).toContain(pkg.version);
	expect(exitCode).toBe(0);
});

test("--help lists the commands and the settings", () => {
	const { exitCode, stdout, stderr } = run([alone.file, "--help"], alone.folder);
	expect(stderr).toBe("");
	expect(stdout).toContain("translate");
	expect(stdout).toContain("UDPTCPPort");
	expect(exitCode).toBe(0);
});

test("both engines are inside: rules for RE2 and for PCRE2 pass the check", () => {
	writeFileSync(join(alone.folder, "check.config"), CONFIG);
	const { exitCode, stdout, stderr } = run([alone.file, "check", "--config", "check.config"], alone.folder);
	expect(stderr).toBe("");
	expect(stdout).toMatch(/\bRE2\b/);
	expect(stdout).toMatch(/\bPCRE2\b/);
	expect(exitCode).toBe(0);
});

test("it names no path of the machine that built it", () => {
	expect(readFileSync(HERE).includes(`${ROOT}/`)).toBe(false);
});

test("a bunfig.toml in the working directory does not run", () => {
	const { folder, file } = aloneInFolder(HERE);
	writeFileSync(join(folder, "bunfig.toml"), 'preload = ["./foreign.ts"]\n');
	writeFileSync(
		join(folder, "foreign.ts"),
		'import { writeFileSync } from "node:fs";\nwriteFileSync("foreign-ran", "");\nprocess.exit(66);\n',
	);
	const { exitCode, stdout } = run([file, "--version"], folder);
	expect(stdout).toContain(pkg.version);
	expect(exitCode).toBe(0);
	expect(existsSync(join(folder, "foreign-ran"))).toBe(false);
});

// The program shows nothing of its environment, so a probe built in the same way says what it sees.
test("an .env in the working directory is not read", async () => {
	const folder = mkdtempSync(join(tmpdir(), "clicktocall-"));
	folders.push(folder);
	const entry = join(folder, "probe.ts");
	const outfile = join(folder, "probe");
	writeFileSync(
		entry,
		'console.log(process.env["FROM_DOTENV"] ?? "unset", process.env.CLICKTOCALL_COMMIT);\n',
	);
	expect(await buildExecutable({ entry, outfile, commit: "abc1234" })).toBeUndefined();
	for (const name of [".env", ".env.local", ".env.production"]) {
		writeFileSync(join(folder, name), "FROM_DOTENV=read\n");
	}
	expect(run([outfile], folder).stdout).toBe("unset abc1234\n");
}, 30_000);

test("the arm64 executable runs, with both engines", () => {
	const { folder, file } = aloneInFolder(ARM64);
	const command = process.arch === "arm64" ? [file] : [...emulator(), file];
	const version = run([...command, "--version"], folder);
	expect(version.stderr).toBe("");
	expect(version.stdout).toContain(pkg.version);
	expect(version.exitCode).toBe(0);
	writeFileSync(join(folder, "check.config"), CONFIG);
	const check = run([...command, "check", "--config", "check.config"], folder);
	expect(check.stderr).toBe("");
	expect(check.stdout).toMatch(/\bRE2\b/);
	expect(check.stdout).toMatch(/\bPCRE2\b/);
	expect(check.exitCode).toBe(0);
}, 120_000);

/** qemu as the processor of a Raspberry Pi 3, with the C library of arm64. */
function emulator(): string[] {
	const qemu = Bun.which("qemu-aarch64-static");
	if (qemu === null) throw new Error("qemu-aarch64-static is missing: install Debian's qemu-user-static");
	return [qemu, "-L", arm64Root(), "-cpu", "cortex-a53"];
}
