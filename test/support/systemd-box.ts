import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";

/**
 * Lays a copy of this machine over it, in memory, and makes systemd its process 1. What is written in it is
 * gone with it. `$1` is an empty folder.
 */
const START = `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
cd "$1/root"
mount -t proc proc proc
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount --rbind /dev dev
mount --rbind /sys sys
if [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; then
	mount -t cgroup2 cgroup2 sys/fs/cgroup
else
	mount -t tmpfs tmpfs sys/fs/cgroup
	mkdir sys/fs/cgroup/systemd
	mount -t cgroup -o none,name=systemd,xattr cgroup sys/fs/cgroup/systemd
fi
ip link set lo up
rm -rf etc/systemd/system/*.wants usr/bin/clicktocall
mkdir opt/box
cp "$2" opt/box/clicktocall
cp "$3" opt/box/clicktocall.deb
printf '[Unit]\\nRequires=basic.target\\nAllowIsolate=yes\\n' > etc/systemd/system/box.target
exec env container=box chroot . /lib/systemd/systemd --system --unit=box.target --log-target=console
`;

/** How long systemd may take to start, in milliseconds. */
const PATIENCE = 20_000;

/** What a command in the box said. */
export interface BoxOutput {
	readonly exitCode: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** A throw-away copy of this machine, with namespaces of its own, that systemd runs. Needs root. */
export class SystemdBox {
	readonly #folder: string;
	readonly #process: Subprocess;
	/** Process id of its process 1, seen from here. */
	readonly #init: number;

	private constructor(folder: string, process: Subprocess, init: number) {
		this.#folder = folder;
		this.#process = process;
		this.#init = init;
	}

	/**
	 * @param executable becomes /opt/box/clicktocall.
	 * @param deb becomes /opt/box/clicktocall.deb.
	 */
	static async start(executable: string, deb: string): Promise<SystemdBox> {
		const folder = mkdtempSync(join(tmpdir(), "systemd-box-"));
		const [script, root] = [join(folder, "start"), join(folder, "box")];
		writeFileSync(script, START);
		mkdirSync(root);
		const log = join(folder, "log");
		const child = Bun.spawn(["unshare", "-fpmniu", "--kill-child", "sh", script, root, executable, deb], {
			stdin: "ignore",
			stdout: Bun.file(log),
			stderr: Bun.file(log),
		});
		const end = Date.now() + PATIENCE;
		while (Date.now() < end && child.exitCode === null) {
			const [init] = childrenOf(child.pid);
			if (init !== undefined) {
				const box = new SystemdBox(folder, child, init);
				if (
					existsSync(`/proc/${init}/root/run/systemd/system`) &&
					box.run("systemctl", "is-active", "basic.target").exitCode === 0
				)
					return box;
			}
			await Bun.sleep(50);
		}
		child.kill("SIGKILL");
		throw new Error(`systemd did not start:\n${readFileSync(log, "utf8")}`);
	}

	/** Runs a command in the box. */
	run(...command: string[]): BoxOutput {
		const inside = ["nsenter", `--target=${this.#init}`, "--all", "--root", "--wd", ...command];
		const { exitCode, stdout, stderr } = Bun.spawnSync(inside, {
			stdin: "ignore",
			env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8" },
		});
		return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
	}

	/** Runs a command that has to work. @returns what it printed. */
	output(...command: string[]): string {
		const { exitCode, stdout, stderr } = this.run(...command);
		if (exitCode !== 0) throw new Error(`${command.join(" ")}: exit code ${exitCode}\n${stdout}${stderr}`);
		return stdout.trim();
	}

	/** Ends everything in the box, and the box. */
	async stop(): Promise<void> {
		this.#process.kill("SIGKILL");
		await this.#process.exited;
		rmSync(this.#folder, { recursive: true, force: true });
	}
}

function childrenOf(pid: number): number[] {
	try {
		const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
		return text
			.split(" ")
			.filter((word) => word !== "")
			.map(Number);
	} catch {
		return [];
	}
}
