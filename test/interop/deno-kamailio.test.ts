/** Calls through Kamailio over TLS on Deno. */
import "../support/on-deno.ts";
import "./kamailio.test.ts";
