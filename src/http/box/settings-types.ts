import type { Area } from "../../words/settings/types.ts";

/** A group of lines, such as a rule or a user, as the pages have it. */
export interface ShownRow {
	/** By the name of the field; of a secret only what was typed. */
	readonly values: Readonly<Record<string, readonly string[]>>;
	/** Where it is among those of the file, from 0; undefined for a new one. */
	readonly from?: number | undefined;
	/** What may be told of the secrets that are set, by the name of the field. */
	readonly secrets?: Readonly<Record<string, string>>;
	/** Names of the secrets that are to be taken out. */
	readonly without?: readonly string[];
}

/** A field of a group of lines. */
export interface ShownField {
	readonly name: string;
	/** One line, without full stop. */
	readonly help: string;
	readonly expected: string;
	readonly required: boolean;
	/** Whether it may be repeated. */
	readonly many: boolean;
	readonly secret: boolean;
	/** Whether it is not shown while it is typed either. */
	readonly hidden: boolean;
}

/** A setting as the page shows it. */
export interface ShownSetting {
	readonly name: string;
	/** One line, without full stop. */
	readonly help: string;
	readonly details: readonly string[];
	/** The value in the file; empty for a secret. */
	readonly value: string;
	/** The value that the server runs with, if it is another one; empty for a secret. */
	readonly inForce?: string;
	/** As text. */
	readonly default: string;
	readonly expected: string;
	/** The words that it may be, if it is one of a few. */
	readonly choices?: readonly string[];
	readonly unit?: string;
	/** For a secret: whether there is one. */
	readonly secret?: "set" | "not set";
	/** Whether a change needs a restart. */
	readonly needsRestart: boolean;
}

/** Lines that are repeated, such as users; they have pages of their own. */
export interface ShownGroup {
	/** Of its first field. */
	readonly name: string;
	/** One line, without full stop. */
	readonly help: string;
	readonly details: readonly string[];
	/** How many there are in the file. */
	readonly count: number;
	/** Whether it counts which one is the first. */
	readonly ordered: boolean;
	readonly needsRestart: boolean;
	readonly fields: readonly ShownField[];
}

export interface ShownArea {
	readonly area: Area;
	readonly settings: readonly ShownSetting[];
	readonly groups: readonly ShownGroup[];
}

/** Who a change is by that went back since nobody had confirmed it. */
export const BY_ITSELF = "by itself";

/** A change before which the file is kept. */
export interface ShownVersion {
	readonly id: number;
	/** Milliseconds since 1970. */
	readonly at: number;
	readonly who: string;
	readonly what: readonly string[];
	/** Names of repeated lines that stand in another order. */
	readonly order?: readonly string[];
}

/** What is to be changed. */
export interface SettingsChange {
	/** Of the file as the page had it; another one means that somebody else has changed it since. */
	readonly mark: string;
	/** New values by name; only those that were typed. */
	readonly values?: ReadonlyMap<string, string>;
	/** All groups of lines of one name. */
	readonly rows?: { readonly group: string; readonly rows: readonly ShownRow[] };
}

/** Something wrong with what was typed. */
export interface SettingsProblem {
	/** Absent when it belongs to none alone. */
	readonly setting?: string | undefined;
	/** Which of the rows it is about, from 0. */
	readonly row?: number | undefined;
	readonly message: string;
}

/** A change that is in the file. */
export interface SavedOutcome {
	readonly kind: "saved";
	/** What the server has taken over. */
	readonly live: readonly string[];
	/** What waits for a restart. */
	readonly restart: readonly string[];
	/** Why the running server keeps what it has; absent when it has taken it over. */
	readonly notTaken?: readonly string[];
}

/** What became of a change. */
export type SaveOutcome =
	| SavedOutcome
	| { readonly kind: "refused"; readonly problems: readonly SettingsProblem[] }
	/** Somebody else has changed the file. */
	| { readonly kind: "changed" }
	| { readonly kind: "nothing" }
	/** The file system does not take it; the message is of the system. */
	| { readonly kind: "failed"; readonly message: string };

/** What became of an address that was tried on rules. */
export interface TriedAddress {
	readonly address: string;
	/** The URI, or why there is none. */
	readonly text: string;
	readonly ok: boolean;
	/** Index of the rule that took it. */
	readonly rule: number | undefined;
}

/** The configuration file, as the pages of the settings need it. */
export interface SettingsSource {
	/** Identifies the file as it is now. */
	readonly mark: string;
	areas(): readonly ShownArea[];
	/** @param name of the first field. */
	group(name: string): ShownGroup | undefined;
	/** The groups of lines of one name in the file. */
	rows(group: string): readonly ShownRow[];
	/** Names of what has changed and needs a restart. */
	waitingForRestart(): readonly string[];
	/** @param who for the list of versions. */
	save(change: SettingsChange, who: string): Promise<SaveOutcome>;
	/** Tries rules that are not saved. @returns problems if they cannot be used. */
	tryRules(
		rules: readonly ShownRow[],
		addresses: readonly string[],
	): Promise<readonly TriedAddress[] | readonly SettingsProblem[]>;
	/** What has become of the last change since the server was started. */
	readonly lastSaved: SavedOutcome | undefined;
	/** The change that has gone back by itself, when nothing was changed since. */
	readonly wentBack: ShownVersion | undefined;
	versions(): readonly ShownVersion[];
	/** Makes the file what it was before a change. */
	goBack(id: number, who: string): Promise<SaveOutcome>;
	/** Until when a change waits to be confirmed, in milliseconds since 1970; undefined: none does. */
	readonly confirmUntil: number | undefined;
	confirm(): void;
	/** Gives a change that is being tried time for a restart. */
	beforeRestart(): void;
}
