import type { CallEnder } from "../call/events.ts";
import type { ToneName } from "../call/tone.ts";
import type { CallWay, LegName } from "../call/types.ts";
import type { HistoryState } from "../history/types.ts";
import type { LegState } from "../live/types.ts";
import type { OutcomeWords } from "./words.ts";

/** The languages of the pages, by their two letters (ISO 639-1). */
export const LANGUAGES = ["en", "de", "fr", "es"] as const;

export type Language = (typeof LANGUAGES)[number];

/** What can be wrong with a field of the form. */
export type FieldFault = "missing" | "repeated" | "empty" | "encoding" | "space" | "choice";

/** The two addresses of a call, and whether it is anchored. */
export type CallField = "initiator" | "destination" | "anchor";

/** The sections of the pages. */
export type Section = "calls" | "history" | "admin";

/** Columns of the tables, and names of facts. */
export interface Labels {
	readonly time: string;
	readonly from: string;
	readonly to: string;
	readonly result: string;
	readonly duration: string;
	readonly again: string;
	readonly way: string;
	readonly requestedBy: string;
	readonly started: string;
	readonly connected: string;
	readonly handedOver: string;
	readonly code: string;
	readonly after: string;
	readonly what: string;
	readonly day: string;
	readonly calls: string;
	readonly answered: string;
	readonly rate: string;
	readonly refused: string;
	/** One of several servers. */
	readonly box: string;
}

/**
 * Every text of the pages in one language. A language that lacks one does not compile. Names of parameters and
 * settings, and what the log says, are the same in all languages.
 */
export interface Texts {
	readonly language: Language;
	/** The language's name in itself. */
	readonly name: string;
	/** For dates and numbers by Intl. */
	readonly locale: string;
	readonly sections: Readonly<Record<Section, string>>;
	readonly skip: string;
	readonly pages: string;
	readonly languageChoice: string;
	readonly unsent: string;
	readonly lost: string;
	readonly labels: Labels;

	readonly place: string;
	readonly yourPhone: string;
	readonly whom: string;
	readonly follow: string;
	readonly followHint: string;
	readonly call: string;
	readonly telHandler: string;
	readonly telHandlerHint: string;
	readonly inProgress: string;
	readonly recent: string;
	readonly recentTable: string;
	/** Of several servers: `lostSince`, a time, and what is shown without the others. */
	readonly cluster: {
		readonly onBox: (name: string) => string;
		readonly lostSince: string;
		readonly onlyOwn: string;
		readonly asItWas: string;
	};
	readonly noneInProgress: string;
	readonly noneYet: string;
	readonly callsInProgress: (count: number) => string;
	readonly hangUp: string;
	/** Two addresses, such as in a title. */
	readonly fromTo: (from: string, to: string) => string;
	readonly startedAt: string;
	readonly connectedAt: string;
	readonly details: string;
	readonly ringsOn: string;
	readonly callAgain: string;
	readonly callBack: string;
	readonly theCall: string;
	readonly another: string;
	readonly confirm: string;
	readonly callThis: (to: string) => string;
	readonly callOver: (outcome: string) => string;
	readonly connectedNow: string;

	readonly legStates: Readonly<Record<LegState, string>>;
	readonly tones: Readonly<Record<ToneName, string>>;
	readonly and: string;
	readonly enders: Readonly<Record<CallEnder, string>>;
	readonly legs: Readonly<Record<LegName, string>>;
	readonly outcomes: OutcomeWords;
	readonly interrupted: string;

	readonly notPlaced: string;
	readonly problem: (field: CallField, fault: FieldFault) => string;
	readonly cannotBeCalled: (name: "initiator" | "destination", address: string, reason: string) => string;
	readonly noRule: string;
	readonly notOwnPhone: (phones: string, initiator: string) => string;
	readonly linkMissing: (parameter: string) => string;
	readonly linkTooLong: (parameter: string, most: number) => string;
	readonly linkSpace: (parameter: string) => string;
	readonly noSuchCall: string;
	readonly noSuchCallText: string;
	readonly tooLongAgo: string;
	readonly passwordRequired: string;
	readonly adminOnly: string;
	readonly wrongPasswords: string;
	/** Why a call is not placed that could be placed at another time. */
	readonly noMoreCalls: string;
	readonly passwordText: string;
	readonly notPossible: string;

	readonly lastDays: (count: number) => string;
	readonly days: (count: number) => string;
	readonly chartDays: string;
	readonly callsPerDay: string;
	readonly answered: string;
	readonly notAnswered: string;
	readonly answerRate: string;
	readonly ofDaysCalls: string;
	readonly answerRatePerDay: string;
	readonly atMost: (count: string) => string;
	readonly noRates: string;
	readonly tableHasAll: string;
	readonly asTable: string;
	readonly callCount: (count: number) => string;
	readonly answeredCount: (count: string) => string;
	readonly refusedCount: (count: number) => string;

	readonly search: string;
	readonly searchButton: string;
	readonly allCalls: string;
	readonly searchLabels: Readonly<Record<"text" | "result" | "way" | "from" | "to", string>>;
	readonly resultClasses: Readonly<Record<2 | 3 | 4 | 5 | 6, string>>;
	readonly ways: Readonly<Record<CallWay, string>>;
	readonly any: string;
	readonly badSearch: string;
	readonly theAddress: string;
	readonly expected: (what: string) => string;
	readonly aDay: string;
	readonly laterDay: string;
	readonly characters: (most: number) => string;
	readonly or: string;
	readonly download: string;
	readonly withSeparator: Readonly<Record<"comma" | "semicolon", string>>;
	readonly noneFound: string;
	readonly noneHere: string;
	readonly pagesOfCalls: string;
	readonly callTable: string;
	readonly newest: string;
	readonly newer: string;
	readonly older: string;
	readonly serverZone: (zone: string) => string;
	readonly localZone: (zone: string) => string;
	readonly noHistory: string;
	readonly noHistoryText: string;
	readonly unreadable: string;
	readonly noSuchPage: string;

	readonly watch: string;
	readonly whatHappened: string;
	readonly noSteps: string;
	readonly placedBy: (who: string) => string;
	readonly refusedFor: (who: string) => string;
	readonly at: string;
	readonly historyStates: Readonly<Record<HistoryState, string>>;
	readonly accepted: string;
	readonly resultIs: (code: number) => string;
	readonly rings: Readonly<Record<LegName, string>>;
	readonly notReported: string;
	readonly hasAnswered: Readonly<Record<LegName, string>>;
}
