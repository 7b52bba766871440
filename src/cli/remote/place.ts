import { formatHostPort } from "../../net/host-port.ts";
import { readCertificates, readIfThere, TlsFileError } from "../../tls/tls-files.ts";
import { UsageError } from "../usage-error.ts";

/** Where a server is asked. */
export interface Place {
	readonly host: string;
	readonly port: number;
	/** `HOST:PORT`, and the setting that has the port when it was not named. */
	readonly text: string;
	/** The pages of the server; undefined if it was not named by a URL. */
	readonly web?: WebPlace;
}

/** The pages of a server, and whether it is the right one. */
export interface WebPlace {
	/** Scheme, host and port. */
	readonly origin: string;
	/** What stands before each path, such as `/ctc`. */
	readonly prefix: string;
	/** PEM of the authorities whose certificates are good; undefined for the system's. */
	readonly ca?: string | undefined;
	/** Whether any certificate will do. */
	readonly insecure: boolean;
}

export interface PlaceOptions {
	/** The value of `--server`: `HOST`, `HOST:PORT`, `[IPV6]:PORT`, or the URL of the pages. */
	readonly server: string | undefined;
	/** The value of `--ca`: a file with the authorities of an https server. */
	readonly caFile?: string | undefined;
	/** `--insecure`. */
	readonly insecure?: boolean | undefined;
	/** The setting of the port, such as XmlRpcPort. */
	readonly setting: string;
	readonly port: number;
	/** Where the server configured here listens; none for everywhere. */
	readonly bind: readonly string[];
}

const WEB = /^https?:\/\//i;
const SERVER = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/;

/**
 * Where to ask: at `--server`, or at the server configured here.
 *
 * @throws {UsageError} when `--server` cannot be read, or the settings have no such interface.
 */
export function placeOf(options: PlaceOptions): Place {
	const { server, setting, port, bind, caFile, insecure = false } = options;
	if (server !== undefined && WEB.test(server)) return webPlace(server, caFile, insecure);
	if (caFile !== undefined || insecure)
		throw new UsageError("--ca and --insecure need --server https://HOST");
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

/** @throws {UsageError} */
function webPlace(text: string, caFile: string | undefined, insecure: boolean): Place {
	const url = URL.parse(text);
	if (!url?.hostname || url.username !== "" || url.search !== "" || url.hash !== "")
		throw new UsageError(`--server ${text}: expected https://HOST[:PORT][/PATH]`);
	const secure = url.protocol === "https:";
	if (!secure && (caFile !== undefined || insecure))
		throw new UsageError("--ca and --insecure need --server https://HOST");
	return {
		host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
		port: Number(url.port) || (secure ? 443 : 80),
		text: url.href.replace(/\/$/, ""),
		web: {
			origin: url.origin,
			prefix: url.pathname.replace(/\/$/, ""),
			ca: caFile === undefined ? undefined : readAuthorities(caFile),
			insecure,
		},
	};
}

function readAuthorities(file: string): string {
	try {
		const text = readIfThere(file) ?? "";
		readCertificates(file, text);
		return text;
	} catch (error) {
		if (error instanceof TlsFileError) throw new UsageError(`--ca ${error.message}`);
		throw error;
	}
}

function place(host: string, port: number, origin: string): Place {
	return { host, port, text: `${formatHostPort(host, port)}${origin}` };
}

/** An address at which a server on this machine can be reached. */
function localHost([address]: readonly string[]): string {
	if (address === undefined || address === "::") return "localhost";
	return address === "0.0.0.0" ? "127.0.0.1" : address;
}
