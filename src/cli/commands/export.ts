import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { replaceFile } from "../../durable-file.ts";
import { systemWallClock } from "../../time/wall-clock.ts";
import { collectSetUp } from "../../transfer/collect.ts";
import { seal } from "../../transfer/sealed.ts";
import { writeSetUp } from "../../transfer/set-up.ts";
import { TransferError } from "../../transfer/transfer-error.ts";
import { VERSION } from "../../version.ts";
import { complain, say } from "../output.ts";
import { transferPassword } from "../secret.ts";
import { asService } from "../service-config.ts";
import { UsageError } from "../usage-error.ts";

/** The input of `clicktocall export`. */
export interface ExportCommand {
	readonly operands: readonly string[];
	readonly settings: Settings;
	readonly configFile: string | undefined;
	/** The folder for relative paths in the settings. */
	readonly folder: string;
	/** The file whose first line is the password. */
	readonly passwordFile: string | undefined;
}

/**
 * Writes the configuration, the certificates and the contacts to one file, encrypted.
 *
 * @returns the exit code: 0 done, 1 a file cannot be read or written, or no password was given.
 */
export async function exportCommand(command: ExportCommand): Promise<number> {
	const { operands, settings, configFile, folder, passwordFile } = command;
	const [file] = operands;
	if (operands.length !== 1 || file === undefined) throw new UsageError("expected one FILE");
	if (configFile === undefined)
		throw new UsageError("there is no configuration here: name one with --config");
	try {
		const { setUp, missing } = collectSetUp({
			configFile,
			settings: asService(settings, configFile),
			folder,
		});
		const password = await transferPassword({ file: passwordFile, isNew: true });
		if (password === undefined) {
			complain("clicktocall: no password was given");
			return 1;
		}
		const sealed = await seal(writeSetUp(setUp), password, { program: VERSION, made: systemWallClock.now() });
		put(resolve(file), sealed);
		say(`wrote ${file}: ${[configFile, ...setUp.files.map(({ name }) => name)].join(", ")}`);
		for (const path of missing) say(`  warning: ${path} is named, but not there`);
		return 0;
	} catch (error) {
		if (!(error instanceof TransferError)) throw error;
		complain(`clicktocall: ${error.message}`);
		return 1;
	}
}

function put(path: string, text: string): void {
	try {
		replaceFile(path, 0o600, (temporary) => writeFileSync(temporary, text));
	} catch (cause) {
		throw new TransferError(
			"files",
			`it cannot be written: ${cause instanceof Error ? cause.message : cause}`,
			{ cause },
		);
	}
}
