import type { Logger } from "../log/logger.ts";
import type { CallEvent } from "./events.ts";
import { MadeOfResults } from "./results.ts";
import type { CallOrigin } from "./types.ts";

/** Writes the stream of call events to the log, one line per event. */
export function logCallEvents(log: Logger): (event: CallEvent) => void {
	const part = log.child({ part: "call" });
	return (event) => {
		if (event.kind === "refused") log.warning(refusalText(event));
		else if (part.enabled("INFO")) part.info(textOf(event), event.call.id);
	};
}

function refusalText({ request, result }: Extract<CallEvent, { kind: "refused" }>): () => string {
	return () => `refused a request by ${originText(request.origin)}: ${result.code} ${result.text}`;
}

const resultTexts = new MadeOfResults(({ code, leg, text }) =>
	leg ? `${code} ${leg}: ${text}` : `${code}: ${text}`,
);

function textOf(event: Exclude<CallEvent, { kind: "refused" }>): string {
	const { call } = event;
	switch (event.kind) {
		case "placed":
			return `${call.initiator} to ${call.destination} (${call.way}), asked by ${originText(call.request.origin)}`;
		case "result":
			return resultTexts.of(event.result);
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
