import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { TransferError } from "./transfer-error.ts";

/** Of the form of the file; a file of a later form is refused. */
export const FORM = 1;

/** The largest file that is read, in octets. */
export const LARGEST_FILE = 33_554_432;

/** Octets of what is in it, at most. */
const LARGEST_CONTENT = 134_217_728;

/** Fewest characters of a password. */
export const SHORTEST_PASSWORD = 8;

const CIPHER = "aes-256-gcm";
const TAG = 16;

/** What a key is made with (RFC 7914): 32 MiB of memory, which the smallest boards have, three times over. */
const COST = { N: 32_768, r: 8, p: 3 } as const;

/** No file may ask for more memory or time than this. */
const MOST = { N: 262_144, r: 16, p: 16 } as const;

interface Cost {
	readonly N: number;
	readonly r: number;
	readonly p: number;
}

/** What stands in the file before the secret part, in clear text, so that its password can be used. */
interface Head extends Cost {
	readonly form: number;
	/** Version of the program that wrote it. */
	readonly program: string;
	/** When, as in ISO 8601. */
	readonly made: string;
	readonly salt: string;
	readonly iv: string;
}

const MAGIC = "Click-To-Call set-up";
const HEAD = new RegExp(
	`^${MAGIC} (\\d{1,6})\\n([^\\n]*)\\n([A-Za-z0-9+/=\\n]*)\\nSHA-256 ([0-9a-f]{64})\\n$`,
);

const derive = promisify<string, Buffer, number, Cost & { maxmem: number }, Buffer>(scrypt);

/**
 * Encrypts with a password: AES-256-GCM, with a key that scrypt makes of the password and a salt. What is readable of
 * the file, its form and version, cannot be changed either without the password.
 *
 * @param made milliseconds since 1970.
 * @throws {TransferError} for a password that is too short.
 */
export async function seal(
	content: Uint8Array,
	password: string,
	{ program, made }: { readonly program: string; readonly made: number },
): Promise<string> {
	checkPassword(password);
	const salt = randomBytes(16);
	const iv = randomBytes(12);
	const head: Head = {
		form: FORM,
		program,
		made: new Date(made).toISOString(),
		...COST,
		salt: salt.toString("base64"),
		iv: iv.toString("base64"),
	};
	const line = JSON.stringify(head);
	const cipher = createCipheriv(CIPHER, await keyOf(password, salt, COST), iv);
	cipher.setAAD(Buffer.from(line));
	const sealed = Buffer.concat([cipher.update(gzipSync(content)), cipher.final(), cipher.getAuthTag()]);
	const lines = sealed.toString("base64").match(/.{1,76}/g) ?? [];
	const text = `${MAGIC} ${FORM}\n${line}\n${lines.join("\n")}\n`;
	return `${text}SHA-256 ${digestOf(text)}\n`;
}

/**
 * Decrypts what {@link seal} has made.
 *
 * @throws {TransferError} that tells a wrong password, a damaged or cut file, and one of a later form apart.
 */
export async function unseal(text: string, password: string): Promise<Buffer> {
	const { head, line, sealed } = readSealed(text);
	const key = await keyOf(password, Buffer.from(head.salt, "base64"), head);
	const decipher = createDecipheriv(CIPHER, key, Buffer.from(head.iv, "base64"), { authTagLength: TAG });
	decipher.setAAD(Buffer.from(line));
	decipher.setAuthTag(sealed.subarray(-TAG));
	let packed: Buffer;
	try {
		packed = Buffer.concat([decipher.update(sealed.subarray(0, -TAG)), decipher.final()]);
	} catch {
		// The checksum has told that nothing is damaged.
		throw new TransferError("password", "wrong password: it is not the one that the file was exported with");
	}
	return gunzipSync(packed, { maxOutputLength: LARGEST_CONTENT });
}

function readSealed(text: string): { head: Head; line: string; sealed: Buffer } {
	const start = new RegExp(`^${MAGIC} (\\d{1,6})\\r?\\n`).exec(text);
	if (!start)
		throw new TransferError("not one", `expected a file that begins with "${MAGIC}": this is another file`);
	if (Number(start[1]) > FORM)
		throw new TransferError(
			"too new",
			`expected a file of form ${FORM} or before, got form ${start[1]}: it is of a later version of Click-To-Call`,
		);
	// Editors and mail programs may have changed the ends of its lines.
	const [whole, , line = "", body = "", digest] =
		HEAD.exec(text.replaceAll("\r\n", "\n").trimEnd().concat("\n")) ?? [];
	if (whole === undefined)
		throw new TransferError("damaged", "the file is cut off or damaged: expected a SHA-256 as its last line");
	if (digestOf(whole.slice(0, whole.lastIndexOf("SHA-256 "))) !== digest)
		throw new TransferError("damaged", "the file is damaged: its SHA-256 is not the one in its last line");
	const head = readHead(line);
	const sealed = Buffer.from(body, "base64");
	if (!head || sealed.length <= TAG)
		throw new TransferError("damaged", "the file is damaged: its head is none");
	return { head, line, sealed };
}

function readHead(line: string): Head | undefined {
	try {
		const head = JSON.parse(line) as Head;
		const costs = (["N", "r", "p"] as const).every(
			(name) => Number.isInteger(head[name]) && head[name] > 0 && head[name] <= MOST[name],
		);
		const isPower = Number.isInteger(Math.log2(head.N)) && head.N > 1;
		const salted = [head.salt, head.iv].every((value) => typeof value === "string" && value.length >= 16);
		return costs && isPower && salted ? head : undefined;
	} catch {
		return undefined;
	}
}

/** @throws {TransferError} */
function checkPassword(password: string): void {
	if ([...password].length < SHORTEST_PASSWORD)
		throw new TransferError("password", `expected a password of ${SHORTEST_PASSWORD} characters or more`);
}

/** The same password, however its characters were typed (Unicode normal form C). */
function keyOf(password: string, salt: Buffer, { N, r, p }: Cost): Promise<Buffer> {
	return derive(password.normalize("NFC"), salt, 32, { N, r, p, maxmem: 256 * N * r });
}

function digestOf(text: string): string {
	return createHash("sha256").update(text).digest("hex");
}
