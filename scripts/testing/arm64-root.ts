/** The C library of arm64 Linux, for running the arm64 executable under qemu. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const CACHE = join(import.meta.dir, "../../.bun");
const FOLDER = join(CACHE, "arm64-root");
const LOADER = "lib/ld-linux-aarch64.so.1";

/**
 * Fetches Debian's arm64 libc6 into the project's cache, once. apt works on a state of its own: the
 * system's packages and architectures stay as they are, and no root is needed.
 *
 * @returns the folder for qemu's `-L`
 * @throws {Error} naming the step that failed
 */
export function arm64Root(): string {
	if (existsSync(join(FOLDER, LOADER))) return FOLDER;
	mkdirSync(CACHE, { recursive: true });
	const work = mkdtempSync(join(CACHE, "arm64-"));
	try {
		mkdirSync(join(work, "state/lists/partial"), { recursive: true });
		mkdirSync(join(work, "cache/archives/partial"), { recursive: true });
		writeFileSync(join(work, "status"), "");
		const apt = [
			"apt-get",
			"-q",
			...["-o", `Dir::State=${work}/state`],
			...["-o", `Dir::State::status=${work}/status`],
			...["-o", `Dir::Cache=${work}/cache`],
			...["-o", "APT::Architecture=arm64"],
			...["-o", "APT::Architectures=arm64"],
			// As root, apt would fetch as a user of its own, who cannot write to our folder.
			...["-o", "APT::Sandbox::User=root"],
		];
		run([...apt, "update"], work);
		run([...apt, "download", "libc6"], work);
		const archive = readdirSync(work).find((file) => file.endsWith("_arm64.deb"));
		if (archive === undefined) throw new Error("apt-get download libc6: expected an arm64 .deb, got none");
		run(["dpkg-deb", "-x", archive, "root"], work);
		if (!existsSync(join(work, "root", LOADER))) throw new Error(`libc6 for arm64: expected ${LOADER} in it`);
		rmSync(FOLDER, { recursive: true, force: true });
		renameSync(join(work, "root"), FOLDER);
		return FOLDER;
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
}

function run(command: string[], cwd: string): void {
	const { exitCode, stderr } = Bun.spawnSync(command, { cwd, stdout: "ignore" });
	if (exitCode !== 0) throw new Error(`${command.join(" ")}: exit code ${exitCode}\n${stderr.toString()}`);
}
