/** The octets of the XML socket on Deno. */
import "../support/on-deno.ts";
import "./xml.test.ts";
