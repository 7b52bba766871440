import { TransferError } from "./transfer-error.ts";

/** A file of a set-up besides its configuration. */
export interface SetUpFile {
	/** Its name on the other machine, without a folder. */
	readonly name: string;
	/** The settings whose value is its path; none for one that is found in the folder of the certificates. */
	readonly settings: readonly string[];
	readonly content: Buffer;
}

/** Everything that makes one server work like another: its configuration, and the files that it names. */
export interface SetUp {
	readonly config: Buffer;
	readonly files: readonly SetUpFile[];
}

/** How it is written down: octets as base64. */
interface Written {
	readonly config: string;
	readonly files: readonly {
		readonly name: string;
		readonly settings: readonly string[];
		readonly content: string;
	}[];
}

/** A name that stays in its folder, and is no hidden file. */
const PLAIN_NAME = /^[^./\0][^/\0]{0,199}$/;

/** The set-up as octets. */
export function writeSetUp({ config, files }: SetUp): Buffer {
	const written: Written = {
		config: config.toString("base64"),
		files: files.map(({ name, settings, content }) => ({
			name,
			settings,
			content: content.toString("base64"),
		})),
	};
	return Buffer.from(JSON.stringify(written));
}

/** @throws {TransferError} for octets that are none. */
export function readSetUp(octets: Uint8Array): SetUp {
	const { config, files } = parse(octets);
	const names = files.map(({ name }) => name);
	const odd = names.find((name, index) => !PLAIN_NAME.test(name) || names.indexOf(name) !== index);
	if (odd !== undefined)
		throw new TransferError(
			"damaged",
			`expected plain names of files that differ, got ${JSON.stringify(odd)}`,
		);
	return {
		config: Buffer.from(config, "base64"),
		files: files.map(({ name, settings, content }) => ({
			name,
			settings,
			content: Buffer.from(content, "base64"),
		})),
	};
}

function parse(octets: Uint8Array): Written {
	try {
		const value = JSON.parse(Buffer.from(octets).toString("utf8")) as Written;
		const good =
			typeof value.config === "string" &&
			value.files.every(
				({ name, settings, content }) =>
					typeof name === "string" &&
					typeof content === "string" &&
					Array.isArray(settings) &&
					settings.every((setting) => typeof setting === "string"),
			);
		if (good) return value;
	} catch {
		// Told below.
	}
	throw new TransferError("damaged", "what is in the file is no set-up");
}
