import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { loadSettings } from "../../config/load.ts";
import { randomToken } from "../../random.ts";
import { ownNames } from "../../tls/own-names.ts";
import { ruleProblems } from "../../translate/rule-problems.ts";
import { PAIR_FILES, putSelfSigned } from "../commands/certificate.ts";
import { renderBashCompletion } from "../completion.ts";
import { say } from "../output.ts";
import { isThere, makeFolder, putProgram, putText, remove } from "./files.ts";
import { InstallError, type InstallHost, MACHINE } from "./host.ts";
import {
	CONFIG_FILE,
	INSTALLED_EXECUTABLE,
	type Layout,
	layoutAt,
	PACKAGED_UNIT,
	renderInstalledConfig,
	renderSysusers,
	renderTmpfiles,
	SERVICE,
} from "./layout.ts";
import { renderUnit } from "./systemd-unit.ts";

/** Where and how to install. */
export interface InstallOptions {
	readonly layout: Layout;
	/** A folder stands for `/`: files only, nothing of this machine is touched. */
	readonly staged: boolean;
	readonly host: InstallHost;
	readonly say: (line: string) => void;
}

/** Reads `--root`. @throws {InstallError} when something of the machine does not allow to install there. */
export function optionsFor(root: string | undefined, host: InstallHost = MACHINE): InstallOptions {
	const folder = resolve(root ?? "/");
	const staged = folder !== "/";
	if (process.platform !== "linux") throw new InstallError("the service can be installed on Linux only");
	if (!staged && !host.isRoot) throw new InstallError("expected root, or --root FOLDER");
	if (!staged && host.has(PACKAGED_UNIT)) {
		throw new InstallError(`the Debian package is installed (${PACKAGED_UNIT}): use apt or dpkg`);
	}
	return { layout: layoutAt(folder), staged, host, say };
}

/**
 * Installs this program as a service, or takes the place of an older one: the program and the unit are
 * replaced, an existing configuration stays, and a running service is restarted.
 *
 * @param https whether a first installation gets HTTPS with a self-signed pair.
 * @throws {InstallError} when a step does not work; before the first one when the configuration that is
 * there is not one that this program can run with.
 */
export async function install({ layout, staged, host, say }: InstallOptions, https = false): Promise<void> {
	if (!host.program)
		throw new InstallError("expected the built program: use sh scripts/install, which builds it first");
	const hasConfig = isThere(layout.configFile);
	if (hasConfig) await checkConfig(layout);

	putProgram(layout.executable, host.program);
	makeFolder(layout.configFolder, 0o770);
	const fingerprint = https && !hasConfig ? putPair(layout) : undefined;
	if (!hasConfig)
		putText(layout.configFile, renderInstalledConfig(randomToken(12), fingerprint !== undefined), 0o660);
	makeFolder(layout.stateFolder, 0o750);
	// This version is the one to run from now on, and not an update of the one before.
	remove(join(layout.stateFolder, "update"));
	makeFolder(layout.logFolder, 0o750);
	putText(layout.sysusers, renderSysusers(), 0o644);
	putText(layout.tmpfiles, renderTmpfiles(), 0o644);
	putText(layout.completion, renderBashCompletion(), 0o644);
	putText(layout.unit, renderUnit(INSTALLED_EXECUTABLE), 0o644);
	for (const [what, path] of [
		["program", layout.executable],
		["configuration", `${layout.configFile}${hasConfig ? " (kept)" : ""}`],
		["unit", layout.unit],
	]) {
		say(`${what?.padEnd(14)} ${path}`);
	}
	if (!hasConfig)
		say(`The web pages ask for a password: the user is admin, HttpAuthPwd is in ${layout.configFile}`);
	if (fingerprint !== undefined)
		say(`HTTPS has a self-signed certificate, SHA-256 fingerprint ${fingerprint}`);
	if (staged) return;
	if (!host.hasSystemd) {
		say(`systemd is not running: it sets up the service and its user ${SERVICE} when it next starts`);
		return;
	}
	host.run(["systemd-sysusers", layout.sysusers]);
	host.run(["systemd-tmpfiles", "--create", layout.tmpfiles]);
	host.run(["systemctl", "daemon-reload"]);
	if (hasConfig) {
		host.run(["systemctl", "try-restart", SERVICE]);
		say(`If the service was running, it now runs the new version: systemctl status ${SERVICE}`);
	} else {
		host.run(["systemctl", "enable", SERVICE]);
		say(`Edit ${CONFIG_FILE}, then: systemctl start ${SERVICE}`);
	}
}

/** @returns the fingerprint of the pair, the one that is there if there is one. */
function putPair({ configFolder }: Layout): string {
	const files = {
		certificate: join(configFolder, PAIR_FILES.certificate),
		key: join(configFolder, PAIR_FILES.key),
	};
	if (isThere(files.certificate) && isThere(files.key))
		return new X509Certificate(readFileSync(files.certificate)).fingerprint256;
	return putSelfSigned(files, ownNames([hostname()]));
}

/** A server that runs must not be replaced by one that refuses its settings. */
async function checkConfig({ configFile }: Layout): Promise<void> {
	const loaded = loadSettings({ argv: ["--config", configFile], cwd: "/" });
	const rules = loaded.ok ? loaded.settings.translationRules : loaded.translationRules;
	const problems = [...(loaded.ok ? [] : loaded.problems), ...(await ruleProblems(rules))];
	if (problems.length === 0) return;
	const lines = problems.map(({ message }) => message).join("\n");
	throw new InstallError(`nothing was changed: the configuration has errors:\n${lines}`);
}
