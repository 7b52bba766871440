/** Makes a Debian package, the same one each time. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VERSION } from "../../src/version.ts";
import { type Architecture, type DebTree, layOut } from "./deb-tree.ts";

/** The options of dpkg-deb for packages to hand out: every Debian since 2011 and Ubuntu read xz. */
const SMALL: readonly string[] = ["-Zxz", "-z6"];
/** For tests: large, but made in no time. */
export const QUICK: readonly string[] = ["-Znone"];

/** The file name of a package, as dpkg-name(1) has it. */
export function debName(architecture: Architecture): string {
	return `clicktocall_${VERSION}_${architecture}.deb`;
}

/**
 * Writes a package.
 *
 * @param outfile over which an older one is replaced
 * @param compression options of dpkg-deb
 * @throws {Error} with what dpkg-deb said
 */
export function buildDeb(tree: DebTree, outfile: string, compression: readonly string[] = SMALL): void {
	const folder = mkdtempSync(join(tmpdir(), "clicktocall-deb-"));
	try {
		layOut(folder, tree);
		const { exitCode, stderr } = Bun.spawnSync(
			["dpkg-deb", "--root-owner-group", ...compression, "--build", folder, outfile],
			{ env: { ...process.env, SOURCE_DATE_EPOCH: String(tree.epoch) }, stdout: "ignore" },
		);
		if (exitCode !== 0) throw new Error(`dpkg-deb --build: exit code ${exitCode}\n${stderr.toString()}`);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
