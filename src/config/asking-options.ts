/** Options that ask for help, in any command. */
export const HELP_OPTIONS: readonly string[] = ["-?", "--?", "-h", "--help"];

export const VERSION_OPTION = "--version";
