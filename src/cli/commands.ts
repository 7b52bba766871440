import type { CommandLine } from "../config/command-line.ts";
import type { LoadedSettings } from "../config/load.ts";
import type { ConfigProblem } from "../config/problem.ts";
import type { Settings } from "../config/settings.ts";
import type { CommandName } from "./command-list.ts";
import type { Credentials } from "./remote/http-client.ts";
import type { Place } from "./remote/place.ts";
import { UsageError } from "./usage-error.ts";

/** The input of a command. */
export interface Invocation {
	readonly settings: Settings;
	/** The file the settings were read from; absent when there is none. */
	readonly configFile: string | undefined;
	/** The folder for relative paths in the settings. */
	readonly folder: string;
	readonly warnings: readonly ConfigProblem[];
	readonly operands: readonly string[];
	readonly commandLine: CommandLine;
	/** Reads the settings again. */
	readonly read: () => LoadedSettings;
}

/** A command that works with the settings. */
export interface Command {
	/**
	 * Which settings it works with: those of a file, which must exist; those of a file or the defaults; or those
	 * of the server that runs here, which may be the service.
	 */
	readonly settings: "file" | "any" | "running server";
	/** Whether warnings about the settings are shown before it begins. */
	readonly showsWarnings: boolean;
	run(invocation: Invocation): Promise<number> | number;
}

/** Commands that need no settings are not in it. */
export type SettingsCommand = Exclude<
	CommandName,
	"install" | "uninstall" | "update" | "import" | "password" | "trace" | "completion" | "help"
>;

/** Each command loads its code when it runs: a waiting server should not hold the code of the others. */
export const COMMANDS: Readonly<Record<SettingsCommand, Command>> = {
	run: {
		settings: "file",
		showsWarnings: true,
		run: async ({ settings, read, configFile }) =>
			(await import("./server/run.ts")).runServer(settings, read, configFile),
	},
	demo: {
		settings: "any",
		showsWarnings: true,
		run: async ({ settings }) => (await import("./commands/demo.ts")).demoCommand(settings),
	},
	check: {
		settings: "file",
		showsWarnings: false,
		run: async (invocation) =>
			(await import("./commands/check.ts")).checkCommand({
				...invocation,
				opensPorts: !invocation.commandLine.flags.has("--closed"),
			}),
	},
	translate: {
		settings: "file",
		showsWarnings: false,
		run: async ({ operands, settings }) =>
			(await import("./commands/translate.ts")).translateCommand(operands, settings),
	},
	export: {
		settings: "running server",
		showsWarnings: false,
		run: async ({ operands, settings, configFile, folder, commandLine }) =>
			(await import("./commands/export.ts")).exportCommand({
				operands,
				settings,
				configFile,
				folder,
				passwordFile: commandLine.values.get("--password-file"),
			}),
	},
	certificate: {
		settings: "any",
		showsWarnings: false,
		run: async ({ settings, operands, folder }) =>
			(await import("./commands/certificate.ts")).certificateCommand({ settings, names: operands, folder }),
	},
	call: {
		settings: "running server",
		showsWarnings: false,
		run: async (invocation) =>
			(await import("./commands/call.ts")).callCommand({
				operands: invocation.operands,
				anchor: invocation.commandLine.flags.has("--anchor"),
				place: await xmlPlace(invocation),
				credentials: credentialsOf(invocation.settings),
			}),
	},
	hangup: {
		settings: "running server",
		showsWarnings: false,
		run: async (invocation) =>
			(await import("./commands/hangup.ts")).hangupCommand({
				operands: invocation.operands,
				all: invocation.commandLine.flags.has("--all"),
				place: await xmlPlace(invocation),
				credentials: credentialsOf(invocation.settings),
			}),
	},
	status: {
		settings: "running server",
		showsWarnings: false,
		run: async (invocation) =>
			(await import("./commands/status.ts")).statusCommand({
				operands: invocation.operands,
				json: invocation.commandLine.flags.has("--json"),
				place: await xmlPlace(invocation),
				credentials: credentialsOf(invocation.settings),
			}),
	},
	history: {
		settings: "running server",
		showsWarnings: false,
		run: async ({ settings, folder, commandLine: { flags, values } }) => {
			if (flags.has("--csv") && flags.has("--json"))
				throw new UsageError("expected --csv or --json, not both");
			return (await import("./commands/history.ts")).historyCommand({
				settings,
				folder,
				server: values.get("--server"),
				caFile: values.get("--ca"),
				insecure: flags.has("--insecure"),
				credentials: credentialsOf(settings),
				search: values.get("--search"),
				days: values.get("--days"),
				limit: values.get("--limit"),
				form: flags.has("--csv") ? "csv" : flags.has("--json") ? "json" : "table",
			});
		},
	},
};

/** Where the XML socket of the server is. @throws {UsageError} */
async function xmlPlace({ settings, commandLine }: Invocation): Promise<Place> {
	const { placeOf } = await import("./remote/place.ts");
	return placeOf({
		server: commandLine.values.get("--server"),
		setting: "XmlRpcPort",
		port: settings.xmlRpcPort,
		bind: settings.xmlRpcBind,
		caFile: commandLine.values.get("--ca"),
		insecure: commandLine.flags.has("--insecure"),
	});
}

/** The environment comes first; a token that is bound to phones does not see every call, so it comes last. */
function credentialsOf({ httpAuth, httpAuthPwd, httpApiTokens }: Settings): Credentials {
	const own = process.env.CLICKTOCALL_TOKEN || undefined;
	const free = httpApiTokens.find(({ phones }) => phones.length === 0);
	const token = own ?? (free ?? (httpAuth ? undefined : httpApiTokens[0]))?.token;
	return { token, password: httpAuth && own === undefined ? httpAuthPwd : undefined };
}
