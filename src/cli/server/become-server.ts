import { HELP_OPTIONS, VERSION_OPTION } from "../../config/asking-options.ts";
import { COMMAND_LIST, PRINTING_FLAGS } from "../command-list.ts";
import { runWithRuntimeOptions } from "./runtime-options.ts";
import { runUpdatedVersion } from "./updated-version.ts";

/** What asks for something else than the server. */
const OTHER_WORDS: readonly string[] = [
	...[...HELP_OPTIONS, VERSION_OPTION, ...PRINTING_FLAGS],
	...COMMAND_LIST.map(({ name }) => name).filter((name) => name !== "run"),
];

let hasBegun = false;

/**
 * Whether the arguments can ask for nothing but the server. To read them, all settings have to be known; this needs none.
 *
 * @returns false in doubt: the value of an option may look like another command.
 */
export function asksForServer(argv: readonly string[]): boolean {
	return !argv.some((word) => OTHER_WORDS.includes(word));
}

/**
 * Goes on in this process as what is to serve: the version that an update has brought, with the engine's options. The
 * less was loaded before, the sooner it serves. Returns once this is that version, with these options.
 */
export function becomeServer(): void {
	if (hasBegun) return;
	hasBegun = true;
	runUpdatedVersion();
	runWithRuntimeOptions();
}
