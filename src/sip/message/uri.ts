/** URIs and the header values that contain them. */
export { parseNameAddr } from "./name-addr.ts";
export { partyUriOf, requestUriOf, spokenUserOf, unescapedUser, userTextOf } from "./uri-places.ts";
export { parseUri, readUri } from "./uri-reader.ts";
export { WireUri } from "./wire-uri.ts";
