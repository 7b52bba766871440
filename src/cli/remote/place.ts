import { formatHostPort } from "../../net/host-port.ts";
import { UsageError } from "../usage-error.ts";

/** Where a server is asked. */
export interface Place {
	readonly host: string;
	readonly port: number;
	/** `HOST:PORT`, and the setting that has the port when it was not named. */
	readonly text: string;
}

export interface PlaceOptions {
	/** The value of `--server`: `HOST`, `HOST:PORT` or `[IPV6]:PORT`. */
	readonly server: string | undefined;
	/** The setting of the port, such as XmlRpcPort. */
	readonly setting: string;
	readonly port: number;
	/** Where the server configured here listens; none for everywhere. */
	readonly bind: readonly string[];
}

const SERVER = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/;

/**
 * Where to ask: at `--server`, or at the server configured here.
 *
 * @throws {UsageError} when `--server` cannot be read, or the settings have no such interface.
 */
export function placeOf({ server, setting, port, bind }: PlaceOptions): Place {
	if (server === undefined) {
		if (port > 0) return place(localHost(bind), port, ` (${setting})`);
		throw new UsageError(
			`${setting} is 0, so the server cannot be reached; --server HOST:PORT names another`,
		);
	}
	const [, bracketed, plain, given] = SERVER.exec(server) ?? [];
	const host = bracketed ?? plain;
	const number = given === undefined ? port : Number(given);
	if (!host || number < 1 || number > 65_535) {
		throw new UsageError(`--server ${server}: expected HOST, HOST:PORT or [IPV6]:PORT`);
	}
	return place(host, number, given === undefined ? ` (${setting})` : "");
}

function place(host: string, port: number, origin: string): Place {
	return { host, port, text: `${formatHostPort(host, port)}${origin}` };
}

/** An address at which a server on this machine can be reached. */
function localHost([address]: readonly string[]): string {
	if (address === undefined || address === "::") return "localhost";
	return address === "0.0.0.0" ? "127.0.0.1" : address;
}
