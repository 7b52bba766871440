import {
	type Captures,
	type CompiledPattern,
	MatchLimitError,
	PatternError,
	type PatternGroups,
} from "./types.ts";

type Pcre2Class = Awaited<ReturnType<typeof loadPcre2>>;
type Pcre2 = InstanceType<Pcre2Class>;

/** Length of an address up to which it counts as short: as long as people type. */
const SHORT = 64;
/**
 * Steps of the matcher from one start position; each character is one. A long address gets fewer steps from
 * each, so that a runaway pattern ends after about a tenth of a second, whatever the address.
 */
const STEPS_OF_SHORT = 20_000;
const STEPS_OF_LONG = 2500;

/** PCRE2_ERROR_MATCHLIMIT, _NOMEMORY, _RECURSELOOP, _DEPTHLIMIT and _HEAPLIMIT of pcre2.h. */
const LIMIT_CODES: ReadonlySet<unknown> = new Set([-47, -48, -52, -53, -63]);

/**
 * What may close the bracket around a pattern: `\E` ends a `\Q` that was left open; the line break ends a
 * comment of the extended syntax, which ignores it otherwise. Anywhere else a line break would have to be
 * matched, so it is only the second choice.
 */
const CLOSINGS = ["\\E)", "\n)"] as const;

/** Loading it costs 25 ms and 5 MB, which a server whose rules all run on RE2 can save. */
async function loadPcre2() {
	const { default: module } = await import("@stephen-riley/pcre2-wasm");
	const Pcre2 = "default" in module ? module.default : module;
	await Pcre2.init();
	return Pcre2;
}

/**
 * Compiles a pattern on PCRE2, limiting the work of matching it.
 *
 * @throws {PatternError} if PCRE2 does not accept the pattern
 */
export async function compilePcre2(pattern: string): Promise<CompiledPattern> {
	const Pcre2 = await loadPcre2();
	// On its own first: a pattern such as `a)(b` must not become valid by being put in brackets.
	compile(Pcre2, pattern).destroy();
	const code = compileLimited(Pcre2, pattern, STEPS_OF_SHORT);
	/** Compiled for the first long address. */
	let codeOfLong: Pcre2 | undefined;
	const groups = groupsOf(Pcre2, pattern);
	return {
		engine: "PCRE2",
		groups,
		search: (subject) => {
			if (subject.length <= SHORT) return search(code, groups.count, subject, STEPS_OF_SHORT);
			codeOfLong ??= compileLimited(Pcre2, pattern, STEPS_OF_LONG);
			return search(codeOfLong, groups.count, subject, STEPS_OF_LONG);
		},
		dispose: () => {
			code.destroy();
			codeOfLong?.destroy();
		},
	};
}

function compile(Pcre2: Pcre2Class, pattern: string): Pcre2 {
	try {
		return new Pcre2(pattern);
	} catch (error) {
		throw new PatternError(error instanceof Error ? error.message : String(error), { cause: error });
	}
}

/** In brackets, a limit that the pattern sets itself, `(*LIMIT_MATCH=…)`, is a syntax error. */
function compileLimited(Pcre2: Pcre2Class, pattern: string, steps: number): Pcre2 {
	let failure: unknown;
	for (const closing of CLOSINGS) {
		try {
			return compile(Pcre2, `(*LIMIT_MATCH=${steps})(?:${pattern}${closing}`);
		} catch (error) {
			failure ??= error;
		}
	}
	throw failure;
}

/** An empty alternative in front matches at once and reveals all groups. */
function groupsOf(Pcre2: Pcre2Class, pattern: string): PatternGroups {
	const probe = compile(Pcre2, `|${pattern}`);
	const count = probe.getCaptureCount();
	const match = probe.match("");
	const names = new Map<string, number[]>();
	for (let group = 1; group <= count; group++) {
		const name = match?.[group]?.name;
		if (name === undefined) continue;
		const numbers = names.get(name);
		if (numbers) numbers.push(group);
		else names.set(name, [group]);
	}
	probe.destroy();
	return { count, names };
}

function search(code: Pcre2, groupCount: number, subject: string, steps: number): Captures | null {
	let match: ReturnType<Pcre2["match"]>;
	try {
		match = code.match(subject);
	} catch (error) {
		if (error instanceof Error && "code" in error && LIMIT_CODES.has(error.code)) {
			throw new MatchLimitError(`gave up after ${steps} steps`, { cause: error });
		}
		throw error;
	}
	if (!match) return null;
	const captures: (string | undefined)[] = [];
	for (let group = 0; group <= groupCount; group++) {
		const captured = match[group];
		captures.push(captured && captured.start >= 0 ? captured.match : undefined);
	}
	return captures;
}
