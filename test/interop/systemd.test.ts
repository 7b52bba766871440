/** The installed service and the package under systemd itself, in a throw-away copy of this machine. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildDeb, QUICK } from "../../scripts/packaging/deb.ts";
import { EXECUTABLE } from "../support/server-process.ts";
import { SystemdBox } from "../support/systemd-box.ts";

const CONFIG = "/etc/clicktocall/clicktocall.config";
const PROGRAM = "/opt/box/clicktocall";

let folder: string;
let box: SystemdBox;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "systemd-"));
	const deb = join(folder, "clicktocall.deb");
	const maintainer = "Somebody <somebody@example.com>";
	const architecture = process.arch === "arm64" ? "arm64" : "amd64";
	buildDeb({ architecture, executable: EXECUTABLE, epoch: 1_700_000_000, maintainer }, deb, QUICK);
	box = await SystemdBox.start(EXECUTABLE, deb);
});

afterAll(async () => {
	await box?.stop();
	rmSync(folder, { recursive: true, force: true });
});

const property = (name: string): string =>
	box.output("systemctl", "show", "--property", name, "--value", "clicktocall");
const isActive = (): boolean => box.run("systemctl", "is-active", "clicktocall").exitCode === 0;
const running = (): string => box.run("readlink", `/proc/${property("MainPID")}/exe`).stdout.trim();
const log = (): string => box.run("cat", "/var/log/clicktocall/clicktocall.log").stdout;

async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await Bun.sleep(50);
}

/** Limits that would take too long to reach. */
function shorten(...lines: string[]): void {
	box.output("mkdir", "-p", "/etc/systemd/system/clicktocall.service.d");
	const text = ["[Service]", ...lines].join("\\n");
	box.output("sh", "-c", `printf '${text}\\n' > /etc/systemd/system/clicktocall.service.d/test.conf`);
	box.output("systemctl", "daemon-reload");
}

test("an installed service starts, confined, with a user of its own", async () => {
	expect(box.output(PROGRAM, "install")).toContain("Edit /etc/clicktocall/clicktocall.config");
	expect(box.output("systemctl", "is-enabled", "clicktocall")).toBe("enabled");
	expect(isActive()).toBe(false);
	box.output("sh", "-c", "echo key > /etc/clicktocall/domain_key_elsewhere.pem");
	// Type=notify: this waits until the server has said that it is ready.
	box.output("systemctl", "start", "clicktocall");
	expect(property("StatusText")).toBe("listening");
	const status = box.output("cat", `/proc/${property("MainPID")}/status`);
	expect(status).toMatch(/^NoNewPrivs:\s1$/m);
	expect(status).toMatch(/^Seccomp:\s2$/m);
	expect(status).toMatch(/^CapEff:\s0000000000000400$/m);
	const owner = (path: string): string => box.output("stat", "-c", "%U:%G %a", path);
	expect(owner(`/proc/${property("MainPID")}`)).toStartWith("clicktocall:clicktocall");
	expect(owner(CONFIG)).toBe("root:clicktocall 660");
	expect(owner("/etc/clicktocall/domain_key_elsewhere.pem")).toBe("root:clicktocall 660");
	await until(() => log() !== "");
	expect(owner("/var/log/clicktocall/clicktocall.log")).toBe("clicktocall:clicktocall 640");
});

test("systemctl reload reads the settings again", async () => {
	const pid = property("MainPID");
	box.output("sed", "-i", "s/^#LogLevel.*/LogLevel = DEBUG/", CONFIG);
	box.output("systemctl", "reload", "clicktocall");
	await until(() => log().includes("LogLevel changed"));
	await until(() => property("StatusText") === "listening" && isActive());
	expect(property("MainPID")).toBe(pid);
});

let phones: readonly [string, string] | undefined;

/** Two phones in the box that answer at once, started once. @returns their addresses. */
async function twoPhones(): Promise<readonly [string, string]> {
	if (phones) return phones;
	const settings = "--UDPTCPPort=6072 --XmlRpcPort=6094 --HttpPort=0 --TLSPort=0";
	box.output("sh", "-c", `${PROGRAM} demo ${settings} > /opt/box/demo.log 2>&1 &`);
	await until(() => box.run("grep", "-q", "Place a call", "/opt/box/demo.log").exitCode === 0);
	const trial = box.output(PROGRAM, "call", "alice", "bob", "--server", "localhost:6094");
	const [alice = "", bob = ""] = trial.match(/sip:\S+/g) ?? [];
	phones = [alice.replace("alice", "answer"), bob.replace("bob", "answer")];
	return phones;
}

