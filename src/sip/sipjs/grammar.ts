import { URI } from "sip.js/lib/grammar/index.js";
import { withoutConstructor } from "./without-constructor.ts";

/** The door to SIP.js: its URIs and addresses (RFC 3261 sections 19.1 and 20.10). Nothing else imports SIP.js. */
export { NameAddrHeader, URI } from "sip.js/lib/grammar/index.js";

/**
 * SIP.js's URI, for subclasses. Its constructor would copy parts and tables that a parser has already built;
 * the remaining methods use the tables `parameters` and `headers`.
 */
export const BareUri = withoutConstructor(URI);
