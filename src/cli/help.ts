import { renderHelp } from "../config/render-help.ts";
import { VERSION } from "../version.ts";

/** What `--help` says: commands, examples, and every setting. */
export function helpText(): string {
	return renderHelp({
		usage: [
			`clicktocall ${VERSION}: calls one phone, then connects it to another`,
			"",
			"usage: clicktocall [COMMAND] [OPTION…]",
		],
		commands: [
			{ term: "run", text: "run the server (the default)" },
			{ term: "check", text: "read the settings and say what the server would do" },
			{ term: "translate ADDRESS…", text: "show which rule takes each address, and the SIP URI it makes" },
			{ term: "call FROM TO", text: "place a call on a running server and show its results" },
			{ term: "  --anchor", text: "keep the server in the call" },
			{ term: "  --server HOST[:PORT]", text: "where the server is; here by default" },
			{ term: "demo", text: "run the server with two simulated phones" },
			{
				term: "install",
				text: "install this program as a systemd service, or upgrade the one that is there",
			},
			{ term: "uninstall", text: "remove it; configuration, log and history stay" },
			{ term: "  --purge", text: "these, too" },
			{ term: "  --root FOLDER", text: "take a folder for / and leave this machine alone (both commands)" },
			{ term: "--sample-config", text: "print a configuration file to start from" },
			{ term: "--settings-table", text: "print all settings as a Markdown table" },
		],
		examples: [
			"clicktocall --config /etc/clicktocall/clicktocall.config",
			"clicktocall translate 101 sip:alice@example.com",
			"clicktocall call 101 9055551234 --anchor",
			"sudo clicktocall install",
			"clicktocall --sample-config > clicktocall.config",
		],
	});
}
