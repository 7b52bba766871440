import type { HostPort } from "./addresses.ts";
import type { BehaviourOptions, BehaviourRule } from "./behaviour.ts";
import type { SocketOptions } from "./sockets.ts";
import type { PhoneClock, PhoneTimers } from "./timers.ts";

/** How a simulated phone is set up. */
export interface PhoneOptions extends SocketOptions {
	/**
	 * The base of every call's behaviour, which the user part then changes; by default a phone that answers.
	 */
	readonly behaviour?: BehaviourOptions;
	/** Additional behaviours by user part; they take precedence over the common ones. */
	readonly behaviours?: Readonly<Record<string, BehaviourRule>>;
	/** False: light mode, which keeps no texts and forgets calls that are over. True by default. */
	readonly record?: boolean;
	/** The system's clock by default. */
	readonly clock?: PhoneClock;
	/** Those of RFC 3261 by default. */
	readonly timers?: PhoneTimers;
	/** What the phone writes into Via, Contact and SDP instead of its own address and port: a relay's. */
	readonly advertise?: HostPort;
	/** Where datagrams for a target really go, such as a relay's port; by default the target itself. */
	readonly nextHop?: (target: HostPort) => HostPort;
	/** Turns a host name into an address; only `localhost` is known by default. */
	readonly resolve?: (host: string) => string | undefined;
	/** URI that the behaviour `redirect` names; by default the user `answer` of this phone. */
	readonly redirectTo?: string;
}
