/** The settings as an administrator thinks of them. */
export const AREAS = ["pbx", "phones", "web", "log", "limits", "boxes", "rest"] as const;

export type Area = (typeof AREAS)[number];

/** Repeated lines that have a page, by the name of the first. */
export const ROW_GROUPS = [
	"TranslationPattern",
	"SipAuthUser",
	"HttpUser",
	"HttpApiToken",
	"Webhook",
] as const;

export type RowGroup = (typeof ROW_GROUPS)[number];

export function isRowGroup(name: string): name is RowGroup {
	return ROW_GROUPS.some((group) => group === name);
}

export type RowField =
	| RowGroup
	| "TranslationOutput"
	| "SipAuthPassword"
	| "SipAuthRealm"
	| "HttpUserPassword"
	| "HttpUserPhone"
	| "HttpApiTokenName"
	| "HttpApiTokenPhone"
	| "WebhookSecret";

export interface RowTexts {
	readonly title: string;
	readonly explain: string;
	readonly add: string;
}

/** What the pages of the settings, the rules and their versions say. */
export interface SettingsTexts {
	readonly title: string;
	readonly explain: string;
	readonly areas: Readonly<Record<Area, string>>;
	/** Of values; those that are not here are the same in all languages. */
	readonly units: Readonly<Record<"days" | "lines", string>>;
	readonly standard: (value: string) => string;
	readonly nothing: string;
	readonly inForceNow: (value: string) => string;
	/** Of a secret. */
	readonly otherInForce: string;
	readonly restartMark: string;
	readonly secretSet: string;
	readonly secretNone: string;
	readonly on: string;
	readonly off: string;
	readonly save: string;
	readonly saved: string;
	/** @param names of settings. */
	readonly inForce: (names: string) => string;
	/** The running server has refused it; its reasons follow. */
	readonly notTaken: string;
	readonly unchanged: string;
	readonly problems: string;
	/** Somebody else has changed the file. */
	readonly changed: string;
	readonly failed: string;
	readonly waits: (names: string) => string;
	readonly confirm: string;
	readonly keep: string;
	readonly kept: string;
	/** @param names of settings and files. */
	readonly wentBack: (when: string, names: string) => string;
	/** That there is no set-up in the browser. */
	readonly closed: string;
	readonly needsAuth: string;
	/** What repeated lines are called, by the name of the first. */
	readonly groups: Readonly<Record<RowGroup, RowTexts>>;
	/** What their fields are called. */
	readonly fields: Readonly<Record<RowField, string>>;
	readonly rows: {
		readonly up: (row: number) => string;
		readonly down: (row: number) => string;
		readonly remove: (row: number) => string;
		readonly none: string;
		/** Of a secret that is set. @param told what may be told of it; empty for nothing. */
		readonly kept: (told: string) => string;
		/** That a secret is to be taken out. */
		readonly without: (field: string) => string;
		readonly onePerLine: string;
	};
	readonly rules: {
		readonly addresses: string;
		readonly test: string;
		readonly takenBy: (rule: number) => string;
		readonly notSaved: string;
	};
	readonly versions: {
		readonly title: string;
		readonly explain: string;
		readonly none: string;
		readonly when: string;
		readonly who: string;
		/** In the place of who. */
		readonly byItself: string;
		readonly what: string;
		readonly order: (name: string) => string;
		readonly comments: string;
		readonly back: string;
	};
}
