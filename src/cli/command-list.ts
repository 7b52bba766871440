/** An option that a command has beyond the settings. */
export interface OptionDescription {
	/** With its hyphens. */
	readonly option: string;
	/** What its value is; absent for an option without one. */
	readonly value?: string;
	readonly text: string;
}

/** What the help, the manual page and the completion of shells say of a command. */
export interface CommandDescription {
	readonly name: string;
	/** Such as `FROM TO`; empty when it takes none. */
	readonly operands: string;
	/** One line, without full stop. */
	readonly summary: string;
	/** More lines, for its own help. */
	readonly details?: readonly string[];
	readonly options?: readonly OptionDescription[];
	/** Command lines, each with what it does. */
	readonly examples: readonly (readonly [line: string, what: string])[];
	/** Exit codes beside 2: wrong arguments or settings. */
	readonly exitCodes?: readonly (readonly [code: number, when: string])[];
}

const DONE = [0, "done"] as const;

const SERVER: OptionDescription = {
	option: "--server",
	value: "HOST[:PORT]",
	text: "the server to ask, at its XmlRpcPort; by default the one that has the settings here",
};

const NO_ANSWER = [2, "the server could not be asked"] as const;

const CANNOT_START = [2, "the server cannot start"] as const;

const JSON_FLAG = "--json";

