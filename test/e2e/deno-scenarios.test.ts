/** The scenario table on Deno, over UDP and TCP. */
import "../support/on-deno.ts";
import "./scenarios.test.ts";
