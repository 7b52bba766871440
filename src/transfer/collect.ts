import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { SETTING_ENTRIES, type Settings } from "../config/settings.ts";
import { isCertificateFile } from "../tls/tls-files.ts";
import type { SetUp, SetUpFile } from "./set-up.ts";
import { TransferError } from "./transfer-error.ts";

/** The set-up of which machine. */
export interface SetUpPlace {
	readonly configFile: string;
	readonly settings: Settings;
	/** Where relative names in the settings begin. */
	readonly folder: string;
}

/** A set-up, and the files that are named but not there. */
export interface Collected {
	readonly setUp: SetUp;
	/** Absolute paths. */
	readonly missing: readonly string[];
}

/**
 * Reads the configuration, and each file that a setting names: the table of settings says which ones.
 *
 * @throws {TransferError} for a file that cannot be read.
 */
export function collectSetUp({ configFile, settings, folder }: SetUpPlace): Collected {
	const missing: string[] = [];
	const byPath = new Map<string, SetUpFile>();
	const taken = new Set([basename(configFile)]);
	const add = (path: string, setting?: string): void => {
		const known = byPath.get(path);
		const settingsOf = [...(known?.settings ?? []), ...(setting === undefined ? [] : [setting])];
		const name = known?.name ?? freeName(basename(path), setting, taken);
		taken.add(name);
		byPath.set(path, { name, settings: settingsOf, content: known?.content ?? read(path) });
	};
	const folders = SETTING_ENTRIES.filter(
		([, setting]) => setting.kind === "single" && setting.path === "certificate folder",
	);
	for (const [key] of folders) {
		// The names of these files mean something, so they come first.
		const path = resolve(folder, String(settings[key]));
		for (const name of list(path)) if (isCertificateFile(name)) add(join(path, name));
	}
	for (const [key, setting] of SETTING_ENTRIES) {
		if (setting.kind !== "single" || setting.path !== "file read" || settings[key] === "") continue;
		const path = resolve(folder, String(settings[key]));
		if (existsSync(path)) add(path, setting.name);
		else missing.push(path);
	}
	return { setUp: { config: read(configFile), files: [...byPath.values()] }, missing };
}

/** Files of two folders may have the same name. */
function freeName(name: string, setting: string | undefined, taken: ReadonlySet<string>): string {
	const plain = name.replace(/^\.+/, "") || "file";
	return taken.has(plain) && setting !== undefined ? `${setting.toLowerCase()}_${plain}` : plain;
}

function read(path: string): Buffer {
	try {
		return readFileSync(path);
	} catch (cause) {
		throw new TransferError(
			"files",
			`${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
			{ cause },
		);
	}
}

function list(path: string): string[] {
	try {
		return readdirSync(path).sort();
	} catch (cause) {
		throw new TransferError(
			"files",
			`${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
			{ cause },
		);
	}
}
