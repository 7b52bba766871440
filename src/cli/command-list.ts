/** An option of a command, in addition to the settings. */
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
	/** Exit codes other than 2: wrong arguments or settings. */
	readonly exitCodes?: readonly (readonly [code: number, when: string])[];
}

const DONE = [0, "done"] as const;

const SERVER: OptionDescription = {
	option: "--server",
	value: "HOST[:PORT]",
	text: "the server at its XmlRpcPort, or https://HOST[:PORT]; default: the one configured here",
};

const CA: OptionDescription = {
	option: "--ca",
	value: "FILE",
	text: "PEM: who may have signed the https server's certificate, not the system's",
};

const INSECURE: OptionDescription = {
	option: "--insecure",
	text: "take any certificate: whoever answers there gets the call and the token",
};

const PASSWORD_FILE: OptionDescription = {
	option: "--password-file",
	value: "FILE",
	text: "file whose first line is the password",
};

/** Which server is asked. */
const WHERE = [SERVER, CA, INSECURE] as const;

const NO_ANSWER = [2, "the server cannot be reached"] as const;

const CANNOT_START = [2, "the server cannot start"] as const;

const JSON_FLAG = "--json";

export const COMMAND_LIST = [
	{
		name: "run",
		operands: "",
		summary: "run the server (the default)",
		details: ["SIGHUP rereads the settings. SIGTERM and Ctrl-C end all calls, then the server."],
		examples: [
			["clicktocall", "with clicktocall.config from the working directory"],
			["clicktocall --config /etc/clicktocall/clicktocall.config", "with another file"],
			["clicktocall run --LogLevel=DEBUG", "with a setting that overrides the file"],
		],
		exitCodes: [DONE, CANNOT_START],
	},
	{
		name: "check",
		operands: "",
		summary: "read the settings and say what the server would do",
		options: [{ option: "--closed", text: "open no port: the network may not be there yet" }],
		examples: [["clicktocall check --config /etc/clicktocall/clicktocall.config", "before a restart"]],
		exitCodes: [[0, "the server would start with them"]],
	},
	{
		name: "translate",
		operands: "ADDRESS…",
		summary: "show which rule matches each address, and the resulting SIP URI",
		examples: [["clicktocall translate 101 +4930123456 sip:alice@example.com", "try three addresses"]],
		exitCodes: [
			[0, "every address was translated"],
			[1, "an address was refused"],
		],
	},
	{
		name: "certificate",
		operands: "[NAME…]",
		summary: "make a self-signed certificate and its key for HTTPS",
		details: [
			"They are for the names and addresses given, or for all of this machine. They are written to the files of",
			"HttpsCertificate and HttpsKey, or to https_cert.pem and https_key.pem in CertificatePath; files that are",
			"there stay. Browsers warn until they are told to trust it: compare the fingerprint.",
		],
		examples: [
			["clicktocall certificate", "for all names and addresses of this machine"],
			["clicktocall certificate ctc.example.com 192.0.2.7", "for these"],
		],
		exitCodes: [DONE, [1, "a file is there already, or cannot be written"]],
	},
	{
		name: "call",
		operands: "FROM TO",
		summary: "place a call on a running server and show its results as they arrive",
		details: [
			"Ctrl-C hangs up while the command waits for the call; a second Ctrl-C quits at once. If the call was",
			"handed over, its destination may keep ringing.",
		],
		options: [
			{ option: "--anchor", text: "keep the server in the call, so that it can follow it and hang it up" },
			...WHERE,
		],
		examples: [
			["clicktocall call 101 9055551234", "ring 101, then connect it to the number"],
			["clicktocall call 101 9055551234 --anchor --server pbx.example.com", "on another server"],
		],
		exitCodes: [
			[0, "both phones are connected, or the call was handed over with an unknown outcome (202)"],
			[1, "the request was refused and nobody was called"],
			NO_ANSWER,
			[3, "FROM was not reached"],
			[4, "TO was not reached"],
			[5, "the call was hung up before it was connected"],
		],
	},
	{
		name: "hangup",
		operands: "ID…",
		summary: "end calls in progress: hang up both phones",
		details: [
			"If a call was handed over (REFER) and still rings, only the first phone is hung up. The destination, which",
			"that phone or its PBX calls by itself, may keep ringing.",
		],
		options: [{ option: "--all", text: "every call in progress, instead of IDs" }, ...WHERE],
		examples: [
			["clicktocall hangup 9e080b206ba2201c", "end the call with this ID, as shown by status and call"],
			["clicktocall hangup --all", "end every call"],
		],
		exitCodes: [[0, "the calls have ended"], [1, "an ID is unknown"], NO_ANSWER],
	},
	{
		name: "status",
		operands: "[ID]",
		summary: "show a running server and the calls in progress, or one of them",
		options: [{ option: JSON_FLAG, text: "print JSON, with calls as in /api/v1/calls" }, ...WHERE],
		examples: [
			["clicktocall status", "a table of the calls in progress"],
			["clicktocall status 9e080b206ba2201c --json", "one call, even if it has just ended"],
		],
		exitCodes: [DONE, [1, "the ID is unknown"], NO_ANSWER],
	},
	{
		name: "history",
		operands: "",
		summary: "show past calls, newest first",
		details: [
			"Reads HistoryFile, or asks the server that has the file open: at HttpPort, with the token in the environment",
			"variable CLICKTOCALL_TOKEN, the first HttpApiToken without phones, or HttpAuthPwd when HttpAuth is on.",
		],
		options: [
			{ option: "--search", value: "TEXT", text: "calls with TEXT in an address, as typed or translated" },
			{ option: "--days", value: "N", text: "calls of the last N days, including today" },
			{ option: "--limit", value: "N", text: "at most N calls; 50 by default, all with --csv and --json" },
			{ option: "--csv", text: "print CSV" },
			{ option: JSON_FLAG, text: "print JSON, as in /api/v1/history" },
			{
				option: "--server",
				value: "HOST[:PORT]",
				text: "the server to ask, at its HttpPort, or https://HOST[:PORT][/PATH]",
			},
			CA,
			INSECURE,
		],
		examples: [
			["clicktocall history --search 9055551234", "the latest calls from and to a number"],
			["clicktocall history --days 30 --csv > calls.csv", "for a spreadsheet"],
		],
		exitCodes: [DONE, [2, "the history cannot be read"]],
	},
	{
		name: "trace",
		operands: "LOGFILE [ID]",
		summary: "draw the SIP messages of a call from a log written with LogLevel = STACK",
		details: [
			"Without an ID, lists the calls in the log, or draws the call if there is only one. ID is the ID of a call,",
			"as in status and history, or a Call-ID. LOGFILE may be - for standard input.",
		],
		options: [
			{ option: "--pcap", value: "FILE", text: "also write the messages to a capture file for Wireshark" },
		],
		examples: [
			["clicktocall trace clicktocall.log", "list the calls in the log"],
			[
				"clicktocall trace clicktocall.log 9e080b206ba2201c --pcap call.pcap",
				"draw one of them, and save it for Wireshark",
			],
		],
		exitCodes: [DONE, [1, "the log has no such call"], [2, "the log cannot be read, or has no SIP messages"]],
	},
	{
		name: "password",
		operands: "[USER]",
		summary: "print a line for the configuration with the hashes of a password, instead of the password",
		details: [
			"Asks for the password of admin, or of an HttpUser, or reads the first line of the standard input. The hashes",
			"(Digest HA1, MD5 and SHA-256) are for that name only. Whoever has them can log in: keep them secret, too.",
		],
		examples: [
			["clicktocall password", "a line HttpAuthPwd = …"],
			["clicktocall password anna < password.txt", "a line HttpUserPassword = …"],
		],
		exitCodes: [DONE, [1, "no password was given"]],
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
		summary: "install this program as a systemd service, or upgrade the installed one",
		options: [
			{ option: "--root", value: "FOLDER", text: "use FOLDER instead of / and leave this machine alone" },
			{ option: "--https", text: "the first time, also make a self-signed certificate and turn HTTPS on" },
		],
		examples: [
			["sudo clicktocall install", "on this machine"],
			["sudo clicktocall install --https", "with HTTPS on port 5443"],
			["clicktocall install --root /mnt/image", "into an image"],
		],
		exitCodes: [DONE, [1, "a step failed"]],
	},
	{
		name: "update",
		operands: "[FILE]",
		summary: "put another version in the place of the one that the service runs; calls go on",
		details: [
			"FILE is a Debian package of Click-To-Call, or its program. The new version has to run on this machine and to",
			"accept the configuration. If it does not become ready, the one before comes back by itself. The system's own",
			"files stay as they are, so this also works where they are read-only. A package that is installed by apt or",
			"dpkg later takes over from all updates.",
		],
		options: [
			{ option: "--sha256", value: "HEX", text: "take the file only if it has this checksum" },
			{ option: "--older", text: "take an older version, too" },
			{ option: "--back", text: "go back to the version before the last update, instead of FILE" },
		],
		examples: [
			["sudo clicktocall update clicktocall_1.2.0_arm64.deb", "and wait until it serves"],
			["sudo clicktocall update --back", "to the version before it"],
		],
		exitCodes: [
			[0, "the new version serves"],
			[1, "it was not taken, or the one before came back"],
		],
	},
	{
		name: "export",
		operands: "FILE",
		summary: "write the whole set-up to one file: configuration, certificates with their keys, contacts",
		details: [
			"The file is encrypted with a password (scrypt, AES-256-GCM), which is asked for, or taken from the first",
			"line of --password-file, from the environment variable CLICKTOCALL_PASSWORD, or from the standard input.",
		],
		options: [PASSWORD_FILE],
		examples: [["sudo clicktocall export clicktocall.setup", "of the service on this machine"]],
		exitCodes: [DONE, [1, "a file cannot be read or written, or no password was given"]],
	},
	{
		name: "import",
		operands: "FILE",
		summary: "put an exported set-up in the place of the one that is here",
		details: [
			"It is checked first, as check does. The certificates and the contacts go into the folder of the",
			"configuration, which is changed to name them there. Files that are replaced are kept: their names get",
			".before at the end.",
		],
		options: [PASSWORD_FILE],
		examples: [
			["sudo clicktocall import clicktocall.setup", "for the service on this machine"],
			["clicktocall import clicktocall.setup --config ./clicktocall.config", "into another folder"],
		],
		exitCodes: [DONE, [1, "nothing was changed"]],
	},
	{
		name: "uninstall",
		operands: "",
		summary: "remove the service and the program; configuration, log and history stay",
		options: [
			{ option: "--purge", text: "remove those, too" },
			{ option: "--root", value: "FOLDER", text: "use FOLDER instead of / and leave this machine alone" },
		],
		examples: [["sudo clicktocall uninstall", "remove the program, keep your data"]],
		exitCodes: [DONE, [1, "a step failed"]],
	},
	{
		name: "completion",
		operands: "bash",
		summary: "print the completion script for bash",
		examples: [['eval "$(clicktocall completion bash)"', "for this shell; an installation includes it"]],
	},
	{
		name: "help",
		operands: "[COMMAND]",
		summary: "show this help, or that of a command",
		examples: [["clicktocall help call", "the same as clicktocall call --help"]],
	},
] as const satisfies readonly CommandDescription[];

/** Options that stand for a command. */
export const PRINTING_FLAGS: readonly string[] = ["--sample-config", "--settings-table"];

export type CommandName = (typeof COMMAND_LIST)[number]["name"];

/** The description of a command; undefined when there is none of that name. */
export function describedCommand(
	name: string,
): (CommandDescription & { readonly name: CommandName }) | undefined {
	return COMMAND_LIST.find((command) => command.name === name);
}
