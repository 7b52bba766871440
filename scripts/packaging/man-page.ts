/** The manual page of the package, generated from the program's own help. */
import { COMMAND_LIST } from "../../src/cli/command-list.ts";
import { commandHelp, helpText } from "../../src/cli/help.ts";
import { CONFIG_FILE, CONFIG_FOLDER, LOG_FOLDER, STATE_FOLDER } from "../../src/cli/install/layout.ts";
import { VERSION } from "../../src/version.ts";

const FILES: readonly (readonly [path: string, what: string])[] = [
	[CONFIG_FILE, "the service's settings"],
	[`${CONFIG_FOLDER}/domain_cert_DOMAIN.pem, domain_key_DOMAIN.pem`, "certificate and key for SIP over TLS"],
	[`${CONFIG_FOLDER}/root_cert_*.pem`, "certificates to trust in addition to the system's"],
	[LOG_FOLDER, "the service's log"],
	[STATE_FOLDER, "the service's working directory"],
];

const SIGNALS: readonly (readonly [signal: string, what: string])[] = [
	[
		"SIGHUP",
		"reread the settings: rules, NumberCleaning, DefaultCountry, accounts, LogLevel and DrainTimeout take effect",
	],
	["SIGTERM, SIGINT", "stop; anchored calls may go on for DrainTimeout, a second signal ends them"],
];

const EXIT_CODES: readonly (readonly [code: string, what: string])[] = [
	["0", "done"],
	["1", "the call, translation or installation failed"],
	["2", "wrong arguments or settings, the server cannot start, or it cannot be reached"],
];

/**
 * The page in roff (man(7)).
 *
 * @param date for its foot, as YYYY-MM-DD.
 */
export function renderManPage(date: string): string {
	return `${[
		`.TH CLICKTOCALL 1 "${date}" "clicktocall ${VERSION}"`,
		".SH NAME",
		"clicktocall \\- calls one phone, then connects it to another, over SIP",
		".SH SYNOPSIS",
		".B clicktocall",
		"[COMMAND] [OPTION]...",
		".SH DESCRIPTION",
		".nf",
		plain(helpText().trimEnd()),
		".fi",
		".SH COMMANDS",
		...COMMAND_LIST.flatMap((command) => [
			`.SS ${command.name}`,
			".nf",
			plain(commandHelp(command).trimEnd()),
			".fi",
		]),
		...section("FILES", FILES),
		...section("SIGNALS", SIGNALS),
		...section("EXIT STATUS", EXIT_CODES),
	].join("\n")}\n`;
}

function section(title: string, items: readonly (readonly [string, string])[]): string[] {
	return [`.SH ${title}`, ...items.flatMap(([term, text]) => [".TP", `.B ${plain(term)}`, plain(text)])];
}

/** Text that roff shows as it is: no backslash, hyphen or first character of a line means anything. */
function plain(text: string): string {
	return text
		.replaceAll("\\", "\\e")
		.replaceAll("-", "\\-")
		.replaceAll(/^(?=[.'])/gm, "\\&");
}
