import type { ListeningPlace } from "../../net/listening-place.ts";
import type { RunningRule, Translation } from "../../translate/translator.ts";
import type { Language } from "../../words/texts.ts";
import type { Outcome } from "../../words/words.ts";

/** A line of facts: a subject and its state. */
export interface Fact {
	readonly name: string;
	/** In a word or two; `bad` when it needs attention. */
	readonly state?: Outcome;
	readonly text: string;
}

/** What the administration page shows of the server; read when the page is opened. */
export interface AdminSource {
	listening(): readonly ListeningPlace[];
	/** Version, uptime, calls, registration, TLS, accounts, history. */
	facts(language: Language): readonly Fact[];
	/** The translation rules in their order. */
	rules(): readonly RunningRule[];
	translate(address: string): Translation;
	/** The last lines of the log, oldest first; undefined when nothing is logged at all. */
	log(): readonly string[] | undefined;
}
