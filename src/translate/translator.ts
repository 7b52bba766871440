import { LimitedLog } from "../log/limited-log.ts";
import type { Logger } from "../log/logger.ts";
import { asTyped, type NumberCleaner } from "../numbers/number-cleaner.ts";
import { RecentMap } from "../recent-map.ts";
import { systemClock } from "../time/system-clock.ts";
import { expandOutput, type OutputTemplate } from "./output-template.ts";
import { ruleWarnings } from "./rule-warnings.ts";
import { isPlainSipUri, parseSipAddress } from "./sip-uri.ts";
import {
	type Captures,
	type CompiledPattern,
	EngineFailure,
	type EngineName,
	MatchLimitError,
	type TranslationRule,
} from "./types.ts";

/** Longest address that rules are tried on, in characters: this limits the engines' cost. */
const MAX_ADDRESS_LENGTH = 512;

/** Why an address is refused that no rule takes. */
export const NO_RULE = "no translation rule matches it";

/** A rule that is ready to be tried. */
export interface CompiledRule {
	readonly rule: TranslationRule;
	readonly pattern: CompiledPattern;
	readonly output: OutputTemplate;
}

/** A rule as it runs. */
export interface RunningRule extends TranslationRule {
	readonly engine: EngineName;
}

/** Why an address has no URI. */
export type TranslationFailureCode = "no-rule" | "invalid-address" | "invalid-uri";

/** The result of translating one address. */
export type Translation =
	| {
			readonly ok: true;
			/** What the rules got. */
			readonly cleaned: string;
			readonly uri: string;
			readonly rule: RunningRule;
	  }
	| {
			readonly ok: false;
			readonly code: TranslationFailureCode;
			/** One line for people, without the address. */
			readonly reason: string;
			/** What the rules got; absent if they were not asked. */
			readonly cleaned?: string;
			/** The rule that matched, and its output; absent if none matched. */
			readonly rule?: RunningRule;
			readonly output?: string;
	  };

/** The result of translating the two addresses of a request. */
export type PairTranslation =
	| { readonly ok: true; readonly initiator: string; readonly destination: string }
	| {
			readonly ok: false;
			/** The text of the code 400 result. */
			readonly reason: string;
			/** The addresses that have no URI. */
			readonly refused: readonly RefusedAddress[];
	  };

/** One of the two addresses of a request that has no URI, and why. */
export interface RefusedAddress {
	readonly name: "initiator" | "destination";
	/** As it was typed, truncated if very long. */
	readonly address: string;
	/** One line for people, without the address. */
	readonly reason: string;
}

type Match = { readonly entry: CompiledRule; readonly captures: Captures };

/** Addresses whose translations are remembered. */
const MAX_KNOWN = 500;

/**
 * Turns addresses as people type them into SIP URIs: cleans numbers, then applies the first rule that
 * matches.
 */
export class Translator {
	readonly #logger: Logger;
	/** Rules that gave up, with their logs: they do so as often as somebody sends such an address. */
	readonly #givenUp = new WeakMap<CompiledRule, LimitedLog>();
	readonly #fallback: (pattern: string) => Promise<CompiledPattern>;
	#clean: NumberCleaner;
	#entries: readonly CompiledRule[];
	/** Translations of the latest addresses. */
	readonly #known = new RecentMap<Translation>(MAX_KNOWN);
	#recovering = false;

	/**
	 * @param fallback compiles a pattern for the other engine, when the one it runs on breaks down
	 * @param clean turns an address into what the rules get
	 * @see compileRules, which creates translators
	 */
	constructor(
		entries: readonly CompiledRule[],
		logger: Logger,
		fallback: (pattern: string) => Promise<CompiledPattern>,
		clean: NumberCleaner = asTyped,
	) {
		this.#entries = entries;
		this.#logger = logger.child({ part: "translate" });
		this.#fallback = fallback;
		this.#clean = clean;
	}

	/** The rules in order, each with the engine it runs on. */
	get rules(): readonly RunningRule[] {
		return this.#entries.map(running);
	}

	/** Probable mistakes in usable rules, one line each, with file and line. */
	get warnings(): readonly string[] {
		return this.#entries.flatMap(({ rule, output }) => ruleWarnings(rule, output));
	}

	/** Translates one address; never throws. */
	translate(address: string): Translation {
		const known = this.#known.get(address);
		if (known) return known;
		const translation = this.#apply(address);
		// The same phones call and are called again and again.
		if (translation.ok) this.#known.set(address, translation);
		return translation;
	}

