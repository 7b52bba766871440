import type { SettingPlace } from "./problem.ts";
import type { ValueType } from "./value-type.ts";

/** The headings under which settings are shown, in their order. */
export const SETTING_SECTIONS = [
	"SIP",
	"Calls",
	"Log",
	"History",
	"XML and HTTP interfaces",
	"Several boxes",
	"Address translation",
] as const;

export type SettingSection = (typeof SETTING_SECTIONS)[number];

/** What defaults may depend on. */
export interface Machine {
	/** The machine's host name. */
	readonly hostName: string;
}

/** An option of the command line that sets a setting. */
export interface SettingOption {
	/** With its hyphen. */
	readonly option: string;
	/** The value it stands for; absent when the next argument is the value. */
	readonly sets?: string;
}

interface Described {
	readonly section: SettingSection;
	/** One line for the help, without full stop. */
	readonly help: string;
	/** More lines for the sample file. */
	readonly details?: readonly string[];
	/** Whether a running server takes it over on a reload; if not, it needs a restart. */
	readonly live?: boolean;
}

/** What a declaration says of that: the compiler knows which settings are live. */
interface Live<L extends boolean> {
	readonly live?: L;
}

/**
 * What a path names: a file or the folder of certificates that the server reads, which belong to its set-up, or a file
 * that it writes itself, which does not.
 */
export type NamedPath = "file read" | "certificate folder" | "file written";

/** A setting that has one value; later ones replace it. */
export interface SingleSetting<T> extends Described {
	readonly kind: "single";
	/** As in the C++ server's manual. */
	readonly name: string;
	/** Other names that files use. */
	readonly aliases?: readonly string[];
	readonly type: ValueType<T>;
	/** May depend on the machine; `defaultText` then says how. */
	readonly default: NoInfer<T> | ((machine: Machine) => NoInfer<T>);
	readonly defaultText?: string;
	/** An empty value is the default. */
	readonly emptyIsDefault?: boolean;
	readonly options?: readonly SettingOption[];
	/** Of a number. */
	readonly unit?: string;
	/** What the value names, if it is a path. */
	readonly path?: NamedPath;
	/** Its value is never shown. */
	readonly secret?: boolean;
	/** Text in the sample file, where it differs from the default. */
	readonly sample?: string;
	/** Shown, commented out, in the sample file instead of a default that depends on the machine. */
	readonly example?: string;
}

/** One setting of a group. */
export interface GroupField<T> {
	readonly name: string;
	readonly type: ValueType<T>;
	/** Value when it is left out; absent when it must be there. The first field must be there always. */
	readonly default?: T;
	/** Set when it may be repeated inside its group: `any` number of times, or `some`, once at least. */
	readonly many?: "any" | "some";
	readonly secret?: boolean;
	/** What may be told of a secret as it is written, so that people know which one it is. */
	readonly shown?: (written: string) => string;
	readonly help: string;
}

type Fields = Readonly<Record<string, GroupField<unknown>>>;

/**
 * Settings that belong together and may be repeated together, in order. Each first field begins a group;
 * the fields that follow belong to it.
 */
export interface GroupSetting<F extends Fields> extends Described {
	readonly kind: "group";
	readonly fields: F;
	/** Set when it counts which one is the first. */
	readonly ordered?: true;
	/** Lines of the sample file. */
	readonly sample: readonly string[];
}

/** One group as it was written, with the place of its first field. */
export type GroupValue<F extends Fields> = {
	readonly [K in keyof F]: F[K] extends GroupField<infer T>
		? F[K] extends { readonly many: string }
			? readonly T[]
			: T
		: never;
} & SettingPlace;

/** Any entry of the table, its types forgotten. */
export type AnySetting = SingleSetting<unknown> | GroupSetting<Fields>;

/** The value that an entry of the table gives. */
export type SettingValue<S> =
	S extends SingleSetting<infer T> ? T : S extends GroupSetting<infer F> ? readonly GroupValue<F>[] : never;

/** Declares a setting with one value. */
export function single<T, const L extends boolean = false>(
	setting: Omit<SingleSetting<T>, "kind"> & Live<L>,
): SingleSetting<T> & Live<L> {
	return { kind: "single", ...setting };
}

/** Declares settings that are repeated together. */
export function group<const F extends Fields, const L extends boolean = false>(
	setting: Omit<GroupSetting<F>, "kind"> & Live<L>,
): GroupSetting<F> & Live<L> {
	return { kind: "group", ...setting };
}
