import type { Clock } from "../../time/clock.ts";
import type { SipAccount } from "../auth/digest-session.ts";
import type { TimerValues } from "../reliability/types.ts";
import type { AgentProfile } from "./agent-profile.ts";
import type { CallIds } from "./call-ids.ts";
import type { LegNetwork } from "./leg-network.ts";

/** What all legs share. */
export interface LegSettings {
	readonly profile: AgentProfile;
	/** Session interval to ask for (RFC 4028), in seconds; 0 for none. */
	readonly sessionInterval: number;
	/** Credentials for 401 and 407. */
	readonly accounts: readonly SipAccount[];
	readonly callIds: CallIds;
	readonly network: LegNetwork;
	readonly clock: Clock;
	readonly timers: TimerValues;
}
