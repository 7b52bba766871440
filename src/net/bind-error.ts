import { errorCode } from "../error-code.ts";
import { formatHostPort } from "./host-port.ts";

/** Which settings chose an address and a port to listen on. */
export interface BindSettings {
	/** Name of the setting with the port, such as `XmlRpcPort`. */
	readonly port: string;
	/** Name of the setting with the addresses, such as `XmlRpcBind`. */
	readonly bind: string;
}

/** The server could not listen on a port; the message is one line that names the setting at fault. */
export class BindError extends Error {
	override readonly name = "BindError";
	/** The setting to change. */
	readonly setting: string;
	readonly address: string;
	readonly port: number;
	/** Error code of the operating system, such as `EADDRINUSE`; empty if there is none. */
	readonly code: string;

	constructor(settings: BindSettings, address: string, port: number, cause: unknown) {
		const code = errorCode(cause);
		const reason = explain(code, cause);
		const setting = reason.about === "address" ? settings.bind : settings.port;
		const value = reason.about === "address" ? address : port;
		super(`${setting} = ${value}: cannot listen on ${formatHostPort(address, port)}: ${reason.text}`, {
			cause,
		});
		this.setting = setting;
		this.address = address;
		this.port = port;
		this.code = code;
	}
}

function explain(
	code: string,
	cause: unknown,
): { readonly about: "address" | "port"; readonly text: string } {
	switch (code) {
		case "EADDRINUSE":
			return { about: "port", text: "the port is in use by another program" };
		case "EACCES":
		case "EPERM":
			return { about: "port", text: "no permission; ports below 1024 need CAP_NET_BIND_SERVICE or root" };
		case "EADDRNOTAVAIL":
			return { about: "address", text: "not an address of this machine" };
		case "EAFNOSUPPORT":
			return { about: "address", text: "this machine does not support that version of IP" };
		default:
			return { about: "address", text: cause instanceof Error ? cause.message : String(cause) };
	}
}
