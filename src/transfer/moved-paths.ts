import { resolve } from "node:path";
import { SETTING_ENTRIES } from "../config/settings.ts";
import type { SetUp } from "./set-up.ts";

const LINE = /^(\s*([^#=\s][^=]*?)\s*=\s*)(.*?)(\s*)$/;

/** The settings that name what belongs to a set-up, by each of their names, in small letters. */
const NAMED = new Map(
	SETTING_ENTRIES.flatMap(([, setting]) =>
		setting.kind === "single" && (setting.path === "file read" || setting.path === "certificate folder")
			? [setting.name, ...(setting.aliases ?? [])].map((name) => [name.toLowerCase(), setting] as const)
			: [],
	),
);

/**
 * The configuration with its paths in another folder: those of the files that came with it, and the folder of the
 * certificates. All other lines stay as they are, octet by octet.
 *
 * @param folder absolute path of the folder that the files are in.
 * @param emptyMeans the folder that the server looks for certificates in when CertificatePath is empty.
 */
export function withMovedPaths({ config, files }: SetUp, folder: string, emptyMeans: string): Buffer {
	const paths = new Map(
		files.flatMap(({ name, settings }) =>
			settings.map((setting) => [setting, resolve(folder, name)] as const),
		),
	);
	const ofFolder = files.some(({ settings }) => settings.length === 0);
	const isElsewhere = resolve(emptyMeans) !== resolve(folder);
	/** What a line must say if there is none. */
	const missing = new Map(paths);
	for (const setting of new Set(NAMED.values())) {
		if (setting.path !== "certificate folder") continue;
		paths.set(setting.name, folder);
		if (ofFolder && isElsewhere) missing.set(setting.name, folder);
	}
	// One character for each octet: what is not moved stays what it was, in any encoding.
	const lines = config.toString("latin1").split("\n");
	const moved = lines.map((line) => {
		const [, start = "", name = "", value = "", end = ""] = LINE.exec(line) ?? [];
		const setting = NAMED.get(name.toLowerCase());
		const path = setting && paths.get(setting.name);
		if (!setting || path === undefined || value === "") return line;
		missing.delete(setting.name);
		return `${start}${octets(path)}${end}`;
	});
	const last = moved.at(-1) === "" ? moved.pop() : undefined;
	const added = [...missing].map(([name, path]) => `${name} = ${octets(path)}`);
	return Buffer.from([...moved, ...added, ...(last === undefined ? [] : [last])].join("\n"), "latin1");
}

function octets(text: string): string {
	return Buffer.from(text).toString("latin1");
}
