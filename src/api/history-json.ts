import type { HistoryCall, HistoryCallDetails } from "../history/types.ts";
import { timeText } from "../live/call-json.ts";

/** A call of the history as programs get it: in the shape of one in progress, as far as it is known. */
export function pastCallJson(call: HistoryCall) {
	const { id, way, state, initiator, destination, initiatorUri, destinationUri, origin } = call;
	const { startedAt, answeredAt, endedAt, result, endedBy } = call;
	return {
		id,
		way,
		state,
		initiator: { address: initiator, ...(initiatorUri !== undefined && { uri: initiatorUri }) },
		destination: { address: destination, ...(destinationUri !== undefined && { uri: destinationUri }) },
		origin,
		startedAt: timeText(startedAt),
		...(answeredAt !== undefined && { answeredAt: timeText(answeredAt) }),
		...(endedAt !== undefined && { endedAt: timeText(endedAt) }),
		...(result && { result }),
		...(endedBy && { endedBy }),
	};
}

/** The same with everything that happened in it. */
export function pastCallDetailsJson(call: HistoryCallDetails) {
	return {
		...pastCallJson(call),
		steps: call.steps.map(({ at, ...step }) => ({ at: timeText(at), ...step })),
	};
}
