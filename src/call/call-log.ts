import type { Logger } from "../log/logger.ts";
import type { CallEvent } from "./events.ts";
import type { CallOrigin } from "./types.ts";

/** Writes the stream of call events to the log, one line per event. */
export function logCallEvents(log: Logger): (event: CallEvent) => void {
	return (event) => {
		if (event.kind === "refused") {
			const { origin } = event.request;
			log.warning(
				() => `refused a request by ${originText(origin)}: ${event.result.code} ${event.result.text}`,
			);
			return;
		}
		const { call } = event;
		const line = log.child({ part: "call", call: call.id });
		if (event.kind === "placed") {
			const { origin } = call.request;
			line.info(
				() => `${call.initiator} to ${call.destination} (${call.way}), asked by ${originText(origin)}`,
			);
		} else if (event.kind === "result") {
			const { code, leg, text } = event.result;
			line.info(() => `${code}${leg ? ` ${leg}` : ""}: ${text}`);
		} else if (event.kind === "tone") {
			line.info(() => `the initiator hears ${call.hears ?? "no tone"}`);
		} else {
			line.info(() => `${call.state}${event.note ? `: ${event.note}` : ""}`);
		}
	};
}

/** Such as `http from anna at 192.0.2.7`. */
function originText({ via, peer = "here", user }: CallOrigin): string {
	return `${via} from ${user === undefined ? peer : `${user} at ${peer}`}`;
}
