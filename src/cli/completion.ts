import { SETTING_ENTRIES } from "../config/settings.ts";
import { COMMAND_LIST, type CommandDescription } from "./command-list.ts";

/** Options that every command takes. */
const GENERAL = ["--config", "--help", "--version", "--sample-config", "--settings-table"] as const;

/** Options whose value is a file or a folder. */
const FILES = ["--config", "--pcap"];
const FOLDERS = ["--root"];

/**
 * A script for bash that completes commands, their options, the names of the settings as `--Name=`, and the
 * files after `--config`, `--pcap` and `trace`. It needs only bash, and does not run the program while you type.
 */
export function renderBashCompletion(): string {
	const commands: readonly CommandDescription[] = COMMAND_LIST;
	const cases = commands.map(({ name, options = [] }) => {
		const words = options.map(({ option }) => option);
		return `		${name}) options="${words.join(" ")}" ;;`;
	});
	const others = commands
		.flatMap(({ options = [] }) =>
			options.filter(({ value }) => value !== undefined).map(({ option }) => option),
		)
		.filter((option) => !FOLDERS.includes(option) && !FILES.includes(option));
	const settings = settingNames().map((name) => `--${name}=`);
	return `# bash completion for clicktocall, made by \`clicktocall completion bash\`

_clicktocall() {
	local current previous command options word index
	current=\${COMP_WORDS[COMP_CWORD]}
	previous=\${COMP_WORDS[COMP_CWORD - 1]}
	COMPREPLY=()

	# bash takes the "=" of --config=FILE for a word of its own.
	if [[ $current == "=" ]]; then
		current=
	elif [[ $previous == "=" && COMP_CWORD -ge 2 ]]; then
		previous=\${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $previous in
		${FILES.join("|")})
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$current")
			return
			;;
		${FOLDERS.join("|")})
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -d -- "$current")
			return
			;;
		${[...new Set(others)].join("|")}) return ;;
		--*) [[ \${COMP_WORDS[COMP_CWORD]} == "=" || \${COMP_WORDS[COMP_CWORD - 1]} == "=" ]] && return ;;
	esac

	command=
	for ((index = 1; index < COMP_CWORD; index++)); do
		word=\${COMP_WORDS[index]}
		case \${COMP_WORDS[index - 1]} in
			${[...FILES, ...FOLDERS, ...new Set(others), "="].map((word) => JSON.stringify(word)).join("|")}) continue ;;
		esac
		[[ $word == -* || $word == "=" ]] && continue
		command=$word
		break
	done

	if [[ $current == -* ]]; then
		options=
		case $command in
${cases.join("\n")}
		esac
		options+=" ${GENERAL.join(" ")}"
		# The names of the settings are many: from their first letter on.
		[[ $current == --?* ]] && options+=" ${settings.join(" ")}"
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
		[[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
		return
	fi

	case $command in
		"" | help) mapfile -t COMPREPLY < <(compgen -W "${commands.map(({ name }) => name).join(" ")}" -- "$current") ;;
		completion) mapfile -t COMPREPLY < <(compgen -W "bash" -- "$current") ;;
		trace)
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$current")
			;;
	esac
}

complete -F _clicktocall clicktocall
`;
}

function settingNames(): string[] {
	return SETTING_ENTRIES.flatMap(([, setting]) =>
		setting.kind === "group" ? Object.values(setting.fields).map(({ name }) => name) : [setting.name],
	);
}
