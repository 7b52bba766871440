import type { SipFigures } from "../sip/sip-stack.ts";
import type { CallCounters } from "./call-counters.ts";
import type { EventLoopDelay } from "./event-loop-delay.ts";
import type { Histogram } from "./histogram.ts";

/** The state of one webhook. */
export interface WebhookFigures {
	/** Events by outcome. */
	readonly delivered: number;
	readonly failed: number;
	readonly dropped: number;
	/** Retries of events. */
	readonly retries: number;
	/** Events not delivered yet. */
	readonly waiting: number;
}

/** Where the numbers come from; functions are asked at each look. */
export interface MetricSources {
	readonly version: string;
	/** Empty when it is not known. */
	readonly commit: string;
	readonly calls: CallCounters;
	readonly openCalls: () => number;
	readonly sip: () => SipFigures;
	/** Undefined when it is switched off, as all of the following. */
	readonly xmlClients?: (() => number) | undefined;
	readonly httpClients?: (() => number) | undefined;
	/** Passwords and tokens that were wrong, and those that came too soon after others to be looked at. */
	readonly httpGuesses?: (() => { readonly wrong: number; readonly refused: number }) | undefined;
	/** Answers by the first digit of their status. */
	readonly httpAnswers?: (() => readonly number[]) | undefined;
	readonly history?: (() => { readonly waiting: number; readonly lost: number }) | undefined;
	/** Ports for RTP in use, and packets that were sent, or could not be. */
	readonly media?:
		| (() => { readonly ports: number; readonly packets: number; readonly unsent: number })
		| undefined;
	/** Calls of the processes before this one. */
	readonly restoration?:
		| (() => {
				readonly restored: number;
				readonly probed: number;
				readonly freed: number;
				readonly unusable: number;
		  })
		| undefined;
	/** The file of the calls in progress; lag in seconds. */
	readonly state?: (() => { readonly waiting: number; readonly lag: number }) | undefined;
	/** Several boxes; undefined for a box alone. Lags in seconds. */
	readonly cluster?:
		| (() => {
				/** Since when the others are not seen, in milliseconds since 1970. */
				readonly lostSince: number | undefined;
				readonly boxes: readonly { readonly name: string; readonly alive: boolean; readonly calls: number }[];
				readonly takeOvers: number;
				readonly fenced: number;
				readonly registrar: string | undefined;
				readonly lag: number;
				readonly heardLag: number;
				/** How long commands took, in seconds. */
				readonly commands: Histogram;
		  })
		| undefined;
	/** Whether the registrar has a binding. */
	readonly registered?: (() => boolean) | undefined;
	readonly webhooks?: (() => readonly WebhookFigures[]) | undefined;
	readonly loop: EventLoopDelay;
	/** The certificates in use, and when they end, in seconds since 1970. */
	readonly certificates?: (() => readonly { readonly use: string; readonly until: number }[]) | undefined;
}
