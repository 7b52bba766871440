import { COMMAND_LIST } from "./cli/command-list.ts";
import { becomeServer } from "./cli/server/become-server.ts";

const argv = process.argv.slice(2);

/** What asks for something else than the server. */
const OTHER_WORDS: readonly string[] = [
	...["-?", "--?", "-h", "--help", "--version", "--sample-config", "--settings-table"],
	...COMMAND_LIST.map(({ name }) => name).filter((name) => name !== "run"),
];

// To read the arguments, all settings have to be known. Where they can only ask for the server, it begins before that is
// loaded; where the value of an option looks like another command, after it.
if (!argv.some((word) => OTHER_WORDS.includes(word))) becomeServer();
const { runCommand } = await import("./cli/command.ts");
process.exit(await runCommand(argv));
