import { createHash, timingSafeEqual } from "node:crypto";
import { hashesOf, type PasswordHashes, readHashes } from "../password-hashes.ts";
import { TOKEN_USER } from "../web/own-calls.ts";

/** Somebody with a password (HttpUser). */
export interface WebUser {
	readonly name: string;
	/** The password, or its hashes as a config file stores them. */
	readonly password: string;
	/** The phones that the user may call from. */
	readonly phones: readonly string[];
}

/** A program with a token (HttpApiToken). */
export interface ProgramToken {
	readonly token: string;
	/** Empty for the name that programs share. */
	readonly name?: string | undefined;
	/** The phones that it is bound to; none for a program that may do everything. */
	readonly phones?: readonly string[] | undefined;
}

/** Who asks, and the phones of those who may not do everything. */
export interface Asker {
	readonly user: string;
	readonly phones?: readonly string[] | undefined;
}

/** The name of the user who may do everything. */
export const ADMIN = "admin";

/** Those with a password. */
export class People {
	/** By name. */
	readonly hashes: ReadonlyMap<string, PasswordHashes>;
	readonly #phones: ReadonlyMap<string, readonly string[]>;

	/** @param password of admin, or its hashes. */
	constructor(password: string, users: readonly WebUser[]) {
		const all = [{ name: ADMIN, password }, ...users];
		this.hashes = new Map(
			all.map(({ name, password }) => [name, readHashes(password) ?? hashesOf(name, password)]),
		);
		this.#phones = new Map(users.map(({ name, phones }) => [name, phones]));
	}

	/** @param user whose password was right. */
	asker(user: string): Asker {
		return { user, phones: this.#phones.get(user) };
	}
}

/** Those with a token. */
export class Programs {
	/** By hash, as hashes compare in constant time whatever their texts are. */
	readonly #known: readonly { readonly hash: Uint8Array; readonly asker: Asker }[];

	constructor(tokens: readonly ProgramToken[]) {
		this.#known = tokens.map(({ token, name = "", phones = [] }) => ({
			hash: sha256(token),
			asker: { user: name === "" ? TOKEN_USER : name, ...(phones.length > 0 && { phones }) },
		}));
	}

	/** How many tokens there are. */
	get size(): number {
		return this.#known.length;
	}

	/** Whose token it is; undefined for a wrong one. */
	asker(token: string): Asker | undefined {
		const hash = sha256(token);
		// Compares all of them, so that the time does not reveal which one was nearly right.
		return this.#known.filter((known) => timingSafeEqual(known.hash, hash)).at(0)?.asker;
	}
}

function sha256(text: string): Uint8Array {
	return createHash("sha256").update(text).digest();
}
