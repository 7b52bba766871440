import { resolve } from "node:path";
import { pastCallJson } from "../../api/history-json.ts";
import type { Settings } from "../../config/settings.ts";
import { csvHeader, csvLine, PLAIN_CSV } from "../../history/csv.ts";
import { startOfDay } from "../../history/local-days.ts";
import { StoredHistory, StoredHistoryError } from "../../history/stored-history.ts";
import type { HistoryCall } from "../../history/types.ts";
import { systemWallClock } from "../../time/wall-clock.ts";
import { dateAndTime, duration, outcomeOf } from "../../words/words.ts";
import { write } from "../output.ts";
import { type Credentials, HttpClient } from "../remote/http-client.ts";
import { placeOf } from "../remote/place.ts";
import { RemoteError } from "../remote/remote-error.ts";
import { remoteCalls } from "../remote/remote-history.ts";
import { type Cell, tableLines } from "../table.ts";
import { paintHere, type Tone } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

export interface HistoryArguments {
	readonly settings: Settings;
	/** The folder for relative paths in the settings. */
	readonly folder: string;
	/** HOST or HOST:PORT of the HTTP interface to ask; absent for the local file, or the server that has it open. */
	readonly server: string | undefined;
	/** `--ca`. */
	readonly caFile?: string | undefined;
	/** `--insecure`. */
	readonly insecure?: boolean;
	readonly credentials: Credentials;
	readonly search: string | undefined;
	/** Today and the days before. */
	readonly days: string | undefined;
	readonly limit: string | undefined;
	readonly form: "table" | "csv" | "json";
}

/** Lines of a table unless more are asked for. */
const DEFAULT_LIMIT = 50;
const MOST_CALLS = 1_000_000_000;
const MOST_DAYS = 3660;
const LONGEST_SEARCH = 200;
/** Characters collected for one write. */
const PIECE = 65_536;
/** The code of a call that was ended before both were connected. */
const HUNG_UP = 487;

/**
 * Shows past calls: from the file, or from the server that has it open.
 *
 * @returns 0.
 * @throws {UsageError} for wrong arguments. @throws {RemoteError} when neither can be read.
 */
export async function historyCommand(args: HistoryArguments): Promise<number> {
	const { search, days, form } = args;
	if (search !== undefined && search.length > LONGEST_SEARCH)
		throw new UsageError(`--search: expected at most ${LONGEST_SEARCH} characters`);
	const count = days === undefined ? undefined : wholeNumber("--days", days, MOST_DAYS);
	const limit = args.limit === undefined ? undefined : wholeNumber("--limit", args.limit, MOST_CALLS);
	const from = count === undefined ? undefined : startOfDay(new Date(systemWallClock.now()), 1 - count);
	const wanted = limit ?? (form === "table" ? DEFAULT_LIMIT : MOST_CALLS);
	// One more, to know whether there are more than a table shows.
	try {
		const calls = await openCalls(args, { text: search, from }, form === "table" ? wanted + 1 : wanted);
		if (form === "table") await writeTable(calls, wanted);
		else if (form === "csv") await writePieces(csvTexts(calls));
		else await writePieces(jsonTexts(calls));
		return 0;
	} catch (error) {
		throw error instanceof StoredHistoryError ? new RemoteError(error.message) : error;
	}
}

type Calls = AsyncGenerator<HistoryCall, void, void>;
type Filter = { readonly text: string | undefined; readonly from: number | undefined };

/** Starts to read, so that errors are known before anything is written. */
async function openCalls(args: HistoryArguments, filter: Filter, limit: number): Promise<Calls> {
	const { settings, folder, server } = args;
	if (server !== undefined) return await begun(askServer(args, filter, limit));
	if (settings.historyFile === "")
		throw new RemoteError("HistoryFile is empty: no history is kept (--server asks another server)");
	try {
		return await begun(readFile(resolve(folder, settings.historyFile), filter, limit));
	} catch (error) {
		if (!(error instanceof StoredHistoryError)) throw error;
		return await begun(askServer(args, filter, limit)).catch((reason: unknown) => {
			throw reason instanceof RemoteError || reason instanceof UsageError ? neither(error, reason) : reason;
		});
	}
}

