import type { CallLeg, LegOrder } from "../sip/leg/types.ts";

/** Makes the legs; call control knows no sockets. */
export interface LegFactory {
	createLeg(order: LegOrder): CallLeg;
	/** The leg whose dialog a Replaces value names (RFC 3891 section 3); undefined when it is none of ours. */
	findLeg(replaces: string): CallLeg | undefined;
}
