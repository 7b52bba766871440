/** The settings as an administrator thinks of them. */
export const AREAS = ["pbx", "phones", "web", "log", "limits", "boxes", "rest"] as const;

export type Area = (typeof AREAS)[number];

/** What the pages of the settings, the rules and their versions say. */
export interface SettingsTexts {
	readonly title: string;
	readonly explain: string;
	readonly areas: Readonly<Record<Area, string>>;
	readonly standard: (value: string) => string;
	readonly nothing: string;
	readonly restartMark: string;
	readonly secretSet: string;
	readonly secretNone: string;
	readonly repeated: (name: string, count: number) => string;
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
	readonly needsAuth: string;
	readonly rules: {
		readonly title: string;
		readonly explain: string;
		readonly pattern: string;
		readonly output: string;
		readonly up: (rule: number) => string;
		readonly down: (rule: number) => string;
		readonly remove: (rule: number) => string;
		readonly add: string;
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
		readonly comments: string;
		readonly back: string;
	};
}