/** @throws {UsageError} @throws {RemoteError} while it is read. */
async function* askServer(args: HistoryArguments, filter: Filter, limit: number): Calls {
	const { settings, server, caFile, insecure, credentials } = args;
	const { httpPort: port, httpBind: bind } = settings;
	const place = placeOf({ server, setting: "HttpPort", port, bind, caFile, insecure });
	const client = new HttpClient(place, credentials);
	yield* remoteCalls(client, filter, limit);
}

/** @throws {StoredHistoryError} while it is read. */
async function* readFile(path: string, filter: Filter, limit: number): Calls {
	const stored = StoredHistory.open(path);
	try {
		let left = limit;
		for (const call of stored.calls(filter)) {
			yield call;
			left -= 1;
			if (left === 0) return;
		}
	} finally {
		stored.close();
	}
}

function neither(file: StoredHistoryError, server: Error): RemoteError {
	return new RemoteError(
		`the history cannot be read:\n  ${file.message}\n  ${server.message}\nName the server's configuration with --config FILE, or its address with --server HOST:PORT.`,
	);
}

/** The same calls, once the first of them is there. */
async function begun(calls: Calls): Promise<Calls> {
	const first = await calls.next();
	return (async function* () {
		if (first.done) return;
		yield first.value;
		yield* calls;
	})();
}

async function writeTable(calls: Calls, limit: number): Promise<void> {
	const rows: Cell[][] = [];
	let more = false;
	for await (const call of calls) {
		if (rows.length === limit) more = true;
		else rows.push(row(call));
	}
	if (rows.length === 0) return write("no calls\n");
	const paint = paintHere();
	const lines = tableLines(["STARTED", "FROM", "TO", "WAY", "RESULT", "TALK", "ID"], rows, paint);
	if (more) lines.push(paint("quiet", `… and earlier ones: --limit ${limit * 2}, --days, --search`));
	await write(`${lines.join("\n")}\n`);
}

const TONES: Readonly<Record<"good" | "bad" | "open", Tone>> = { good: "good", bad: "bad", open: "busy" };

function row(call: HistoryCall): Cell[] {
	const { id, startedAt, answeredAt, endedAt, initiator, destination, way } = call;
	const talk = way === "anchor" && answeredAt !== undefined && endedAt !== undefined;
	return [
		{ text: dateAndTime(startedAt) },
		{ text: initiator },
		{ text: destination },
		{ text: way },
		outcome(call),
		{ text: talk ? duration(endedAt - answeredAt) : "" },
		{ text: id },
	];
}

function outcome({ way, state, result, endedBy }: HistoryCall): Cell {
	if (state === "interrupted") return { text: "interrupted", tone: "bad" };
	if (result?.code === HUNG_UP && endedBy) return { text: `hung up by ${endedBy}`, tone: "bad" };
	const { text, kind } = outcomeOf(result, way, state === "refused");
	return { text, tone: TONES[kind] };
}

async function* csvTexts(calls: Calls): AsyncGenerator<string> {
	yield csvHeader(PLAIN_CSV);
	for await (const call of calls) yield csvLine(call, PLAIN_CSV);
}

async function* jsonTexts(calls: Calls): AsyncGenerator<string> {
	let separator = '{"calls":[\n';
	for await (const call of calls) {
		yield separator + JSON.stringify(pastCallJson(call));
		separator = ",\n";
	}
	yield separator === ",\n" ? "\n]}\n" : '{"calls":[]}\n';
}

async function writePieces(texts: AsyncIterable<string>): Promise<void> {
	let piece = "";
	for await (const text of texts) {
		piece += text;
		if (piece.length < PIECE) continue;
		await write(piece);
		piece = "";
	}
	await write(piece);
}

function wholeNumber(option: string, text: string, most: number): number {
	const number = /^\d{1,10}$/.test(text) ? Number(text) : 0;
	if (number < 1 || number > most)
		throw new UsageError(`${option} ${text}: expected a whole number from 1 to ${most}`);
	return number;
}
