import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { configProblems } from "../../appliance/config-problems.ts";
import { DEFAULT_CONFIG_FILE } from "../../config/config-file.ts";
import { placeSetUp } from "../../transfer/place-set-up.ts";
import { LARGEST_FILE, unseal } from "../../transfer/sealed.ts";
import { readSetUp } from "../../transfer/set-up.ts";
import { TransferError } from "../../transfer/transfer-error.ts";
import { CONFIG_FILE, CONFIG_FOLDER, LOG_FOLDER, SERVICE, STATE_FOLDER } from "../install/layout.ts";
import { complain, say } from "../output.ts";
import { transferPassword } from "../secret.ts";
import { isOfService } from "../service-config.ts";
import { UsageError } from "../usage-error.ts";

/** The input of `clicktocall import`. */
export interface ImportCommand {
	readonly operands: readonly string[];
	/** What `--config` named. */
	readonly configFile: string | undefined;
	/** The file whose first line is the password. */
	readonly passwordFile: string | undefined;
	readonly cwd: string;
}

/**
 * Puts an exported set-up in the place of the one that is there.
 *
 * @returns the exit code: 0 done, 1 nothing was changed.
 */
export async function importCommand({ operands, passwordFile, ...where }: ImportCommand): Promise<number> {
	const [file] = operands;
	if (operands.length !== 1 || file === undefined) throw new UsageError("expected one FILE");
	const configFile = targetOf(where);
	const ofService = isOfService(configFile);
	const place = ofService
		? { folder: STATE_FOLDER, madeBefore: [LOG_FOLDER, STATE_FOLDER] }
		: { folder: where.cwd, madeBefore: [] };
	try {
		const sealed = read(file);
		const password = await transferPassword({ file: passwordFile, isNew: false });
		if (password === undefined) {
			complain("clicktocall: no password was given");
			return 1;
		}
		const setUp = readSetUp(await unseal(sealed, password));
		const { written, kept } = await placeSetUp(setUp, {
			configFile,
			emptyMeans: ofService ? dirname(configFile) : where.cwd,
			check: (staged, certificates) => configProblems(staged, certificates, place),
		});
		for (const path of written) say(`wrote ${path}`);
		for (const path of kept) say(`kept ${path}`);
		if (configFile === CONFIG_FILE) say(`To use it: systemctl restart ${SERVICE}`);
		return 0;
	} catch (error) {
		if (!(error instanceof TransferError)) throw error;
		complain(`clicktocall: ${error.message}\nnothing was changed`);
		return 1;
	}
}

/** The configuration that is named, or is here; or that of the service, if this machine has one. */
function targetOf({ configFile, cwd }: Pick<ImportCommand, "configFile" | "cwd">): string {
	const here = resolve(cwd, DEFAULT_CONFIG_FILE);
	if (configFile !== undefined) return resolve(cwd, configFile);
	return !existsSync(here) && existsSync(CONFIG_FOLDER) ? CONFIG_FILE : here;
}

function read(file: string): string {
	try {
		if (statSync(file).size > LARGEST_FILE)
			throw new TransferError("not one", `${file}: expected at most ${LARGEST_FILE / 1_048_576} MiB`);
		return readFileSync(file, "latin1");
	} catch (cause) {
		if (cause instanceof TransferError) throw cause;
		throw new TransferError(
			"files",
			`${file} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
			{ cause },
		);
	}
}
