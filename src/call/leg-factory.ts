import type { LegRecord } from "../sip/leg/leg-record.ts";
import type { CallLeg, LegOrder, Restoring } from "../sip/leg/types.ts";

/** Makes the legs; call control knows no sockets. */
export interface LegFactory {
	createLeg(order: LegOrder): CallLeg;
	/**
	 * Takes a leg up that another process has written down.
	 * @throws {RecordError} when the record cannot be used, or the leg is there already.
	 */
	restoreLeg(record: LegRecord, how: Restoring): CallLeg;
	/** The leg whose dialog a Replaces value names (RFC 3891 section 3); undefined when it is none of ours. */
	findLeg(replaces: string): CallLeg | undefined;
}
