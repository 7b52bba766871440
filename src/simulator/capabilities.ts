import type { Behaviour } from "./behaviour.ts";
import type { SipMessage } from "./wire.ts";

/** What this phone supports and allows, for its 200 to an INVITE. */
export const CAPABILITIES: readonly string[] = [
	"Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, MESSAGE, REFER, NOTIFY",
	"Supported: replaces, timer, 100rel",
];

/** Header lines of a 200 to OPTIONS outside a dialog. */
export const OPTIONS_LINES: readonly string[] = ["Accept: application/sdp", ...CAPABILITIES];

/** Agrees to the requested session timer, with the caller refreshing (RFC 4028 section 9). */
export function timerLines(request: SipMessage, { timer }: Behaviour): string[] {
	const asked = request.header("session-expires");
	if (!timer || asked === undefined || !request.holds("supported", "timer")) return [];
	return [`Session-Expires: ${Number.parseInt(asked, 10)};refresher=uac`, "Require: timer"];
}
