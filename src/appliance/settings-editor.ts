import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { changesBetween } from "../config/changes.ts";
import { loadSettings } from "../config/load.ts";
import { defaultText } from "../config/render-help.ts";
import { SETTING_SECTIONS } from "../config/setting.ts";
import { SETTING_ENTRIES, SETTINGS, type Settings } from "../config/settings.ts";
import { type NewValues, withValues } from "../config/with-values.ts";
import { BoxError, type SettingsSource, type ShownSetting } from "../http/box/types.ts";
import { HASHES_PREFIX, hashesOf, storedHashes } from "../password-hashes.ts";
import { configProblems } from "./config-problems.ts";
import { configVersions, putConfig, readVersion } from "./config-versions.ts";
import type { OwnPlace } from "./own-place.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse.
const CONTROL = /[\0-\x1f\x7f]/;

/**
 * The settings that have one value, for their page: shown as the file has them, and changed line by line.
 *
 * @param certificates the folder of the certificates when CertificatePath is empty.
 */
export function settingsEditor({ configFile, reload }: OwnPlace, certificates: string): SettingsSource {
	const read = (): Settings => {
		const loaded = loadSettings({ argv: ["--config", configFile], cwd: process.cwd() });
		if (loaded.ok) return loaded.settings;
		throw new BoxError(loaded.problems.map(({ message }) => message).join("\n"), "refused");
	};
	/** Checks a configuration, puts it in the place of the one in use, and has the server take over what it can. */
	const replace = async (config: Buffer, by: string): Promise<readonly string[]> => {
		const before = read();
		const problems = await problemsOf(configFile, config, certificates);
		if (problems.length > 0) throw new BoxError(problems.join("\n"), "refused");
		try {
			putConfig(configFile, config, by);
		} catch (cause) {
			throw new BoxError(cause instanceof Error ? cause.message : String(cause), "files", { cause });
		}
		reload();
		return changesBetween(before, read()).restart;
	};
	return {
		sections: () => shown(read()),
		save: async (typed, by) => {
			const changes: Record<string, string | undefined> = {};
			for (const { name, value, secret } of shown(read()).flatMap(({ settings }) => settings)) {
				const text = typed.get(name)?.trim();
				if (text === undefined || text === value || (secret && text === "")) continue;
				if (CONTROL.test(text)) throw new BoxError(name, "bad line");
				// An empty field is the default, as is a line that is not there.
				changes[name] = text === "" ? undefined : asStored(name, text);
			}
			return await replace(withValues(readFileSync(configFile), changes satisfies NewValues), by);
		},
		versions: () => configVersions(configFile),
		goBack: async (id, by) => {
			const config = readVersion(configFile, id);
			if (!config) throw new BoxError(id, "gone");
			return await replace(config, by);
		},
	};
}

/** The password of admin is kept as its hashes. */
function asStored(name: string, text: string): string {
	const isPassword = name === SETTINGS.httpAuthPwd.name && !text.startsWith(HASHES_PREFIX);
	return isPassword ? storedHashes(hashesOf("admin", text)) : text;
}

function shown(settings: Settings): ReturnType<SettingsSource["sections"]> {
	return SETTING_SECTIONS.map((name) => ({
		name,
		settings: SETTING_ENTRIES.flatMap(([key, setting]): ShownSetting[] => {
			if (setting.kind !== "single" || setting.section !== name) return [];
			const { name: of, help, details = [], type, secret = false, live = false } = setting;
			const value = secret ? "" : type.format(settings[key]);
			const explained = `${help}. ${details.join(" ")}`.trim();
			return [
				{
					name: of,
					help: explained,
					expected: type.expected,
					standard: defaultText(setting) ?? "",
					value,
					secret,
					live,
				},
			];
		}),
	})).filter((section) => section.settings.length > 0);
}

/** What would keep the server from starting with it. */
async function problemsOf(
	configFile: string,
	config: Buffer,
	certificates: string,
): Promise<readonly string[]> {
	const folder = dirname(configFile);
	const staged = mkdtempSync(join(folder, ".check-"));
	try {
		const file = join(staged, basename(configFile));
		writeFileSync(file, config, { mode: 0o600 });
		const problems = await configProblems(file, certificates, { folder: process.cwd(), madeBefore: [] });
		return problems.map((problem) => problem.replaceAll(staged, folder));
	} finally {
		rmSync(staged, { recursive: true, force: true });
	}
}
