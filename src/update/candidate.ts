import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

/** A file that is not an update; the message says what was expected. */
export class UpdateError extends Error {
	override readonly name = "UpdateError";
}

/** The largest file that is looked at, in octets. */
export const LARGEST_UPDATE = 268_435_456;

/** What Debian calls the processor of this machine. */
const OWN_ARCHITECTURE = process.arch === "x64" ? "amd64" : process.arch;

/** How a program that an update runs has ended. */
export interface Outcome {
	readonly exitCode: number;
	/** Standard output and standard error. */
	readonly text: string;
}

/** Runs other programs; each has at most a minute. */
export interface Programs {
	/** @param output a file for standard output; absent: it is returned. */
	run(command: readonly [string, ...string[]], output?: string): Promise<Outcome>;
}

/** SHA-256 of a file, in hexadecimal digits, for comparison with what was published. @throws {UpdateError} */
export function sha256Of(path: string): string {
	const hash = createHash("sha256");
	eachPiece(path, (piece) => hash.update(piece));
	return hash.digest("hex");
}

/** What kind of file it is, by its first octets (deb(5), elf(5)). @throws {UpdateError} */
export function kindOf(path: string): "package" | "program" {
	let first = "";
	eachPiece(path, (piece) => {
		first ||= piece.subarray(0, 8).toString("latin1");
	});
	if (first === "!<arch>\n") return "package";
	if (first.startsWith("\x7fELF")) return "program";
	throw new UpdateError("expected a Debian package (.deb) of Click-To-Call, or its program");
}

function eachPiece(path: string, take: (piece: Buffer) => void): void {
	const buffer = Buffer.alloc(1_048_576);
	let file: number;
	try {
		file = openSync(path, "r");
	} catch (error) {
		throw new UpdateError(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
	}
	try {
		let octets = 0;
		for (let length = 1; length > 0; octets += length) {
			length = readSync(file, buffer);
			if (octets > LARGEST_UPDATE)
				throw new UpdateError(`expected at most ${LARGEST_UPDATE / 1_048_576} MiB`);
			if (length > 0) take(buffer.subarray(0, length));
		}
	} finally {
		closeSync(file);
	}
}

/**
 * Takes the program out of an update.
 *
 * @param program where it goes.
 * @throws {UpdateError} when it is another package, or damaged.
 */
export async function extractProgram(path: string, program: string, programs: Programs): Promise<void> {
	if (kindOf(path) === "program") {
		await succeed(programs, ["cp", path, program]);
		return;
	}
	const field = await succeed(programs, ["dpkg-deb", "--field", path, "Package"]);
	if (field.trim() !== "clicktocall") {
		throw new UpdateError(`expected the package clicktocall, got ${field.trim() || "none"}`);
	}
	const architecture = (await succeed(programs, ["dpkg-deb", "--field", path, "Architecture"])).trim();
	if (architecture !== "all" && architecture !== OWN_ARCHITECTURE) {
		throw new UpdateError(
			`the package is for ${architecture} machines, and this is one of ${OWN_ARCHITECTURE}`,
		);
	}
	const tar = `${program}.tar`;
	await succeed(programs, ["dpkg-deb", "--fsys-tarfile", path], tar);
	await succeed(programs, ["tar", "-xOf", tar, "./usr/bin/clicktocall"], program);
	await succeed(programs, ["rm", "-f", tar]);
}

async function succeed(
	programs: Programs,
	command: readonly [string, ...string[]],
	output?: string,
): Promise<string> {
	const { exitCode, text } = await programs.run(command, output);
	if (exitCode === 0) return text;
	throw new UpdateError(`the file is damaged: ${command[0]} says: ${text.trim() || `exit code ${exitCode}`}`);
}

/**
 * The version that a program says it has.
 *
 * @throws {UpdateError} when it does not run on this machine.
 */
export async function versionOf(program: string, programs: Programs): Promise<string> {
	const { exitCode, text } = await programs.run([program, "--version"]);
	const [, version] = /^clicktocall (\d[\w.~-]*)/.exec(text) ?? [];
	if (exitCode === 0 && version !== undefined) return version;
	throw new UpdateError(
		`the program does not run on this machine (is it for another processor?): ${text.trim()}`,
	);
}
