/** One event in a log: the line itself, and the indented lines that belong to it. */
export interface LogEntry {
	/** ISO 8601, as it stands in the log. */
	readonly at: string;
	readonly level: string;
	readonly part: string;
	/** Undefined for a line that is about no call. */
	readonly call: string | undefined;
	/** The message; its lines without their indentation. */
	readonly text: string;
}

const HEAD = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([A-Z]+) +(\S+) (\S+) (.*)$/;
const INDENTATION = "    ";

/**
 * Reads the entries of a log, in order. Lines that are no entry, such as what a demo prints, are passed over.
 *
 * @param log what the server wrote to its log file or to its console.
 */
export function readLogEntries(log: string): LogEntry[] {
	const entries: LogEntry[] = [];
	let head: RegExpExecArray | null = null;
	let lines: string[] = [];
	const finish = () => {
		if (!head) return;
		const [, at = "", level = "", part = "", call = "-"] = head;
		entries.push({ at, level, part, call: call === "-" ? undefined : call, text: lines.join("\n") });
		head = null;
	};
	for (const line of log.split(/\r?\n/)) {
		if (head && line.startsWith(INDENTATION)) {
			lines.push(line.slice(INDENTATION.length));
			continue;
		}
		finish();
		head = HEAD.exec(line);
		lines = [head?.[5] ?? ""];
	}
	finish();
	return entries;
}
