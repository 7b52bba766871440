import type { CallLeg, LegOrder } from "../sip/leg/types.ts";

/** Makes the legs; call control knows no sockets. */
export interface LegFactory {
	createLeg(order: LegOrder): CallLeg;
}
