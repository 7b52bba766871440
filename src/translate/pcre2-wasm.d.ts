/** The part of the untyped PCRE2 package that is used here. */
declare module "@stephen-riley/pcre2-wasm" {
	/** One group of a match; `start` is -1 when the group took no part. */
	interface Pcre2Group {
		readonly start: number;
		readonly end: number;
		readonly match: string;
		readonly name?: string;
	}

	class Pcre2 {
		static init(): Promise<void>;
		constructor(pattern: string, flags?: string);
		/** Throws an Error with PCRE2's negative number as `code` when the match cannot be finished. */
		match(subject: string): { readonly [group: number]: Pcre2Group } | null;
		getCaptureCount(): number;
		destroy(): void;
	}

	const module: typeof Pcre2 | { readonly default: typeof Pcre2 };
	// biome-ignore lint/style/noDefaultExport: it is how the package exports its class.
	export default module;
}
