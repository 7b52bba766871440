/** The door to SIP.js: its URIs and addresses (RFC 3261 sections 19.1 and 20.10). Nothing else imports SIP.js. */
export { NameAddrHeader, URI } from "sip.js/lib/grammar/index.js";
