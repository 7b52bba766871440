import { renderHelp } from "../config/render-help.ts";
import { VERSION } from "../version.ts";

/** What `--help` says: commands, examples, and every setting. */
export function helpText(): string {
	return `clicktocall ${VERSION}: calls one phone, then connects it to another

usage: clicktocall [COMMAND] [OPTION…]

commands:
  run                  run the server (the default)
  check                read the settings and say what the server would do
  translate ADDRESS…   show which rule takes each address, and the SIP URI it makes
  call FROM TO         place a call on a running server and show its results
       [--anchor]      keep the server in the call
       [--server HOST[:PORT]]
  demo                 run the server with two simulated phones

examples:
  clicktocall --config /etc/clicktocall/clicktocall.config
  clicktocall translate 101 sip:alice@example.com
  clicktocall call 101 9055551234 --anchor
  clicktocall --sample-config > clicktocall.config

${renderHelp()}`;
}
