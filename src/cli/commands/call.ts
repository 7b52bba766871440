import { UsageError } from "../usage-error.ts";
import { CallClientError, isFinal, placeRemoteCall, type ReportedResult } from "./call-client.ts";

const USAGE = "usage: clicktocall call FROM TO [--anchor] [--server HOST[:PORT]]";

/** A call to place from the command line. */
export interface CallArguments {
	readonly operands: readonly string[];
	readonly anchor: boolean;
	/** `HOST`, `HOST:PORT` or `[IPV6]:PORT`; the server here when undefined. */
	readonly server: string | undefined;
	/** XmlRpcPort of the settings here. */
	readonly defaultPort: number;
}

/**
 * Places a call on a running server and shows its results as they come.
 *
 * @returns 0 when both are connected, 1 when not, 2 when the server could not be asked.
 * @throws {UsageError} for wrong arguments.
 */
export async function callCommand({ operands, anchor, server, defaultPort }: CallArguments): Promise<number> {
	const [initiator, destination, ...others] = operands;
	if (!initiator || !destination || others.length > 0) throw new UsageError(USAGE);
	const { host, port } = serverOf(server ?? "localhost", defaultPort);
	console.log(`${initiator} calls ${destination}${anchor ? ", anchored" : ""}`);
	try {
		const final = await placeRemoteCall({ host, port, initiator, destination, anchor }, (result) => {
			for (const line of describe(result)) console.log(line);
		});
		return final.code < 300 ? 0 : 1;
	} catch (error) {
		if (!(error instanceof CallClientError)) throw error;
		console.error(`clicktocall: ${error.message}`);
		return 2;
	}
}

function serverOf(text: string, defaultPort: number): { host: string; port: number } {
	const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
	const host = bracketed ?? plain;
	const number = port === undefined ? defaultPort : Number(port);
	if (!host || number < 1 || number > 65535) {
		throw new UsageError(`--server ${text}: HOST, HOST:PORT or [IPV6]:PORT was expected`);
	}
	return { host, port: number };
}

function describe(result: ReportedResult): string[] {
	const { code, leg, text, translatedInitiator, translatedDestination } = result;
	const mark = !isFinal(result) ? " " : code < 300 ? "+" : "!";
	return [
		`${mark} ${code} ${leg.padEnd(11)} ${text}`,
		...(translatedInitiator ? [`      from ${translatedInitiator}`] : []),
		...(translatedDestination ? [`        to ${translatedDestination}`] : []),
	];
}
