/** The executable as a service of a machine: installed into a folder, upgraded, removed, and as a Debian package. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import {
	appendFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import manifest from "../../package.json";
import { buildDeb, debName, QUICK } from "../../scripts/packaging/deb.ts";
import type { Architecture } from "../../scripts/packaging/deb-tree.ts";
import { arm64Root } from "../../scripts/testing/arm64-root.ts";
import { renderUnit } from "../../src/cli/install/systemd-unit.ts";
import { freePorts } from "../support/free-port.ts";
import { EXECUTABLE } from "../support/server-process.ts";

const ARM64 = `${EXECUTABLE}-linux-arm64`;
const EPOCH = 1_700_000_000;

let folder: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "clicktocall-install-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Said {
	readonly exitCode: number;
	readonly stdout: string;
	readonly stderr: string;
}

function run(command: readonly string[], env: Record<string, string> = {}): Said {
	const { exitCode, stdout, stderr } = Bun.spawnSync([...command], {
		cwd: folder,
		env: { ...process.env, ...env },
		timeout: 50_000,
	});
	return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}

/** Runs a command that has to work. @returns what it printed. */
function output(...command: string[]): string {
	const { exitCode, stdout, stderr } = run(command);
	if (exitCode !== 0) throw new Error(`${command.join(" ")}: exit code ${exitCode}\n${stdout}${stderr}`);
	return stdout;
}

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe("clicktocall install --root", () => {
	test("puts a program, a configuration and a unit there that work together", () => {
		const root = join(folder, "fresh");
		expect(output(EXECUTABLE, "install", "--root", root)).toContain("/etc/clicktocall/clicktocall.config");
		const installed = join(root, "usr/local/bin/clicktocall");
		expect(output(installed, "--version")).toContain(manifest.version);
		const config = join(root, "etc/clicktocall/clicktocall.config");
		expect(mode(config)).toBe("660");
		expect(passwordIn(config)).toMatch(/^\S{16,}$/);
		expect(output(installed, "check", "--config", config)).toContain("good");
		expect(existsSync(join(root, "etc/systemd/system/multi-user.target.wants"))).toBe(false);
	});

	test("upgrades a server that runs, keeps its configuration, and uninstall takes it away", async () => {
		const root = join(folder, "upgrade");
		output(EXECUTABLE, "install", "--root", root);
		const installed = join(root, "usr/local/bin/clicktocall");
		const config = join(root, "etc/clicktocall/clicktocall.config");
		appendFileSync(config, "UDPTCPPort = 0000\n");
		expect(run([EXECUTABLE, "install", "--root", root])).toMatchObject({
			exitCode: 1,
			stderr: expect.stringContaining("UDPTCPPort = 0000"),
		});
		writeFileSync(config, "# mine\nTranslationPattern = ^a$\nTranslationOutput = sip:a@b\n");
		// A program that runs cannot be written to (ETXTBSY): only a new file in its place will do.
		const [sip, xml] = await freePorts(2);
		const settings = [`--UDPTCPPort=${sip}`, `--XmlRpcPort=${xml}`, "--TLSPort=0", "--HttpPort=0"];
		const running = Bun.spawn([installed, "demo", ...settings], {
			cwd: folder,
			stdout: "pipe",
			stderr: "ignore",
		});
		const reader = running.stdout.getReader();
		let said = "";
		while (!said.includes("is listening")) said += new TextDecoder().decode((await reader.read()).value);
		output(EXECUTABLE, "install", "--root", root);
		expect(running.exitCode).toBeNull();
		running.kill();
		expect(await running.exited).toBe(0);
		expect(readFileSync(config, "utf8")).toStartWith("# mine\n");
		output(installed, "uninstall", "--root", root);
		expect(existsSync(installed)).toBe(false);
		expect(readFileSync(config, "utf8")).toStartWith("# mine\n");
		output(EXECUTABLE, "uninstall", "--root", root, "--purge");
		expect(existsSync(join(root, "etc/clicktocall"))).toBe(false);
	});

	test("says what is wrong with its arguments", () => {
		expect(run([EXECUTABLE, "install", "here"])).toMatchObject({
			exitCode: 2,
			stderr: expect.stringContaining('"here"'),
		});
		expect(run([EXECUTABLE, "install", "--root"])).toMatchObject({ exitCode: 2 });
	});
});

test("systemd reads the unit without a complaint, and finds it well confined", () => {
	const unit = join(folder, "clicktocall.service");
	writeFileSync(unit, renderUnit(EXECUTABLE));
	const { exitCode, stderr } = run(["systemd-analyze", "verify", "--man=no", unit]);
	expect(stderr).not.toContain("clicktocall");
	expect(exitCode).toBe(0);
	const security = run(["systemd-analyze", "security", "--offline=true", "--threshold=25", unit]);
	expect(security.stdout).toMatch(/Overall exposure level for clicktocall.service: [01]\.\d/);
	expect(security.exitCode).toBe(0);
});

