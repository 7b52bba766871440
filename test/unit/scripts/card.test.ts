import { afterEach, beforeEach, expect, test } from "bun:test";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const IMAGING = join(import.meta.dir, "../../../scripts/imaging");
const PROVISION = join(IMAGING, "root/usr/lib/clicktocall-card/provision");

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "clicktocall-card-"));
	for (const name of ["boot", "data", "etc", "run", "bin", "logs"]) mkdirSync(join(folder, name));
	program("clicktocall", CLICKTOCALL);
	for (const name of ["mount", "systemctl", "sync"]) program(name, "");
	program("ssh-keygen", "grep -q '^ssh-'");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Takes a configuration unless it says "wrong" or there is no folder for the log, and a set-up whose password is "right". */
const CLICKTOCALL = `case $1 in
check) [ -d "$LOGS/clicktocall" ] && ! grep wrong "$4" ;;
import) grep -qx right "$4" && cp "$2" "$6" ;;
esac`;

/** Where the log is in memory, or on the card by choice. */
const LOG = "\nLogFilename = /var/log/clicktocall/clicktocall.log\n";

function program(name: string, text: string): void {
	writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

function put(name: string, content: string): void {
	writeFileSync(join(folder, name), content);
}

const read = (name: string): string => readFileSync(join(folder, name), "utf8");

/** A start of the card. @returns what it says. */
function start(): string {
	const at = (name: string): string => join(folder, name);
	const { exitCode, stdout } = Bun.spawnSync(["sh", PROVISION], {
		env: {
			PATH: `${at("bin")}:${process.env.PATH}`,
			BOOT: at("boot"),
			DATA: at("data"),
			ETC: at("etc"),
			RUN: at("run"),
			LOGS: at("logs"),
		},
	});
	expect(exitCode).toBe(0);
	return stdout.toString();
}

test("a configuration is taken as any editor writes it, once, and again when it was changed", () => {
	put("boot/clicktocall.config", "\ufeffHttpPort = 80\r\nMaxCalls = 4\r\n");
	put("etc/clicktocall.config", "HttpPort = 5090\n");
	expect(start()).toContain("clicktocall.config was taken");
	expect(read("etc/clicktocall.config")).toBe(`HttpPort = 80\nMaxCalls = 4\n${LOG}`);
	expect(read("boot/provisioned.txt")).toContain("clicktocall.config was taken");

	put("etc/clicktocall.config", "changed in the browser\n");
	expect(start()).not.toContain("taken");
	expect(read("etc/clicktocall.config")).toBe("changed in the browser\n");

	put("boot/clicktocall.config", "HttpPort = 81\n");
	start();
	expect(read("etc/clicktocall.config")).toBe(`HttpPort = 81\n${LOG}`);
});

test("a configuration that says where the log goes is taken as it is", () => {
	put("boot/clicktocall.config", "  logfilename=\n");
	start();
	expect(read("etc/clicktocall.config")).toBe("  logfilename=\n");
});

test("a configuration with errors is not taken, and the errors are shown", () => {
	put("etc/clicktocall.config", "HttpPort = 80\n");
	put("boot/clicktocall.config", "HttpPort = wrong\n");
	expect(start()).toContain("clicktocall.config was not taken: it has errors\nHttpPort = wrong\n");
	expect(read("etc/clicktocall.config")).toBe("HttpPort = 80\n");
});

test("an exported set-up is taken with its password, which is then taken away", () => {
	put("etc/clicktocall.config", "HttpPort = 80\n");
	put("boot/clicktocall.setup", "from the other box\n");
	expect(start()).toContain("clicktocall.setup was not taken");
	put("boot/setup-password", "right\r\n");
	expect(start()).toContain("clicktocall.setup was taken");
	expect(read("etc/clicktocall.config")).toBe(`from the other box\n${LOG}`);
	expect(existsSync(join(folder, "boot/setup-password"))).toBe(false);
	expect(start()).not.toContain("clicktocall.setup");
	expect(readdirSync(join(folder, "run"))).not.toContain("setup-password");
});

test("the password is taken away as well when all that is told was told before", () => {
	put("etc/clicktocall.config", "HttpPort = 80\n");
	for (const box of ["one", "another"]) {
		put("boot/clicktocall.setup", `from ${box}\n`);
		put("boot/setup-password", "right\n");
		expect(start()).toContain("clicktocall.setup was taken");
		expect(existsSync(join(folder, "boot/setup-password"))).toBe(false);
	}
});

test("a key lets its owner in for as long as it lies there", () => {
	put("etc/clicktocall.config", "HttpPort = 80\n");
	put("boot/ssh-key", "no key\n");
	expect(start()).toContain("ssh-key was not taken: expected a public key");
	put("boot/ssh-key", "ssh-ed25519 AAAA me\r\n");
	expect(start()).toContain("ssh-key was taken");
	expect(read("data/ssh/authorized_keys")).toBe("ssh-ed25519 AAAA me\n");
	rmSync(join(folder, "boot/ssh-key"));
	expect(start()).toContain("ssh-key is gone");
	expect(existsSync(join(folder, "data/ssh/authorized_keys"))).toBe(false);
});

test("a fixed address is taken, and nothing else from its file", () => {
	put("etc/clicktocall.config", "HttpPort = 80\n");
	put("boot/network", "Address=192.0.2.10/24\r\nGateway=192.0.2.1\r\nBridge=no\r\n");
	expect(start()).toContain("network: Address=192.0.2.10/24");
	expect(read("run/systemd/network/10-card.network")).toBe(
		"[Match]\nType=ether\n\n[Network]\nAddress=192.0.2.10/24\nGateway=192.0.2.1\n",
	);
	put("boot/network", "Address=192.0.2.10\n");
	expect(start()).toContain("network was not taken: expected Address=192.0.2.10/24");
});

test("the scripts of the card are scripts for any shell", () => {
	const scripts = [...new Bun.Glob("**/*").scanSync({ cwd: IMAGING })].filter((name) =>
		readFileSync(join(IMAGING, name), "utf8").startsWith("#!/bin/sh"),
	);
	expect(scripts.length).toBeGreaterThan(5);
	for (const name of scripts) expect(Bun.spawnSync(["sh", "-n", join(IMAGING, name)]).exitCode).toBe(0);
});
