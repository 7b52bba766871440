import { formatHostPort } from "../../net/host-port.ts";
import { errorCode } from "./error-code.ts";
import { isWildcard } from "./ip-address.ts";
import type { TransportProtocol } from "./types.ts";

/** A port could not be opened at the start; the message is one line for the person who set it. */
export class BindError extends Error {
	override readonly name = "BindError";
	/** The system's name of the cause: `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`, … */
	readonly code: string;
	/** The setting to change. */
	readonly setting: string;

	constructor(setting: string, message: string, cause: unknown) {
		super(`${setting}: ${message}`, { cause });
		this.code = errorCode(cause);
		this.setting = setting;
	}
}

/**
 * Says why a SIP port could not be opened.
 *
 * @param portSetting the setting that the port came from.
 */
export function bindError(
	portSetting: string,
	protocol: TransportProtocol,
	address: string,
	port: number,
	cause: unknown,
): BindError {
	const place = isWildcard(address) ? `port ${port} on all addresses` : formatHostPort(address, port);
	switch (errorCode(cause)) {
		case "EADDRINUSE":
			return new BindError(
				portSetting,
				`cannot listen on ${protocol} ${place}: another program uses it`,
				cause,
			);
		case "EACCES":
			return new BindError(portSetting, `cannot listen on ${protocol} ${place}: no permission`, cause);
		case "EADDRNOTAVAIL":
			return new BindError("IPAddress", `${address} is not an address of this machine`, cause);
		case "ENOTFOUND":
			return new BindError("IPAddress", `${address} is not an IP address`, cause);
		default: {
			const reason = cause instanceof Error ? cause.message : String(cause);
			return new BindError(portSetting, `cannot listen on ${protocol} ${place}: ${reason}`, cause);
		}
	}
}
