import type { ListeningPlace } from "../../net/listening-place.ts";
import type { RunningRule, Translation } from "../../translate/translator.ts";
import type { Outcome } from "../../words/words.ts";

/** A line of facts: a subject and its state. */
export interface Fact {
	readonly name: string;
	/** In a word or two; `bad` when somebody should look after it. */
	readonly state?: Outcome;
	readonly text: string;
}

/** What the administrator is shown of the server; each is asked for when the page is opened. */
export interface AdminSource {
	listening(): readonly ListeningPlace[];
	/** Version, uptime, calls, registration, TLS, accounts, history. */
	facts(): readonly Fact[];
	/** The translation rules in their order. */
	rules(): readonly RunningRule[];
	translate(address: string): Translation;
	/** The last lines of the log, oldest first; undefined when nothing is logged at all. */
	log(): readonly string[] | undefined;
}
