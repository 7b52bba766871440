import type { TrialOutcome } from "../../sip/registration/trial.ts";
import type { CertificateFault } from "../../words/box/types.ts";
import type { WebPlaces } from "./next-address.ts";
import type { SaveOutcome, SettingsSource } from "./settings-types.ts";

/** Something that was asked of a box and is not possible; the message is for people. */
export class BoxError extends Error {
	override readonly name = "BoxError";

	/** @param what which text of the page goes with it; undefined for the message alone. */
	constructor(
		message: string,
		readonly what?: BoxFault,
		options?: ErrorOptions,
	) {
		super(message, options);
	}
}

export type BoxFault =
	| "not one"
	| "too new"
	| "damaged"
	| "password"
	| "refused"
	| "files"
	| "bad pbx"
	| "bad user"
	| "bad line"
	| "older"
	| "gone"
	| "not here"
	| CertificateFault;

/** Why the pages set nothing up: everybody could, or nobody may. */
export type ClosedSetUp = "no password" | "closed";

/** An account at the PBX, as it is typed. */
export interface TypedAccount {
	/** Host, with a port and a transport if need be. */
	readonly pbx: string;
	readonly user: string;
	/** Empty for the one in force. */
	readonly password: string;
	readonly realm: string;
}

/** What a certificate is for. */
export type CertificateUse = "https" | "sip" | "authority";

/** A certificate on the disk. */
export interface ShownCertificate {
	readonly use: CertificateUse;
	readonly file: string;
	readonly names: readonly string[];
	/** Milliseconds since 1970. */
	readonly end: number;
	readonly expired: boolean;
}

/** A certificate that was uploaded, as paths of PEM files. */
export interface UploadedPair {
	readonly use: CertificateUse;
	readonly certificate: string;
	/** Undefined for an authority. */
	readonly key: string | undefined;
}

/** What has become of a certificate that was uploaded. */
export interface PutCertificate extends ShownCertificate {
	readonly outcome: SaveOutcome;
	readonly needsRestart: boolean;
}

/** An update that has been checked. */
export interface ShownUpdate {
	readonly version: string;
	readonly sha256: string;
	readonly is: "newer" | "older" | "the same";
}

/** The versions of the program on this box. */
export interface UpdateSource {
	readonly running: string;
	/** What did not become ready and went back. */
	readonly fellBack: string | undefined;
	/** The version before; undefined for the installed one; absent without an update in use. */
	readonly before: { readonly version: string | undefined } | undefined;
	/** Takes a package apart and checks it. @throws {BoxError} */
	check(path: string): Promise<ShownUpdate>;
	/** Makes what was checked the version of the next start. @throws {BoxError} */
	install(sha256: string, older: boolean): void;
	/** @throws {BoxError} */
	goBack(): void;
}

/** What the pages that set a box up work on. */
export interface BoxSource {
	/** Folder for what is uploaded. */
	readonly uploads: string;
	readonly settings: SettingsSource;
	/** The account in force; the password is not told. */
	account(): Omit<TypedAccount, "password"> & { readonly hasPassword: boolean };
	/** Registers for a moment. @throws {BoxError} for what cannot be read. */
	tryAccount(account: TypedAccount): Promise<TrialOutcome>;
	/** Writes it to the configuration. @throws {BoxError} for what cannot be read. */
	saveAccount(account: TypedAccount, by: string): Promise<SaveOutcome>;
	/** The whole set-up, encrypted. @throws {BoxError} */
	exportSetUp(password: string): Promise<string>;
	/** Takes over a file that was exported. @throws {BoxError} for one that cannot be used here. */
	importSetUp(path: string, password: string, by: string): Promise<SaveOutcome>;
	certificates(): readonly ShownCertificate[];
	/** Checks a pair, and puts it in its place. @throws {BoxError} */
	putCertificate(pair: UploadedPair, by: string): Promise<PutCertificate>;
	/** Undefined where the program does not run as the service. */
	readonly updates: UpdateSource | undefined;
	/** Where the pages are, and will be. */
	webPlaces(): WebPlaces;
	/** Starts the server again; calls go on. Undefined where that has to be done by hand. */
	readonly restart: (() => void) | undefined;
}

/** A box that waits for the password of admin. */
export interface FirstRunSource {
	readonly pending: boolean;
	/**
	 * Sets the password, if nobody has before.
	 * @returns whether it was this one.
	 * @throws {BoxError} when it cannot be written.
	 */
	take(password: string, peer: string): boolean;
}
