/** The programs that end-to-end and interop tests use, and the Debian packages that hold them. */

/** Program to package; a path stands for a file that no program is, `*` for one of its folders. */
export const PROGRAMS: Readonly<Record<string, string>> = {
	sipp: "sip-tester",
	baresip: "baresip-core",
	kamailio: "kamailio",
	"redis-server": "redis-server",
	"/usr/lib/*/kamailio/modules/tls.so": "kamailio-tls-modules",
	linphonec: "linphone-cli",
	"twinkle-console": "twinkle-console",
	dnsmasq: "dnsmasq-base",
	"qemu-aarch64-static": "qemu-user-static",
	keepalived: "keepalived",
	ip: "iproute2",
	curl: "curl",
	openssl: "openssl",
	ps: "procps",
	"systemd-analyze": "systemd",
	fakeroot: "fakeroot",
	chromium: "chromium",
	nginx: "nginx-light",
	haproxy: "haproxy",
	caddy: "caddy",
};

/**
 * Where a program of {@link PROGRAMS} is.
 *
 * @param path the folders to look in, as PATH
 * @returns null when it is not there
 */
export function findProgram(program: string, path: string): string | null {
	if (!program.startsWith("/")) return Bun.which(program, { PATH: path });
	const [file] = new Bun.Glob(program.slice(1)).scanSync({ cwd: "/", absolute: true });
	return file ?? null;
}

/** The programs that are not there, and what can be done about it. */
export interface MissingPrograms {
	/** The programs and their packages, for a person. */
	readonly description: string;
	/** Commands that install them; empty when that is impossible here. */
	readonly commands: readonly (readonly string[])[];
}

/**
 * Looks for the programs.
 *
 * @param which finds a program, as {@link findProgram} does
 * @param isRoot whether packages may be installed
 * @returns undefined when none is missing
 */
export function findMissing(
	which: (program: string) => string | null,
	isRoot: boolean,
): MissingPrograms | undefined {
	const missing = Object.entries(PROGRAMS).filter(([program]) => which(program) === null);
	if (missing.length === 0) return undefined;
	const description = missing.map(([program, name]) => `${program} (Debian package ${name})`).join(", ");
	if (!isRoot || which("apt-get") === null) return { description, commands: [] };
	return {
		description,
		commands: [
			["apt-get", "update", "-q"],
			["apt-get", "install", "-q", "-y", "--no-install-recommends", ...missing.map(([, name]) => name)],
		],
	};
}
