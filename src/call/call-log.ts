import type { Logger } from "../log/logger.ts";
import type { CallEvent } from "./events.ts";
import type { CallOrigin } from "./types.ts";

/** Writes the stream of call events to the log, one line per event. */
export function logCallEvents(log: Logger): (event: CallEvent) => void {
	const part = log.child({ part: "call" });
	return (event) => {
		if (event.kind === "refused") {
			const { origin } = event.request;
			log.warning(
				() => `refused a request by ${originText(origin)}: ${event.result.code} ${event.result.text}`,
			);
			return;
		}
		if (part.enabled("INFO")) part.info(textOf(event), event.call.id);
	};
}

function textOf(event: Exclude<CallEvent, { kind: "refused" }>): string {
	const { call } = event;
	switch (event.kind) {
		case "placed":
			return `${call.initiator} to ${call.destination} (${call.way}), asked by ${originText(call.request.origin)}`;
		case "result": {
			const { code, leg, text } = event.result;
			return leg ? `${code} ${leg}: ${text}` : `${code}: ${text}`;
		}
		case "tone":
			return `the initiator hears ${call.hears ?? "no tone"}`;
		case "state":
			return event.note ? `${call.state}: ${event.note}` : call.state;
	}
}

/** Such as `http from anna at 192.0.2.7`. */
function originText({ via, peer = "here", user }: CallOrigin): string {
	return `${via} from ${user === undefined ? peer : `${user} at ${peer}`}`;
}