const inProgress = (): string => box.output(PROGRAM, "status", "--json");
const connected = (): number => inProgress().match(/"state": ?"connected"/g)?.length ?? 0;
/** What the server counts, for Prometheus. */
function metrics(): string {
	const password = box.output("sed", "-n", "s/^HttpAuthPwd = //p", CONFIG);
	const user = ["--digest", "--user", `admin:${password}`];
	return box.run("curl", "-s", ...user, "http://localhost:5090/metrics").stdout;
}

test("an upgrade restarts the service and keeps its calls; one that would refuse its settings leaves it alone", async () => {
	const [alice, bob] = await twoPhones();
	box.output(PROGRAM, "call", alice, bob, "--anchor");
	const pid = property("MainPID");
	box.output("sh", "-c", `echo 'LogLevel = LOUD' >> ${CONFIG}`);
	expect(box.run(PROGRAM, "install").stderr).toContain("LogLevel = LOUD");
	expect(property("MainPID")).toBe(pid);
	box.output("sed", "-i", "$d", CONFIG);
	box.output(PROGRAM, "install");
	expect(isActive()).toBe(true);
	expect(property("MainPID")).not.toBe(pid);
	expect(connected()).toBe(1);
	// New calls are taken as soon as that command is back.
	box.output(PROGRAM, "call", alice, bob, "--anchor");
	expect(connected()).toBe(2);
});

test("a server that hangs is restarted by the watchdog, and its calls go on", async () => {
	shorten("WatchdogSec=1", "RestartSec=0");
	box.output("systemctl", "restart", "clicktocall");
	const pid = property("MainPID");
	box.output("kill", "-STOP", pid);
	await until(() => property("NRestarts") === "1" && isActive());
	expect(property("MainPID")).not.toBe(pid);
	// Both phones of both calls are asked, and are there.
	await until(() => metrics().includes('restoration_total{outcome="probed"} 4'));
	expect(metrics()).toContain('restoration_total{outcome="freed"} 0');
	expect(connected()).toBe(2);
	for (const [, id = ""] of inProgress().matchAll(/"id": ?"(\w+)"/g)) box.output(PROGRAM, "hangup", id);
	await until(() => connected() === 0);
});

test("an update runs in the place of the installed program; one that is never ready gives way by itself", async () => {
	// Not sooner: five starts within ten seconds are too many for systemd.
	shorten("RestartSec=3");
	expect(running()).toEndWith("/usr/local/bin/clicktocall");
	expect(box.output(PROGRAM, "update", "/opt/box/clicktocall.deb")).toMatch(
		/SHA-256 +[0-9a-f]{64}\n.* serves$/,
	);
	const updated = running();
	expect(updated).toContain("/var/lib/clicktocall/update/version-");
	const wrong = box.run(PROGRAM, "update", "/opt/box/clicktocall.deb", "--sha256", "00");
	expect(wrong.stderr).toContain("expected a file with the SHA-256 00");

	// A package whose program says that all is well, and then ends.
	const script = "case $1 in --version) echo clicktocall 99.0.0 ;; check) ;; *) exit 1 ;; esac";
	const control =
		"Package: clicktocall\\nVersion: 99\\nArchitecture: all\\nMaintainer: A <a@example.com>\\nDescription: bad";
	box.output(
		"sh",
		"-c",
		`mkdir -p /opt/bad/DEBIAN /opt/bad/usr/bin && printf '${control}\\n' > /opt/bad/DEBIAN/control &&
		printf '#!/bin/sh\\n${script}\\n' > /opt/bad/usr/bin/clicktocall && chmod 755 /opt/bad/usr/bin/clicktocall &&
		dpkg-deb -Znone --build /opt/bad /opt/bad.deb`,
	);
	const bad = box.run(PROGRAM, "update", "/opt/bad.deb");
	expect(bad.stderr).toContain("99.0.0 did not become ready");
	expect(bad.exitCode).toBe(1);
	await until(isActive);
	expect(running()).toBe(updated);
	box.output(PROGRAM, "update", "--back");
	expect(box.run("test", "-e", "/var/lib/clicktocall/update/update.json").exitCode).toBe(0);
});

