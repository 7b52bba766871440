import { ALLOW } from "./leg/agent-profile.ts";
import { ACCEPT } from "./leg/bodies.ts";
import type { IncomingRequestMessage } from "./sipjs/core.ts";

/** Extensions that a peer may require of us (RFC 3261 section 8.2.2.3), as written in Supported. */
const SUPPORTED = "replaces, timer, norefersub, 100rel";

const KNOWN = new Set(SUPPORTED.split(", "));

/** The header lines that list our capabilities (RFC 3261 section 11.2). */
export const CAPABILITIES: readonly string[] = [
	`Allow: ${ALLOW}`,
	`Accept: ${ACCEPT}`,
	`Supported: ${SUPPORTED}`,
];

/** The extensions that a request requires and we lack; if there are any, it is refused with 420. */
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
