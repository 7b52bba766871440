import type { CommandLine } from "../../config/command-line.ts";
import { complain } from "../output.ts";
import { InstallError } from "./host.ts";
import { install, optionsFor } from "./install.ts";
import { uninstall } from "./uninstall.ts";

/** The commands that put the program on a machine; they need no settings. */
export const INSTALL_COMMANDS: Readonly<
	Record<"install" | "uninstall", (commandLine: CommandLine) => Promise<number>>
> = {
	install: (commandLine) => run(commandLine, (options) => install(options, commandLine.flags.has("--https"))),
	uninstall: (commandLine) =>
		run(commandLine, (options) => uninstall(options, commandLine.flags.has("--purge"))),
};

/** @returns the exit code: 0 done, 1 a step did not work, 2 wrong arguments. */
async function run(
	{ problems, values }: CommandLine,
	action: (options: ReturnType<typeof optionsFor>) => Promise<void> | void,
): Promise<number> {
	for (const { message } of problems) complain(message);
	if (problems.length > 0) return 2;
	try {
		await action(optionsFor(values.get("--root")));
		return 0;
	} catch (error) {
		if (!(error instanceof InstallError)) throw error;
		complain(`clicktocall: ${error.message}`);
		return 1;
	}
}
