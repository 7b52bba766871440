/** What the administration page says of the registration at a registrar. */
export interface RegistrationTexts {
	readonly name: string;
	readonly off: string;
	readonly registered: string;
	/** @param next what comes then. */
	readonly until: (time: string, next: string) => string;
	readonly refreshing: string;
	readonly refreshedAt: (time: string) => string;
	readonly ended: string;
	readonly stopping: string;
	readonly asking: string;
	readonly nextTry: (time: string) => string;
	readonly underWay: string;
	readonly notRegistered: string;
	/** @param answer status and reason. @param local whether nobody has answered. */
	readonly failed: (time: string, answer: string, local: boolean) => string;
	readonly closed: string;
	/** Another box registers, in a word or two; which one; that it is not known which one. */
	readonly elsewhere: string;
	readonly byBox: (name: string) => string;
	readonly byNobody: string;
}

/** What it says of certificates and of the ports that need them. */
export interface CertificateTexts {
	readonly open: string;
	readonly closed: string;
	readonly port: (port: number) => string;
	readonly none: (domain: string, place: string) => string;
	readonly pages: (port: number) => string;
	readonly xml: (port: number) => string;
	readonly expired: string;
	readonly notYet: string;
	readonly notFor: (domain: string) => string;
	readonly expiresSoon: string;
	readonly nobody: string;
	/** @param left how long it is still valid; undefined when it no longer is. */
	readonly describe: (names: string, end: string, left: string | undefined) => string;
	readonly fingerprint: (digits: string) => string;
}

/** What it says of the files of calls. */
export interface FileTexts {
	readonly state: string;
	readonly noState: string;
	readonly stateHolds: (file: string, calls: number, ended: number) => string;
	readonly history: string;
	/** @param days 0 for all. */
	readonly historyHolds: (file: string, days: number) => string;
	readonly waiting: (count: number) => string;
	readonly missing: (count: number) => string;
	readonly notWritten: string;
	readonly seeLog: string;
}

/** What it says of several boxes. */
export interface ClusterTexts {
	readonly name: string;
	readonly notSeen: string;
	/** @param since when it was lost. */
	readonly goesOn: (since: string) => string;
	readonly box: (name: string) => string;
	readonly alive: string;
	readonly gone: string;
	/** @param up how long it has run. */
	readonly describe: (address: string, version: string, up: string, calls: number) => string;
}

/** Every text of the administration page in one language. Names of settings, and what the log says, are the same in all. */
export interface AdminTexts {
	readonly title: string;
	readonly server: string;
	readonly rules: string;
	readonly log: string;
	readonly reload: string;
	readonly listensFor: string;
	/** @param place an address with a port, or {@link anywhere}. */
	readonly listensAt: (name: string, protocol: string, place: string) => string;
	readonly anywhere: (port: number) => string;
	readonly noRules: string;
	readonly ruleTable: string;
	readonly order: string;
	readonly pattern: string;
	readonly output: string;
	readonly engine: string;
	readonly where: string;
	readonly noLog: string;
	readonly emptyLog: string;
	readonly lastLines: string;
	readonly tryAddress: string;
	readonly tryIt: string;
	/** Before and after what the rules see. */
	readonly cleaned: readonly [before: string, after: string];
	readonly isCalled: string;
	readonly byRule: string;
	readonly isRefused: string;
	/** Before the place of a rule, and before what it makes. */
	readonly ruleMakes: readonly [before: string, after: string];
	readonly cannotBeTried: string;
	readonly tooLong: (most: number) => string;
	readonly spaceFirst: string;
	readonly version: string;
	readonly upFor: string;
	readonly since: (time: string, start: string) => string;
	readonly days: (count: number) => string;
	readonly calls: string;
	readonly stopping: string;
	readonly inProgress: (count: number, limits: string) => string;
	readonly atMost: (count: number) => string;
	readonly anyNumber: string;
	readonly perSecond: (count: number) => string;
	readonly anyPerSecond: string;
	readonly callsAs: string;
	readonly through: string;
	readonly accounts: string;
	readonly none: string;
	readonly off: string;
	readonly contacts: string;
	readonly cluster: ClusterTexts;
	/** @param setting `HistoryFile is empty`, for example: name and value. */
	readonly settingIs: (setting: string, value: number) => string;
	readonly registration: RegistrationTexts;
	readonly certificates: CertificateTexts;
	readonly files: FileTexts;
}
