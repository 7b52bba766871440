import type { HostPort } from "./addresses.ts";
import type { Behaviour } from "./behaviour.ts";
import type { Channel, PhoneProtocol } from "./channel.ts";
import type { ClientTransactions } from "./client-transactions.ts";
import type { LocalDescription } from "./local-description.ts";
import type { Speech } from "./speech.ts";
import type { PhoneTimers, TimerSet } from "./timers.ts";

/** What a phone reports about its calls; `media` follows every completed offer/answer exchange. */
export type PhoneEvent = "ringing" | "answered" | "media" | "ended";

/** How an outgoing call goes: the status of each response except 100, the final one last. */
export type ProgressListener = (status: number, reason: string) => void;

/** What an outgoing INVITE contains besides its target. */
export interface DialOptions {
	/** User part of From and Contact. */
	readonly user?: string;
	/** Additional header lines, such as `Referred-By: …`. */
	readonly lines?: readonly string[];
	readonly behaviour?: Behaviour;
	readonly onProgress?: ProgressListener;
}

/** What the dialogs and transactions of a phone need from it. */
export interface PhoneContext {
	readonly clock: TimerSet;
	readonly timers: PhoneTimers;
	/** Whether calls keep the texts of their messages. */
	readonly record: boolean;
	/** The address and port that the phone writes into its messages. */
	readonly local: HostPort;
	readonly clients: ClientTransactions;
	/** A channel to another port of the peer. */
	channelBack(channel: Channel, port: number): Channel;
	/** An identifier that is new in this process, and differs from those of other processes. */
	id(): string;
	/** The Contact URI for a user part. */
	contactUri(user: string, protocol: PhoneProtocol): string;
	/** The channel to a SIP URI; undefined if the phone cannot reach its host. */
	channelTo(uri: string, usual: PhoneProtocol): Channel | undefined;
	/** A description with its own session id and port. */
	newDescription(speech: Speech): LocalDescription;
	/** Contact URIs for a redirection that names none. */
	redirectTargets(): readonly string[];
	/** Something began (1) or ended (-1) that must end before the phone is idle. */
	count(step: 1 | -1): void;
	repeated(direction: "in" | "out"): void;
	fault(text: string): void;
}