test("stopping may take as long as DrainTimeout, beyond systemd's own limit", async () => {
	shorten("TimeoutStopSec=1");
	box.output("sed", "-i", "s/^#DrainTimeout.*/DrainTimeout = 3/; s/^#KeepCalls.*/KeepCalls = 0/", CONFIG);
	box.output("systemctl", "restart", "clicktocall");
	const [alice, bob] = await twoPhones();
	box.output(PROGRAM, "call", alice, bob, "--anchor");
	box.output("systemctl", "stop", "clicktocall");
	expect(property("Result")).toBe("success");
	expect(property("ExecMainStatus")).toBe("0");
	expect(log()).toMatch(/ending \d calls: DrainTimeout is over/);
});

test("uninstalling leaves nothing behind when it is to purge", () => {
	box.output(PROGRAM, "uninstall", "--purge");
	box.output("rm", "-r", "/etc/systemd/system/clicktocall.service.d");
	expect(box.run("id", "clicktocall").exitCode).not.toBe(0);
	for (const path of ["/etc/clicktocall", "/var/log/clicktocall", "/var/lib/clicktocall"]) {
		expect(box.run("test", "-e", path).exitCode).toBe(1);
	}
	expect(box.run("systemctl", "cat", "clicktocall").exitCode).not.toBe(0);
});

const CHOSEN = "the first visitor";
const ORIGIN = "Origin: http://localhost:5090";

/** Sends a form as admin. */
function page(path: string, ...form: string[]): string {
	const user = ["--digest", "--user", `admin:${CHOSEN}`, "-H", ORIGIN];
	return box.run("curl", "-s", ...user, ...form, `http://localhost:5090${path}`).stdout;
}

test("the Debian package installs, starts, upgrades a running service with a call up, and is purged", async () => {
	const install = () =>
		box.output("dpkg", "--force-depends", "--no-triggers", "--install", "/opt/box/clicktocall.deb");
	install();
	expect(box.output("systemctl", "is-enabled", "clicktocall")).toBe("enabled");
	shorten("RestartSec=3");
	box.output("systemctl", "start", "clicktocall");
	const pid = property("MainPID");
	expect(box.run(PROGRAM, "install").stderr).toContain("the Debian package is installed");
	const [alice, bob] = await twoPhones();
	expect(box.run(PROGRAM, "call", alice, bob, "--anchor").stdout).toContain("waits for its set-up");
	const choice = ["-d", `password=${CHOSEN}&again=${CHOSEN}`, "-H", ORIGIN];
	expect(box.run("curl", "-s", ...choice, "http://localhost:5090/setup/first").stdout).toContain("is set");
	expect(box.run("grep", "-c", "^FirstRun", CONFIG).stdout.trim()).toBe("0");
	box.output(PROGRAM, "call", alice, bob, "--anchor");

	// The confined service takes another version by its page, in its own process.
	const [sha256 = ""] =
		page("/setup/update", "-F", "package=@/opt/box/clicktocall.deb").match(/\b[0-9a-f]{64}\b/) ?? [];
	expect(sha256).not.toBe("");
	page("/setup/update/install", "-d", `sha256=${sha256}`);
	await until(
		() =>
			running().includes("/var/lib/clicktocall/update/version-") && property("StatusText") === "listening",
	);
	expect(property("MainPID")).toBe(pid);
	expect(connected()).toBe(1);

	// One that is never ready gives way to the one before, with the call.
	const updated = running();
	const other = page("/setup/update", "-F", "package=@/opt/bad.deb");
	expect(other).toContain("99.0.0");
	const [bad = ""] = other.match(/\b[0-9a-f]{64}\b/) ?? [];
	page("/setup/update/install", "-d", `sha256=${bad}`);
	await until(() => property("NRestarts") !== "0" && isActive() && property("StatusText") === "listening");
	expect(running()).toBe(updated);
	expect(page("/setup/update")).toContain("99.0.0 did not become ready");
	expect(connected()).toBe(1);
	install();
	expect(isActive()).toBe(true);
	expect(property("MainPID")).not.toBe(pid);
	expect(connected()).toBe(1);
	box.output("dpkg", "--no-triggers", "--remove", "clicktocall");
	expect(isActive()).toBe(false);
	expect(box.run("test", "-e", CONFIG).exitCode).toBe(0);
	box.output("dpkg", "--no-triggers", "--purge", "clicktocall");
	expect(box.run("id", "clicktocall").exitCode).not.toBe(0);
	expect(box.run("test", "-e", "/etc/clicktocall").exitCode).toBe(1);
});
