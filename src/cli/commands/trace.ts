import { readFileSync, writeFileSync } from "node:fs";
import type { CommandLine } from "../../config/command-line.ts";
import { drawLadder } from "../../trace/ladder.ts";
import { readLogEntries } from "../../trace/log-entries.ts";
import { writePcap } from "../../trace/pcap.ts";
import { isMessage, readTracedCalls, type TracedCall } from "../../trace/traced-call.ts";
import { complain, write } from "../output.ts";
import { StartError } from "../start-error.ts";
import { tableLines } from "../table.ts";
import { clean, paintHere } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

/**
 * Draws the ladder of a call from a log at level STACK, or lists the calls that the log holds.
 *
 * @returns 0; 1 when the log has no such call.
 * @throws {UsageError} for wrong operands. @throws {StartError} for a file that cannot be read or written.
 */
export async function traceCommand(operands: readonly string[], { values }: CommandLine): Promise<number> {
	const [file, wanted, ...rest] = operands;
	if (file === undefined || rest.length > 0)
		throw new UsageError("expected LOGFILE and, for one call, its ID");
	const calls = readTracedCalls(readLogEntries(read(file))).filter(({ events }) => events.some(isMessage));
	if (calls.length === 0) {
		throw new StartError(`${file}: no SIP messages found; LogLevel = STACK logs them`);
	}
	const chosen =
		wanted === undefined
			? calls
			: calls.filter(({ id, callIds }) => id === wanted || callIds.includes(wanted));
	if (chosen.length === 0) {
		complain(`clicktocall: ${file}: no call with the ID ${wanted}`);
		return 1;
	}
	const [only] = chosen;
	const lines = only && chosen.length === 1 ? drawLadder(only).map(clean) : table(chosen);
	await write(`${lines.join("\n")}\n`);
	const pcap = values.get("--pcap");
	if (pcap !== undefined) save(pcap, chosen);
	return 0;
}

function table(calls: readonly TracedCall[]): string[] {
	const rows = calls.map(({ id, events }) => {
		const messages = events.filter(isMessage);
		const [first] = messages;
		return [
			{ text: first?.at.replace("T", " ").slice(0, 19) ?? "" },
			{ text: String(messages.length) },
			{ text: first?.startLine.replace(/ SIP\/2\.0$/, "") ?? "" },
			{ text: id },
		];
	});
	return tableLines(["FROM (UTC)", "MESSAGES", "BEGINS WITH", "ID"], rows, paintHere());
}

function read(file: string): string {
	try {
		return readFileSync(file === "-" ? 0 : file, "utf8");
	} catch (error) {
		throw new StartError(`${file}: cannot be read: ${reasonOf(error)}`);
	}
}

function save(file: string, calls: readonly TracedCall[]): void {
	const messages = calls
		.flatMap(({ events }) => events.filter(isMessage))
		.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
	try {
		writeFileSync(file, writePcap(messages));
	} catch (error) {
		throw new StartError(`--pcap: ${file} cannot be written: ${reasonOf(error)}`);
	}
}

function reasonOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
