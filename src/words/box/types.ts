/** What the pages say of trying an account at the PBX. */
export interface TrialTexts {
	readonly heading: string;
	readonly explain: string;
	readonly pbx: string;
	readonly pbxHint: string;
	readonly user: string;
	readonly password: string;
	/** Where a password is in force already. */
	readonly keptPassword: string;
	readonly realm: string;
	readonly realmHint: string;
	readonly tryIt: string;
	readonly save: string;
	/** In the first run. */
	readonly saveFirst: string;
	/** @param at protocol, address and port. */
	readonly registered: (at: string, seconds: number) => string;
	/** @param answer status and reason. */
	readonly refused: (at: string, answer: string) => string;
	readonly wrongPassword: (user: string, realm: string) => string;
	/** The PBX asked for a password, and there was none for its realm. */
	readonly noAccount: (realm: string) => string;
	readonly unknownUser: (user: string) => string;
	readonly noAnswer: (at: string) => string;
	readonly unreachable: (at: string, why: string) => string;
	readonly noAddress: (name: string, why: string) => string;
	readonly badPbx: string;
	readonly badUser: string;
	readonly badLine: string;
}

/** What the pages of a new box say. */
export interface FirstRunTexts {
	readonly title: string;
	readonly welcome: string;
	readonly password: string;
	readonly again: string;
	readonly set: string;
	readonly rule: (characters: number) => string;
	readonly tooShort: (characters: number) => string;
	readonly differ: string;
	readonly tooLate: string;
	readonly notOnLan: string;
	readonly waits: string;
	readonly isSet: string;
	readonly goOn: string;
	readonly step: (number: number, of: number) => string;
	readonly callTitle: string;
	readonly callText: string;
	readonly from: string;
	readonly to: string;
	readonly call: string;
	readonly skip: string;
}

/** What is wrong with a certificate, or with its key. */
export type CertificateFault =
	| "no certificate"
	| "binary"
	| "container"
	| "request"
	| "swapped"
	| "no key"
	| "locked key"
	| "expired"
	| "not yet"
	| "mismatch"
	| "order"
	| "unusable";

/** What the page of certificates says. */
export interface CertificatePageTexts {
	readonly title: string;
	readonly inUse: string;
	readonly none: string;
	readonly use: string;
	readonly names: string;
	readonly end: string;
	readonly file: string;
	readonly expired: string;
	readonly uses: Readonly<Record<"https" | "sip" | "authority", string>>;
	readonly upload: string;
	readonly explain: string;
	readonly certificate: string;
	readonly key: string;
	readonly keyHint: string;
	readonly put: string;
	readonly taken: (names: string, end: string) => string;
	/** What is wrong with what was uploaded; after a colon follows what it is about. */
	readonly faults: Readonly<Record<CertificateFault, string>>;
	readonly missing: string;
}

/** What the page of exporting and importing says. */
export interface TransferTexts {
	readonly title: string;
	readonly exportHeading: string;
	readonly exportText: string;
	readonly password: string;
	readonly again: string;
	readonly download: string;
	readonly importHeading: string;
	readonly importText: string;
	readonly file: string;
	readonly importPassword: string;
	readonly upload: string;
	readonly done: string;
	readonly faults: Readonly<
		Record<"not one" | "too new" | "damaged" | "password" | "refused" | "files", string>
	>;
	readonly nothingChanged: string;
	readonly missing: string;
}

/** What the page of updates says. */
export interface UpdateTexts {
	readonly title: string;
	readonly runs: (version: string) => string;
	readonly explain: string;
	readonly file: string;
	readonly upload: string;
	readonly version: string;
	readonly checksum: string;
	readonly signature: string;
	readonly unsigned: string;
	readonly is: Readonly<Record<"newer" | "older" | "the same", string>>;
	readonly older: string;
	readonly install: string;
	readonly refusedOlder: string;
	readonly gone: string;
	readonly fellBack: (version: string) => string;
	readonly back: (version: string) => string;
	readonly installed: string;
	readonly notHere: string;
	readonly missing: string;
}

/** The texts of the pages that set a box up, besides its settings. */
export interface BoxTexts {
	readonly pages: string;
	readonly account: string;
	readonly cannot: string;
	readonly saved: string;
	readonly restarting: string;
	readonly restartByHand: string;
	/** The pages are elsewhere after the restart; where, follows. */
	readonly moves: string;
	readonly restart: string;
	readonly needsRestart: string;
	readonly trial: TrialTexts;
	readonly firstRun: FirstRunTexts;
	readonly certificates: CertificatePageTexts;
	readonly transfer: TransferTexts;
	readonly update: UpdateTexts;
}
