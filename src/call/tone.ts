/** The tones that a caller may hear, as telephone networks have them (ITU-T E.180). */
export const TONE_NAMES = ["ringback", "busy", "congestion", "special-information", "wait"] as const;

/** What the initiator hears: the destination rings, why it was not reached, or that something is being done. */
export type ToneName = (typeof TONE_NAMES)[number];

/** Where a phone hears tones, and in which coding: RTP payload type 0, PCMU, or 8, PCMA (RFC 3551). */
export interface ToneTarget {
	/** IP address. */
	readonly address: string;
	readonly port: number;
	/** Port of its RTCP: by default the one after `port`; 0 for none. */
	readonly rtcpPort?: number;
	readonly payloadType: 0 | 8;
}

/** A port of ours that tones are sent from. */
export interface TonePort {
	readonly port: number;
	/** Plays a tone, instead of the one that is playing, until `stop`. */
	play(tone: ToneName, to: ToneTarget): void;
	/** Nothing is sent from now on, until the next `play`. */
	stop(): void;
	/** Stops, and gives the port back; harmless if that is done. */
	release(): void;
}

/** Opens ports for tones; call control knows no RTP. */
export interface ToneSource {
	/**
	 * @param address our own, as the phone is told it.
	 * @returns undefined when no port is free.
	 */
	open(address: string): TonePort | undefined;
}

/** Which tones are played, and for how long. */
export interface ToneOptions {
	readonly source: ToneSource;
	/** How long the initiator hears why the destination was not reached, in milliseconds; 0 for not at all. */
	readonly failureTime: number;
	/** Whether it hears something while the destination is called but does not ring yet. */
	readonly wait: boolean;
}

const FAILURE_TONES: ReadonlyMap<number, ToneName> = new Map([
	[486, "busy"],
	[600, "busy"],
	// There is no such number: what networks precede an announcement with.
	[404, "special-information"],
	[410, "special-information"],
	[484, "special-information"],
	[604, "special-information"],
]);

/** What a caller hears when the destination was not reached, for this status. */
export function failureTone(status: number): ToneName {
	return FAILURE_TONES.get(status) ?? "congestion";
}
