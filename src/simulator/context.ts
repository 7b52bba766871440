import type { HostPort } from "./addresses.ts";
import type { Behaviour } from "./behaviour.ts";
import type { Channel, PhoneProtocol } from "./channel.ts";
import type { ClientTransactions } from "./client-transactions.ts";
import type { LocalDescription } from "./local-description.ts";
import type { Speech } from "./speech.ts";
import type { PhoneTimers, TimerSet } from "./timers.ts";

/** What a phone tells about its calls; `media` follows every completed offer/answer exchange. */
export type PhoneEvent = "ringing" | "answered" | "media" | "ended";

/** How an outgoing call goes: the status of each response but 100, the final one last. */
export type ProgressListener = (status: number, reason: string) => void;

/** What to write into an outgoing INVITE beside its target. */
export interface DialOptions {
	/** User part of From and Contact. */
	readonly user?: string;
	/** More header lines, such as `Referred-By: …`. */
	readonly lines?: readonly string[];
	readonly behaviour?: Behaviour;
	readonly onProgress?: ProgressListener;
}

/** What the dialogs and transactions of a phone need of it. */
export interface PhoneContext {
	readonly clock: TimerSet;
	readonly timers: PhoneTimers;
	/** Whether calls keep the texts of their messages. */
	readonly record: boolean;
	/** The address and port that the phone writes into its messages. */
	readonly local: HostPort;
	readonly clients: ClientTransactions;
	/** An identifier that is new in this process, and unlike those of others. */
	id(): string;
	/** The Contact URI for a user part. */
	contactUri(user: string, protocol: PhoneProtocol): string;
	/** The channel to a SIP URI; undefined when the phone cannot reach its host. */
	channelTo(uri: string, usual: PhoneProtocol): Channel | undefined;
	/** A description with a session id and a port of its own. */
	newDescription(speech: Speech): LocalDescription;
	/** Contact URIs for a redirection that names none. */
	redirectTargets(): readonly string[];
	/** Something began (1) or ended (-1) that has to end before the phone is idle. */
	count(step: 1 | -1): void;
	repeated(direction: "in" | "out"): void;
	fault(text: string): void;
}