export const COMMAND_LIST = [
	{
		name: "run",
		operands: "",
		summary: "run the server (the default)",
		details: ["SIGHUP reads the settings again, SIGTERM and Ctrl-C end the calls and then the server."],
		examples: [
			["clicktocall", "with clicktocall.config of the working directory"],
			["clicktocall --config /etc/clicktocall/clicktocall.config", "with another file"],
			["clicktocall run --LogLevel=DEBUG", "with a setting in place of the file's"],
		],
		exitCodes: [DONE, CANNOT_START],
	},
	{
		name: "check",
		operands: "",
		summary: "read the settings and say what the server would do",
		examples: [["clicktocall check --config /etc/clicktocall/clicktocall.config", "before a restart"]],
		exitCodes: [[0, "the server would start with them"]],
	},
	{
		name: "translate",
		operands: "ADDRESS…",
		summary: "show which rule takes each address, and the SIP URI it makes",
		examples: [["clicktocall translate 101 +4930123456 sip:alice@example.com", "try three addresses"]],
		exitCodes: [
			[0, "each address has a URI"],
			[1, "one is refused"],
		],
	},
	{
		name: "call",
		operands: "FROM TO",
		summary: "place a call on a running server and show its results as they come",
		details: [
			"Ctrl-C hangs the call up, as long as this waits for it; a second one leaves at once. A destination that",
			"the first phone was handed over to may ring on.",
		],
		options: [{ option: "--anchor", text: "keep the server in the call" }, SERVER],
		examples: [
			["clicktocall call 101 9055551234", "ring 101, then connect it with the number"],
			["clicktocall call 101 9055551234 --anchor --server pbx.example.com", "by a server elsewhere"],
		],
		exitCodes: [
			[0, "both phones are connected, or the first one was handed over and does not say more (202)"],
			[1, "the request was refused, and nobody was called"],
			NO_ANSWER,
			[3, "the phone of FROM was not reached"],
			[4, "the phone of TO was not reached"],
			[5, "the call was hung up before"],
		],
	},
	{
		name: "hangup",
		operands: "ID…",
		summary: "end calls in progress, both phones",
		details: [
			"Of a call that was handed over (REFER) and still rings, only the first phone is hung up: the destination,",
			"which that phone or its PBX calls by itself, may ring on.",
		],
		options: [{ option: "--all", text: "all that are in progress, in place of IDs" }, SERVER],
		examples: [
			["clicktocall hangup 9e080b206ba2201c", "end the call of this id; status and call show it"],
			["clicktocall hangup --all", "end every call"],
		],
		exitCodes: [[0, "they are ended"], [1, "there is no call of one of the ids"], NO_ANSWER],
	},
	{
		name: "status",
		operands: "[ID]",
		summary: "show a running server and the calls in progress, or one of them",
		options: [{ option: JSON_FLAG, text: "as JSON, with calls as at /api/v1/calls" }, SERVER],
		examples: [
			["clicktocall status", "a table of the calls in progress"],
			["clicktocall status 9e080b206ba2201c --json", "one call, also one that has just ended"],
		],
		exitCodes: [DONE, [1, "there is no call of that id"], NO_ANSWER],
	},
	{
		name: "history",
		operands: "",
		summary: "show calls of the past, the latest first",
		details: [
			"It is read from HistoryFile, or asked of the server that has the file open: at HttpPort, with the first",
			"HttpApiToken, or with HttpAuthPwd when HttpAuth is on.",
		],
		options: [
			{ option: "--search", value: "TEXT", text: "calls with this in an address, as typed or translated" },
			{ option: "--days", value: "N", text: "calls of today and the N-1 days before" },
			{ option: "--limit", value: "N", text: "at most so many; 50 by default, all with --csv and --json" },
			{ option: "--csv", text: "as CSV" },
			{ option: JSON_FLAG, text: "as JSON, as at /api/v1/history" },
			{ option: "--server", value: "HOST[:PORT]", text: "the server to ask, at its HttpPort" },
		],
		examples: [
			["clicktocall history --search 9055551234", "the last calls from and to a number"],
			["clicktocall history --days 30 --csv > calls.csv", "for a spreadsheet"],
		],
		exitCodes: [DONE, [2, "the history could not be read"]],
	},
	{
		name: "trace",
		operands: "LOGFILE [ID]",
		summary: "draw the SIP messages of a call from a log written with LogLevel = STACK",
		details: [
			"Without an ID it lists the calls in the log, or draws the only one. ID is a call's, as status and history",
			"show it, or a Call-ID. LOGFILE may be - for standard input.",
		],
		options: [
			{ option: "--pcap", value: "FILE", text: "also write the messages as a capture, for Wireshark" },
		],
		examples: [
			["clicktocall trace clicktocall.log", "which calls the log holds"],
			[
				"clicktocall trace clicktocall.log 9e080b206ba2201c --pcap call.pcap",
				"one of them, also for Wireshark",
			],
		],
		exitCodes: [DONE, [1, "the log has no such call"], [2, "the log cannot be read, or has no SIP messages"]],
	},
	{
		name: "demo",
		operands: "",
		summary: "run the server with two simulated phones",
		examples: [["clicktocall demo", "then, in another shell: clicktocall call alice bob"]],
		exitCodes: [DONE, CANNOT_START],
	},
	{
		name: "install",
		operands: "",
		summary: "install this program as a systemd service, or upgrade the one that is there",
		options: [
			{ option: "--root", value: "FOLDER", text: "take a folder for / and leave this machine alone" },
		],
		examples: [
			["sudo clicktocall install", "on this machine"],
			["clicktocall install --root /mnt/image", "into an image"],
		],
		exitCodes: [DONE, [1, "a step did not work"]],
	},
	{
		name: "uninstall",
		operands: "",
		summary: "remove the service and the program; configuration, log and history stay",
		options: [
			{ option: "--purge", text: "remove these, too" },
			{ option: "--root", value: "FOLDER", text: "take a folder for / and leave this machine alone" },
		],
		examples: [["sudo clicktocall uninstall", "keep what can't be had again"]],
		exitCodes: [DONE, [1, "a step did not work"]],
	},
	{
		name: "completion",
		operands: "bash",
		summary: "print what completes the command line in bash",
		examples: [['eval "$(clicktocall completion bash)"', "in this shell; installations bring it along"]],
	},
	{
		name: "help",
		operands: "[COMMAND]",
		summary: "show this, or the help of a command",
		examples: [["clicktocall help call", "the same as clicktocall call --help"]],
	},
] as const satisfies readonly CommandDescription[];

export type CommandName = (typeof COMMAND_LIST)[number]["name"];

/** The description of a command; undefined when there is none of that name. */
export function describedCommand(
	name: string,
): (CommandDescription & { readonly name: CommandName }) | undefined {
	return COMMAND_LIST.find((command) => command.name === name);
}
