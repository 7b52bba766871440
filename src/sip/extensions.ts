import { ALLOW } from "./leg/agent-profile.ts";
import { ACCEPT } from "./leg/bodies.ts";
import type { IncomingRequestMessage } from "./sipjs/core.ts";

/** Extensions we can be required to support (RFC 3261 section 8.2.2.3), as the Supported header field says them. */
const SUPPORTED = "replaces, timer, norefersub, 100rel";

const KNOWN = new Set(SUPPORTED.split(", "));

/** The header lines that say what we can do (RFC 3261 section 11.2). */
export const CAPABILITIES: readonly string[] = [
	`Allow: ${ALLOW}`,
	`Accept: ${ACCEPT}`,
	`Supported: ${SUPPORTED}`,
];

/** The extensions that a request requires and that we do not have; it is refused with 420 when there are any. */
export function unsupportedBy(request: IncomingRequestMessage): readonly string[] {
	// RFC 3261 section 8.2.2.3: Require is ignored in ACK and CANCEL.
	if (!request.hasHeader("require") || request.method === "ACK" || request.method === "CANCEL") return NONE;
	return request
		.getHeaders("require")
		.flatMap((value) => value.split(","))
		.map((tag) => tag.trim())
		.filter((tag) => tag !== "" && !KNOWN.has(tag.toLowerCase()));
}

const NONE: readonly string[] = [];
