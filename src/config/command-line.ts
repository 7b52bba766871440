import { HELP_OPTIONS, VERSION_OPTION } from "./asking-options.ts";
import { type Assignment, isKnownName, suggestion } from "./assign.ts";
import { COMMAND_LINE, type ConfigProblem, problem } from "./problem.ts";
import type { SettingOption } from "./setting.ts";
import { SETTING_ENTRIES } from "./settings.ts";

/** Options that a command has beyond the settings; with their hyphens. */
export interface CommandOptions {
	/** Options without a value: `--anchor`. */
	readonly flags?: readonly string[];
	/** Options with a value, as `--server HOST` or `--server=HOST`. */
	readonly values?: readonly string[];
}

/** A command line, taken apart. */
export interface CommandLine {
	/** `-?`, `-h` or `--help` was there. */
	readonly help: boolean;
	/** `--version` was there. */
	readonly version: boolean;
	/** What `--config` named. */
	readonly configFile?: string;
	/** The settings among the options, not yet read by their types. */
	readonly assignments: readonly Assignment[];
	/** The arguments that are not options: a command and its operands. */
	readonly operands: readonly string[];
	/** Those of the command's own options that were there. */
	readonly flags: ReadonlySet<string>;
	readonly values: ReadonlyMap<string, string>;
	readonly problems: readonly ConfigProblem[];
}

interface KnownOption {
	readonly setting: string;
	readonly option: SettingOption;
}

const SETTING_OPTIONS: ReadonlyMap<string, KnownOption> = new Map(
	SETTING_ENTRIES.flatMap(([, setting]) =>
		setting.kind === "single"
			? (setting.options ?? []).map((option): [string, KnownOption] => [
					option.option,
					{ setting: setting.name, option },
				])
			: [],
	),
);

const CONFIG_OPTION = "--config";
/** After it, everything is an operand. */
const END_OF_OPTIONS = "--";

/**
 * Takes a command line apart: the options of the C++ server (`-a ADDRESS`, `-nk`, …), `--config FILE`,
 * `--Name=value` for any setting, help and version, the command's own options, and operands. Never throws;
 * each problem names its option.
 *
 * @param argv the arguments, without the program's name
 */
export function parseCommandLine(argv: readonly string[], own: CommandOptions = {}): CommandLine {
	return new CommandLineReader(argv, own).read();
}

class CommandLineReader {
	readonly #argv: readonly string[];
	readonly #own: CommandOptions;
	readonly #assignments: Assignment[] = [];
	readonly #operands: string[] = [];
	readonly #flags = new Set<string>();
	readonly #values = new Map<string, string>();
	readonly #problems: ConfigProblem[] = [];
	#next = 0;
	#configFile: string | undefined;
	#help = false;
	#version = false;

	constructor(argv: readonly string[], own: CommandOptions) {
		this.#argv = argv;
		this.#own = own;
	}

	read(): CommandLine {
		for (let argument = this.#take(); argument !== undefined; argument = this.#take()) {
			if (argument === END_OF_OPTIONS) {
				for (let rest = this.#take(); rest !== undefined; rest = this.#take()) this.#operands.push(rest);
				break;
			}
			if (argument.startsWith("-") && argument !== "-") this.#option(argument);
			else this.#operands.push(argument);
		}
		return {
			help: this.#help,
			version: this.#version,
			...(this.#configFile !== undefined && { configFile: this.#configFile }),
			assignments: this.#assignments,
			operands: this.#operands,
			flags: this.#flags,
			values: this.#values,
			problems: this.#problems,
		};
	}

	#take(): string | undefined {
		const argument = this.#argv[this.#next++];
		// The replacement for octets that are not text may have been a password.
		if (argument?.includes("\uFFFD"))
			this.#problem(`argument ${this.#next}`, this.#next, "expected UTF-8 text");
		return argument;
	}

	#option(argument: string): void {
		const line = this.#next;
		const equals = argument.indexOf("=");
		const name = equals < 0 ? argument : argument.slice(0, equals);
		const value = equals < 0 ? undefined : argument.slice(equals + 1);
		const takesValue = name === CONFIG_OPTION || this.#own.values?.includes(name);
		if (takesValue) return this.#valueOption(name, value, line);

		const plain = value === undefined ? this.#plainOption(argument, line) : false;
		if (plain) return;
		const setting = name.startsWith("--") ? name.slice(2) : "";
		if (value !== undefined && isKnownName(setting)) {
			this.#assignments.push({ file: COMMAND_LINE, line, name: setting, value, option: name });
		} else if (isKnownName(setting)) {
			this.#problem(name, line, `expected a value: ${name}=VALUE`);
		} else {
			const hint = setting === "" ? "unknown option" : suggestion(setting);
			this.#problem(name, line, `${hint.replace("setting", "option")} (--help lists them)`);
		}
	}

	#valueOption(name: string, value: string | undefined, line: number): void {
		const given = value ?? this.#take();
		if (given === undefined || given === "") this.#problem(name, line, "expected a value after it");
		else if (name === CONFIG_OPTION) this.#configFile = given;
		else this.#values.set(name, given);
	}

	/** @returns false when it is not one of the options without `=` */
	#plainOption(argument: string, line: number): boolean {
		const known = SETTING_OPTIONS.get(argument);
		if (HELP_OPTIONS.includes(argument)) this.#help = true;
		else if (argument === VERSION_OPTION) this.#version = true;
		else if (this.#own.flags?.includes(argument)) this.#flags.add(argument);
		else if (known) this.#settingOption(known, line);
		else return false;
		return true;
	}

	#settingOption({ setting, option: { option, sets } }: KnownOption, line: number): void {
		const value = sets ?? this.#take();
		if (value === undefined) this.#problem(option, line, `expected a value after it (${setting})`);
		else this.#assignments.push({ file: COMMAND_LINE, line, name: setting, value, option });
	}

	#problem(option: string, line: number, text: string): void {
		this.#problems.push(problem("error", { file: COMMAND_LINE, line, setting: option }, text));
	}
}
