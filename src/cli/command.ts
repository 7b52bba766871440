import { type CommandLine, type CommandOptions, parseCommandLine } from "../config/command-line.ts";
import { COMMIT, VERSION } from "../version.ts";
import { COMMAND_LIST, type CommandDescription, describedCommand, PRINTING_FLAGS } from "./command-list.ts";
import { complain, NobodyReadsError, OutputError, outputFailed, write } from "./output.ts";
import { RemoteError } from "./remote/remote-error.ts";
import { becomeServer } from "./server/become-server.ts";
import { StartError } from "./start-error.ts";
import { UsageError } from "./usage-error.ts";

const ALL_OPTIONS = COMMAND_LIST.flatMap(({ options = [] }: CommandDescription) => options);

const OPTIONS: CommandOptions = {
	flags: [...PRINTING_FLAGS, ...namesOf((value) => value === undefined)],
	values: namesOf((value) => value !== undefined),
};

function namesOf(fits: (value: string | undefined) => boolean): string[] {
	return ALL_OPTIONS.filter(({ value }) => fits(value)).map(({ option }) => option);
}

/**
 * Runs the program. What a command needs is loaded when that has begun: a start that goes on as another version, or with
 * other options, has loaded next to nothing.
 *
 * @param argv the arguments, without the program's name.
 * @returns the exit code: 0 done, 1 the call, translation or installation failed or the output cannot be written, 2 wrong arguments or settings, it
 * cannot start, or the server cannot be reached.
 */
export async function runCommand(argv: readonly string[]): Promise<number> {
	const commandLine = parseCommandLine(argv, OPTIONS);
	const [name = "run", ...operands] = commandLine.operands;
	try {
		const code = await dispatch(argv, commandLine, name, operands);
		return code === 0 && outputFailed() ? 1 : code;
	} catch (error) {
		if (error instanceof NobodyReadsError) return 0;
		if (error instanceof OutputError) {
			complain(`clicktocall: ${error.message}`);
			return 1;
		}
		const described = describedCommand(name);
		if (error instanceof UsageError && described) return refuse(error.message, await usageOf(described));
		if (error instanceof StartError || error instanceof RemoteError) return refuse(error.message);
		throw error;
	}
}

async function dispatch(
	argv: readonly string[],
	commandLine: CommandLine,
	name: string,
	operands: readonly string[],
): Promise<number> {
	const { help, version, flags } = commandLine;
	if (help) return showHelp(commandLine.operands[0]);
	if (version) return print(COMMIT ? `clicktocall ${VERSION} (${COMMIT})\n` : `clicktocall ${VERSION}\n`);
	if (flags.has("--sample-config"))
		return print((await import("../config/render-sample.ts")).renderSampleConfig());
	if (flags.has("--settings-table"))
		return print((await import("../config/render-table.ts")).renderSettingsTable());
	const described = describedCommand(name);
	if (!described)
		return refuse(
			`unknown command "${name}": expected one of ${COMMAND_LIST.map((each) => each.name).join(", ")}`,
		);
	const foreign = foreignOption(described, commandLine);
	if (foreign !== undefined) return refuse(`${name} has no option ${foreign}`, await usageOf(described));
	if (described.operands === "" && operands.length > 0) {
		return refuse(`expected only options, got "${operands[0]}"`, await usageOf(described));
	}
	switch (described.name) {
		case "help":
			return showHelp(operands[0]);
		case "completion":
			if (operands.length !== 1 || operands[0] !== "bash")
				return refuse("expected bash", await usageOf(described));
			return print((await import("./completion.ts")).renderBashCompletion());
		case "password":
			return (await import("./commands/password.ts")).passwordCommand(operands);
		case "trace":
			return (await import("./commands/trace.ts")).traceCommand(operands, commandLine);
		case "update":
			return (await import("./commands/update.ts")).updateCommand({
				operands,
				back: flags.has("--back"),
				older: flags.has("--older"),
				sha256: commandLine.values.get("--sha256"),
			});
		case "import": {
			const { problems, configFile, values } = commandLine;
			for (const { message } of problems) complain(message);
			if (problems.length > 0) return 2;
			return (await import("./commands/import.ts")).importCommand({
				operands,
				configFile,
				passwordFile: values.get("--password-file"),
				cwd: process.cwd(),
			});
		}
		case "install":
		case "uninstall":
			return (await import("./install/command.ts")).INSTALL_COMMANDS[described.name](commandLine);
		default:
			if (described.name === "run") becomeServer();
			return (await import("./with-settings.ts")).runWithSettings({
				argv,
				commandLine,
				commandOptions: OPTIONS,
				name: described.name,
				operands,
			});
	}
}

/** An option of another command, which this one would pass over. */
function foreignOption(
	{ options = [] }: CommandDescription,
	{ flags, values }: CommandLine,
): string | undefined {
	const given = [...flags, ...values.keys()].filter((option) => !PRINTING_FLAGS.includes(option));
	return given.find((option) => !options.some((own) => own.option === option));
}

async function showHelp(name: string | undefined): Promise<number> {
	const { commandHelp, helpText } = await import("./help.ts");
	if (name === undefined) return print(helpText());
	const described = describedCommand(name);
	return described
		? print(commandHelp(described))
		: refuse(`unknown command "${name}"`, "try clicktocall help");
}

async function usageOf(described: CommandDescription): Promise<string> {
	return (await import("./help.ts")).usageOf(described);
}

function refuse(...lines: readonly string[]): number {
	complain(`clicktocall: ${lines.join("\n")}`);
	return 2;
}

async function print(text: string): Promise<number> {
	await write(text);
	return 0;
}
