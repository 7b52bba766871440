/** The files of the Debian package, laid out in a folder. */
import { createHash } from "node:crypto";
import {
	chmodSync,
	copyFileSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { renderBashCompletion } from "../../src/cli/completion.ts";
import {
	CONFIG_FOLDER,
	CONFIG_TEMPLATE,
	PACKAGED_COMPLETION,
	PACKAGED_UNIT,
	renderInstalledConfig,
	renderSysusers,
	renderTmpfiles,
} from "../../src/cli/install/layout.ts";
import { renderUnit } from "../../src/cli/install/systemd-unit.ts";
import { VERSION } from "../../src/version.ts";
import { renderCopyright } from "./copyright.ts";
import { renderManPage } from "./man-page.ts";

/** How the addresses of boxes move. */
const KEEPALIVED_SAMPLE = join(import.meta.dir, "keepalived.conf");

/** Debian's names of the processors there are packages for. */
export const ARCHITECTURES = ["amd64", "arm64"] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

const CHANGELOG = join(import.meta.dir, "../../CHANGELOG.md");

/** Where the package has the executable. */
const PACKAGED_EXECUTABLE = "/usr/bin/clicktocall";

/** What tells the LAN of the pages, before each start of the service. */
const ANNOUNCEMENT = "/usr/lib/clicktocall/announce";

export interface DebTree {
	readonly architecture: Architecture;
	/** The compiled program; it is copied as it is, as stripping would take its payload away. */
	readonly executable: string;
	/** Time of every file, in seconds since 1970. */
	readonly epoch: number;
	/** `Name <address>`. */
	readonly maintainer: string;
}

const SCRIPTS = ["postinst", "prerm", "postrm"] as const;

/** Lays the package out. @param folder an empty one. */
export function layOut(folder: string, tree: DebTree): void {
	const { executable, epoch } = tree;
	const date = new Date(epoch * 1000).toISOString().slice(0, 10);
	const texts: readonly (readonly [path: string, content: string | Uint8Array, mode?: number])[] = [
		[CONFIG_TEMPLATE, renderInstalledConfig(undefined, false, true)],
		[PACKAGED_UNIT, renderUnit(PACKAGED_EXECUTABLE)],
		[ANNOUNCEMENT, readFileSync(join(import.meta.dir, "announce")), 0o755],
		[
			`${PACKAGED_UNIT}.d/avahi.conf`,
			`# Browsers find the pages on the LAN, where avahi-daemon is installed.\n[Service]\nExecStartPre=-+${ANNOUNCEMENT}\n`,
		],
		["/usr/lib/sysusers.d/clicktocall.conf", renderSysusers()],
		["/usr/lib/tmpfiles.d/clicktocall.conf", renderTmpfiles()],
		[PACKAGED_COMPLETION, renderBashCompletion()],
		["/usr/share/man/man1/clicktocall.1.gz", gzipSync(renderManPage(date), { level: 9 })],
		["/usr/share/doc/clicktocall/copyright", renderCopyright()],
		["/usr/share/doc/clicktocall/examples/keepalived.conf", readFileSync(KEEPALIVED_SAMPLE)],
		["/usr/share/doc/clicktocall/changelog.gz", gzipSync(readFileSync(CHANGELOG), { level: 9 })],
	];
	for (const [path, content, mode = 0o644] of texts) put(folder, path, content, mode);
	// Its file is made at the installation, with a password of its own, and so is not a conffile.
	mkdirSync(join(folder, CONFIG_FOLDER), { recursive: true });
	put(folder, PACKAGED_EXECUTABLE, executable, 0o755, copyFileSync);

	const files = filesIn(folder);
	const size = files.reduce((sum, file) => sum + Math.ceil(statSync(join(folder, file)).size / 1024), 0);
	const sums = files.map((file) => `${md5(readFileSync(join(folder, file)))}  ${file}\n`);
	put(folder, "/DEBIAN/md5sums", sums.join(""), 0o644);
	put(folder, "/DEBIAN/control", renderControl(tree, size), 0o644);
	for (const name of SCRIPTS) {
		put(folder, `/DEBIAN/${name}`, readFileSync(join(import.meta.dir, name)), 0o755);
	}
	setTimes(folder, epoch);
}

function renderControl({ architecture, maintainer }: DebTree, size: number): string {
	return `Package: clicktocall
Version: ${VERSION}
Architecture: ${architecture}
Maintainer: ${maintainer}
Installed-Size: ${size}
Depends: libc6 (>= 2.17), systemd
Recommends: avahi-daemon, ca-certificates
Section: comm
Priority: optional
Description: click-to-call server (SIP)
 Rings one phone first and, when it is picked up, connects it with the number
 that was asked for: from a web page, over an XML socket, or by a command. It
 speaks SIP over UDP, TCP and TLS, and refers the phone or stays in the call.
`;
}

function put(
	folder: string,
	path: string,
	content: string | Uint8Array,
	mode: number,
	write: (content: string, file: string) => void = (text, file) => writeFileSync(file, text),
): void {
	const file = join(folder, path);
	mkdirSync(dirname(file), { recursive: true });
	if (typeof content === "string") write(content, file);
	else writeFileSync(file, content);
	chmodSync(file, mode);
}

/** All files below a folder, in an order that does not depend on the machine. */
function filesIn(folder: string): string[] {
	return readdirSync(folder, { recursive: true, encoding: "utf8" })
		.filter((name) => statSync(join(folder, name)).isFile())
		.sort();
}

/** Folders for all to enter, whatever the umask, and the one time for everything. */
function setTimes(folder: string, epoch: number): void {
	for (const name of ["", ...readdirSync(folder, { recursive: true, encoding: "utf8" })]) {
		const path = join(folder, name);
		if (statSync(path).isDirectory()) chmodSync(path, `/${name}` === CONFIG_FOLDER ? 0o770 : 0o755);
		utimesSync(path, epoch, epoch);
	}
}

function md5(bytes: Uint8Array): string {
	return createHash("md5").update(bytes).digest("hex");
}