describe.each([
	["amd64", EXECUTABLE],
	["arm64", ARM64],
] as const)("the Debian package for %s", (architecture, executable) => {
	const make = (name: string): string => {
		const file = join(folder, name);
		const maintainer = "Somebody <somebody@example.com>";
		buildDeb({ architecture, executable, epoch: EPOCH, maintainer }, file, QUICK);
		return file;
	};
	let deb: string;

	beforeAll(() => {
		deb = make(debName(architecture));
	});

	test("holds what it should, as root's, none of it younger than SOURCE_DATE_EPOCH", () => {
		const lines = output("dpkg-deb", "--contents", deb).trim().split("\n");
		const files = lines.filter((line) => line.startsWith("-"));
		expect(files.map((line) => `${line.slice(0, 10)} ${line.split(" ./")[1]}`).sort()).toEqual([
			"-rw-r--r-- usr/lib/systemd/system/clicktocall.service",
			"-rw-r--r-- usr/lib/systemd/system/clicktocall.service.d/avahi.conf",
			"-rw-r--r-- usr/lib/sysusers.d/clicktocall.conf",
			"-rw-r--r-- usr/lib/tmpfiles.d/clicktocall.conf",
			"-rw-r--r-- usr/share/bash-completion/completions/clicktocall",
			"-rw-r--r-- usr/share/clicktocall/clicktocall.config",
			"-rw-r--r-- usr/share/doc/clicktocall/changelog.gz",
			"-rw-r--r-- usr/share/doc/clicktocall/copyright",
			"-rw-r--r-- usr/share/doc/clicktocall/examples/keepalived.conf",
			"-rw-r--r-- usr/share/man/man1/clicktocall.1.gz",
			"-rwxr-xr-x usr/bin/clicktocall",
			"-rwxr-xr-x usr/lib/clicktocall/announce",
		]);
		for (const line of lines) expect(line).toMatch(/^\S+ root\/root +\d+ 2023-11-1\d /);
		const field = (name: string): string => output("dpkg-deb", "--field", deb, name).trim();
		expect(field("Version")).toBe(manifest.version);
		expect(field("Architecture")).toBe(architecture);
		expect(lines.find((line) => line.endsWith(" ./etc/clicktocall/"))).toStartWith("drwxrwx---");
	});

	test("is the same file each time", () => {
		const hash = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");
		expect(hash(make("again.deb"))).toBe(hash(deb));
		rmSync(join(folder, "again.deb"));
	});

	test("installs into an empty system, starts there, keeps a changed configuration, and is purged", () => {
		const root = emptySystem(architecture);
		const dpkg = (...args: string[]): string =>
			output(...asRoot(), "dpkg", `--root=${root}`, ...FORCE, `--force-architecture`, ...args);
		const said = dpkg("--install", deb);
		expect(said).toContain("edit /etc/clicktocall/clicktocall.config");
		expect(said).toContain("FirstRun = 1 in /etc/clicktocall/clicktocall.config");
		expect(readFileSync(join(root, "etc/clicktocall/clicktocall.config"), "utf8")).toContain(
			"\nFirstRun = 1\n",
		);
		expect(readFileSync(join(root, "etc/passwd"), "utf8")).toContain("clicktocall:x:");
		expect(existsSync(join(root, "etc/systemd/system/multi-user.target.wants"))).toBe(true);

		const config = join(root, "etc/clicktocall/clicktocall.config");
		const password = passwordIn(config);
		expect(password).toMatch(/^[0-9a-f]{24}$/);
		expect(said).not.toContain(password);
		expect(mode(config)).toBe("660");
		const start = [...emulator(architecture), join(root, "usr/bin/clicktocall")];
		expect(output(...start, "--version")).toContain(manifest.version);
		expect(output(...start, "check", "--config", config)).toContain("good");

		appendFileSync(config, "# mine\n");
		dpkg("--install", deb);
		expect(readFileSync(config, "utf8")).toEndWith("# mine\n");
		expect(passwordIn(config)).toBe(password);
		dpkg("--remove", "clicktocall");
		expect(existsSync(join(root, "usr/bin/clicktocall"))).toBe(false);
		expect(existsSync(config)).toBe(true);
		dpkg("--purge", "clicktocall");
		expect(existsSync(join(root, "etc/clicktocall"))).toBe(false);
		expect(existsSync(join(root, "etc/systemd/system/multi-user.target.wants/clicktocall.service"))).toBe(
			false,
		);
	});
});

function passwordIn(config: string): string {
	return /^HttpAuthPwd = (.*)$/m.exec(readFileSync(config, "utf8"))?.[1] ?? "";
}

/** The package's scripts run outside of the folder, which has no shell, and are told of it (dpkg(1)). */
const FORCE = ["--force-script-chrootless", "--force-depends", "--force-not-root"];

function asRoot(): string[] {
	return process.getuid?.() === 0 ? [] : ["fakeroot"];
}

/** A system with nothing in it but a package database. */
function emptySystem(name: string): string {
	const root = join(folder, name);
	for (const path of ["var/lib/dpkg/info", "var/lib/dpkg/updates", "var/log", "etc"]) {
		mkdirSync(join(root, path), { recursive: true });
	}
	for (const path of ["var/lib/dpkg/status", "etc/passwd", "etc/group"]) writeFileSync(join(root, path), "");
	return root;
}

/** What runs a program of this architecture here. */
function emulator(architecture: Architecture): string[] {
	if (architecture === "amd64" || process.arch === "arm64") return [];
	return ["qemu-aarch64-static", "-L", arm64Root(), "-cpu", "cortex-a53"];
}
