import type { HistoryCall, HistoryCallDetails } from "../history/types.ts";
import { timeText } from "../live/call-json.ts";
import { type Contacts, NO_CONTACTS } from "../web/contacts.ts";

/** A call of the history as programs get it: in the shape of one in progress, as far as it is known. */
export function pastCallJson(call: HistoryCall, contacts: Contacts = NO_CONTACTS) {
	const { id, way, state, initiator, destination, initiatorUri, destinationUri, origin } = call;
	const { startedAt, answeredAt, endedAt, result, endedBy } = call;
	return {
		id,
		way,
		state,
		initiator: pastLeg(initiator, initiatorUri, contacts),
		destination: pastLeg(destination, destinationUri, contacts),
		origin,
		startedAt: timeText(startedAt),
		...(answeredAt !== undefined && { answeredAt: timeText(answeredAt) }),
		...(endedAt !== undefined && { endedAt: timeText(endedAt) }),
		...(result && { result }),
		...(endedBy && { endedBy }),
	};
}

/** The same with everything that happened in it. */
export function pastCallDetailsJson(call: HistoryCallDetails, contacts?: Contacts) {
	return {
		...pastCallJson(call, contacts),
		steps: call.steps.map(({ at, ...step }) => ({ at: timeText(at), ...step })),
	};
}

/** A phone, with the name that its address has now. */
function pastLeg(address: string, uri: string | undefined, { nameOf }: Contacts) {
	const name = nameOf(address);
	return { address, ...(name !== undefined && { name }), ...(uri !== undefined && { uri }) };
}
