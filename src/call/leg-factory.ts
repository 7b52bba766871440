import type { LegRecord } from "../sip/leg/leg-record.ts";
import type { CallLeg, LegOrder, Restoring } from "../sip/leg/types.ts";

/** Creates the legs; call control knows no sockets. */
export interface LegFactory {
	createLeg(order: LegOrder): CallLeg;
	/**
	 * Restores a leg that another process has recorded.
	 * @throws {RecordError} when the record cannot be used, or the leg already exists.
	 */
	restoreLeg(record: LegRecord, how: Restoring): CallLeg;
	/** The leg whose dialog a Replaces value names (RFC 3891 section 3); undefined if we have no such leg. */
	findLeg(replaces: string): CallLeg | undefined;
}