	#apply(address: string): Translation {
		const flaw = addressFlaw(address);
		if (flaw !== undefined) return { ok: false, code: "invalid-address", reason: flaw };
		const cleaned = this.#clean(address);
		const match = this.#firstMatch(cleaned);
		if (!match) return { ok: false, code: "no-rule", cleaned, reason: NO_RULE };
		const rule = running(match.entry);
		const output = expandOutput(match.entry.output, match.captures);
		if (isPlainSipUri(output)) return { ok: true, cleaned, uri: output, rule };
		const result = parseSipAddress(output);
		if (result.ok) return { ok: true, cleaned, uri: result.uri.text, rule };
		return {
			ok: false,
			code: "invalid-uri",
			cleaned,
			reason: `the rule's result is not a SIP URI: ${result.reason}`,
			rule,
			output,
		};
	}

	/** Translates both addresses of a request, or says in the C++ server's words why that is impossible. */
	translatePair(initiator: string, destination: string): PairTranslation {
		const first = this.translate(initiator);
		const second = this.translate(destination);
		if (first.ok && second.ok) return { ok: true, initiator: first.uri, destination: second.uri };
		const refused = [
			...refusedAs("initiator", initiator, first),
			...refusedAs("destination", destination, second),
		];
		if (isCode(first, "no-rule") || isCode(second, "no-rule")) {
			const typed = [initiator, destination].map(shorten);
			return {
				ok: false,
				reason: `No translation rule for either initiator ${typed[0]} or destination ${typed[1]}`,
				refused,
			};
		}
		const flaws = refused.map(({ name, reason }) => `${name}: ${reason}`);
		return {
			ok: false,
			refused,
			reason: `Invalid URI format in initiator ${both(initiator, first)} or destination ${both(destination, second)}: ${flaws.join("; ")}`,
		};
	}

	/**
	 * Takes over the rules and the cleaner of another translator, which has no rules afterwards; frees its
	 * own.
	 */
	takeOver(other: Translator): void {
		const old = this.#entries;
		this.#entries = other.#entries;
		this.#clean = other.#clean;
		other.#entries = [];
		this.#known.clear();
		other.#known.clear();
		for (const { pattern } of old) pattern.dispose();
	}

	/** Frees the engines' memory; nothing matches afterwards. */
	dispose(): void {
		for (const { pattern } of this.#entries) pattern.dispose();
		this.#entries = [];
		this.#known.clear();
	}

	#firstMatch(address: string): Match | undefined {
		for (const entry of this.#entries) {
			try {
				const captures = entry.pattern.search(address);
				if (captures) return { entry, captures };
			} catch (error) {
				if (error instanceof MatchLimitError) {
					this.#gaveUp(entry, error);
					continue;
				}
				// A later rule must not handle what this one would have handled.
				this.#logger.crit(() => `${place(entry)}: ${String(error)}; the address is refused`);
				if (error instanceof EngineFailure) void this.#recover(entry.pattern.engine);
				return undefined;
			}
		}
		return undefined;
	}

	#gaveUp(entry: CompiledRule, error: MatchLimitError): void {
		const log = this.#givenUp.get(entry) ?? new LimitedLog(this.#logger, systemClock);
		this.#givenUp.set(entry, log);
		log.warning(() => `${place(entry)}: the rule ${error.message} on an address; it counts as no match`);
	}

	/** Moves the rules of a broken engine to the other one; never rejects. */
	async #recover(engine: EngineName): Promise<void> {
		if (this.#recovering) return;
		this.#recovering = true;
		const old = this.#entries;
		const entries: CompiledRule[] = [];
		try {
			for (const entry of old) {
				if (entry.pattern.engine !== engine) entries.push(entry);
				else entries.push({ ...entry, pattern: await this.#fallback(entry.rule.pattern) });
			}
			// Other rules have come meanwhile, or the translator was disposed of.
			if (this.#entries !== old) {
				for (const entry of entries) if (!old.includes(entry)) entry.pattern.dispose();
				return;
			}
			this.#entries = entries;
			this.#logger.warning(`the rules of ${engine} now run on PCRE2`);
		} catch (error) {
			this.#logger.crit(() => `the rules of ${engine} cannot be moved to PCRE2: ${String(error)}`);
		} finally {
			this.#recovering = false;
		}
	}
}

const runningRules = new WeakMap<CompiledRule, RunningRule>();

function running(entry: CompiledRule): RunningRule {
	const known = runningRules.get(entry);
	if (known) return known;
	const rule = { ...entry.rule, engine: entry.pattern.engine };
	runningRules.set(entry, rule);
	return rule;
}

function place({ rule }: CompiledRule): string {
	return `${rule.file}:${rule.line}`;
}

/** Why no rule may see the address, or undefined. */
function addressFlaw(address: string): string | undefined {
	if (address.length > MAX_ADDRESS_LENGTH) return `it is longer than ${MAX_ADDRESS_LENGTH} characters`;
	// The engines end a line or a string at these, each in its own way.
	if (/[\r\n\0]/.test(address)) return "it holds CR, LF or NUL";
	return address.isWellFormed() ? undefined : "it holds half a character";
}

function isCode(translation: Translation, code: TranslationFailureCode): boolean {
	return !translation.ok && translation.code === code;
}

function refusedAs(
	name: RefusedAddress["name"],
	typed: string,
	translation: Translation,
): readonly RefusedAddress[] {
	return translation.ok ? [] : [{ name, address: shorten(typed), reason: translation.reason }];
}

/** `translated(typed)`, as the C++ server writes an address that it cannot use. */
function both(typed: string, translation: Translation): string {
	const translated = translation.ok ? translation.uri : (translation.output ?? "");
	return `${shorten(translated)}(${shorten(typed)})`;
}

/** An address of any length and content, made fit for one line. */
function shorten(text: string): string {
	const short = text.length > MAX_ADDRESS_LENGTH ? `${text.slice(0, MAX_ADDRESS_LENGTH)}…` : text;
	return short.replace(/[\r\n\0]/g, " ");
}
