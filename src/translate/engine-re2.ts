import type { RE2 } from "re2-wasm";
import { plainSearch } from "./plain-pattern.ts";
import { type Captures, type CompiledPattern, EngineFailure, PatternError } from "./types.ts";

/** Private members of the package that we need: group names, and freeing what its heap holds. */
interface Re2Internals {
	readonly namedGroups: Readonly<Record<string, number>>;
	readonly wrapper: { delete(): void };
}

/**
 * The package rewrites `(?<` to `(?P<` everywhere, even inside a character class, where it is four characters
 * to match. Such a pattern is left to PCRE2.
 */
const NAME_SYNTAX_IN_CLASS = /\[[^\]]*\(\?</;

/**
 * RE2's heap is 16 MiB and exhausting it breaks every RE2 pattern: patterns beyond this number go to PCRE2.
 */
const MAX_PATTERNS = 1000;
const MAX_PATTERN_LENGTH = 2000;

let livePatterns = 0;
/** Set once the heap is exhausted: from then on the engine answers nothing until the process ends. */
let broken = false;

function internals(re: RE2): Re2Internals {
	return re as unknown as Re2Internals;
}

/**
 * Compiles a pattern on RE2, which matches in linear time.
 *
 * @throws {PatternError} if RE2 cannot express the pattern or has no room for it
 */
export async function compileRe2(pattern: string): Promise<CompiledPattern> {
	if (broken) throw new PatternError("RE2 has run out of memory");
	if (livePatterns >= MAX_PATTERNS) throw new PatternError(`more than ${MAX_PATTERNS} patterns`);
	if (pattern.length > MAX_PATTERN_LENGTH) throw new PatternError(`over ${MAX_PATTERN_LENGTH} characters`);
	if (NAME_SYNTAX_IN_CLASS.test(pattern)) throw new PatternError("(?< inside a character class");
	// Loading it costs 32 ms, which a server without rules can save.
	const { RE2 } = await import("re2-wasm");
	const compile = (text: string): RE2 => {
		try {
			return new RE2(text, "u");
		} catch (error) {
			broken ||= !(error instanceof SyntaxError);
			throw new PatternError(String(error instanceof Error ? error.message : error), { cause: error });
		}
	};
	const re = compile(pattern);
	// An empty alternative in front matches at once and reveals all groups.
	const probe = compile(`|${pattern}`);
	const count = (probe.exec("")?.length ?? 1) - 1;
	internals(probe).wrapper.delete();
	const names = new Map(Object.entries(internals(re).namedGroups).map(([name, group]) => [name, [group]]));
	livePatterns++;
	let disposed = false;
	const search = (subject: string): Captures | null => {
		try {
			return re.exec(subject);
		} catch (error) {
			broken = true;
			throw new EngineFailure("RE2 has run out of memory", { cause: error });
		}
	};
	return {
		engine: "RE2",
		groups: { count, names },
		search: plainSearch(pattern, search) ?? search,
		dispose: () => {
			if (disposed) return;
			disposed = true;
			livePatterns--;
			if (!broken) internals(re).wrapper.delete();
		},
	};
}
