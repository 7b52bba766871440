import type { Area } from "../../words/settings/types.ts";

/** A translation rule as the page has it. */
export interface ShownRule {
	readonly pattern: string;
	readonly output: string;
	/** Where it is among the rules of the file, from 0; undefined for a new one. */
	readonly from?: number | undefined;
}

/** A setting as the page shows it. */
export interface ShownSetting {
	readonly name: string;
	/** One line, without full stop. */
	readonly help: string;
	readonly details: readonly string[];
	/** The value in force; empty for a secret. */
	readonly value: string;
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

/** Lines that are repeated, such as users: the page shows how many there are. */
export interface ShownGroup {
	readonly name: string;
	readonly help: string;
	readonly count: number;
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
}

/** What is to be changed. */
export interface SettingsChange {
	/** Of the file as the page had it; another one means that somebody else has changed it since. */
	readonly mark: string;
	/** New values by name; only those that were typed. */
	readonly values?: ReadonlyMap<string, string>;
	readonly rules?: readonly ShownRule[];
}

/** Something wrong with what was typed. */
export interface SettingsProblem {
	/** Absent when it belongs to none alone. */
	readonly setting?: string | undefined;
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
	rules(): readonly ShownRule[];
	/** Names of what has changed and needs a restart. */
	waitingForRestart(): readonly string[];
	/** @param who for the list of versions. */
	save(change: SettingsChange, who: string): Promise<SaveOutcome>;
	/** Tries rules that are not saved. @returns problems if they cannot be used. */
	tryRules(
		rules: readonly ShownRule[],
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
