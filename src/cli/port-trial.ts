import { listenTcp, openUdp } from "#runtime";
import { SETTINGS, type Settings } from "../config/settings.ts";
import { BindError, type BindSettings } from "../net/bind-error.ts";
import { describePlace, type ListeningPlace } from "../net/listening-place.ts";
import { PROTOCOLS, type ProtocolFacts, protocolsWith } from "../sip/transport/protocols.ts";
import { SERVICE } from "./install/layout.ts";
import { portOwner } from "./port-owner.ts";

/** A place where a server with these settings listens. */
export interface IntendedPlace extends ListeningPlace {
	readonly settings: BindSettings;
	readonly socket: SocketKind;
}

type SocketKind = ProtocolFacts["socket"];

/** Problems with the ports, one line each. */
export interface PortTrial {
	readonly problems: readonly string[];
	/** What may be fine: the port is that of the server itself, or only the service may open it. */
	readonly warnings: readonly string[];
}

/** Every place where it would listen. @param tls whether there is a certificate. */
export function intendedPlaces(settings: Settings, tls: boolean): IntendedPlace[] {
	const on = (
		name: string,
		[protocol, socket]: readonly [string, SocketKind],
		port: number,
		bind: readonly string[],
		names: BindSettings,
	): IntendedPlace[] =>
		port === 0
			? []
			: addressesOf(bind).map((address) => ({ name, protocol, address, port, settings: names, socket }));
	const sip = settings.ipAddress === "" ? [] : [settings.ipAddress];
	const sipPorts = { UDPTCPPort: settings.udpTcpPort, TLSPort: settings.tlsPort };
	const { ipAddress, xmlRpcPort, xmlRpcTlsPort, xmlRpcBind, httpPort, httpsPort, httpBind } = SETTINGS;
	const names = (port: { readonly name: string }, bind: { readonly name: string }): BindSettings => ({
		port: port.name,
		bind: bind.name,
	});
	const { xmlRpcBind: xmlBind } = settings;
	return [
		...protocolsWith(({ secure }) => tls || !secure).flatMap((protocol) => {
			const { portSetting, socket } = PROTOCOLS[protocol];
			const port = { name: portSetting };
			return on("SIP", [protocol, socket], sipPorts[portSetting], sip, names(port, ipAddress));
		}),
		...on("XML", ["TCP", "tcp"], settings.xmlRpcPort, xmlBind, names(xmlRpcPort, xmlRpcBind)),
		...on("HTTP", ["TCP", "tcp"], settings.httpPort, settings.httpBind, names(httpPort, httpBind)),
		...on("XML", ["TLS", "tcp"], settings.xmlRpcTlsPort, xmlBind, names(xmlRpcTlsPort, xmlRpcBind)),
		...on("HTTP", ["TLS", "tcp"], settings.httpsPort, settings.httpBind, names(httpsPort, httpBind)),
	];
}

/** `::` makes the others needless. */
function addressesOf(bind: readonly string[]): readonly string[] {
	return bind.length === 0 || bind.includes("::") ? ["::"] : [...new Set(bind)];
}

/**
 * Opens all places for a moment, as a server would.
 *
 * @param asService whether the settings are those of the service, which may open ports below 1024.
 */
export async function tryPlaces(places: readonly IntendedPlace[], asService: boolean): Promise<PortTrial> {
	const problems: string[] = [];
	const warnings: string[] = [];
	const opened: (() => void)[] = [];
	for (const place of places) {
		const outcome = await tryPlace(place);
		if (!(outcome instanceof BindError)) {
			opened.push(outcome);
			continue;
		}
		const verdict = judge(place, outcome, asService);
		(verdict.maybeRight ? warnings : problems).push(verdict.text);
	}
	for (const close of opened) close();
	return { problems, warnings };
}

function judge(
	place: IntendedPlace,
	error: BindError,
	asService: boolean,
): { readonly maybeRight: boolean; readonly text: string } {
	if (error.code === "EACCES" || error.code === "EPERM")
		return { maybeRight: asService, text: error.message };
	if (error.code !== "EADDRINUSE") return { maybeRight: false, text: error.message };
	const owner = portOwner(place.socket, place.port);
	if (!owner) {
		const text = `${describePlace(place)} is in use; that is fine if a server with these settings is running`;
		return { maybeRight: true, text };
	}
	if (owner.pid === process.pid) return { maybeRight: false, text: error.message };
	const who = `${owner.name}, process ${owner.pid}`;
	return owner.name.startsWith(SERVICE)
		? {
				maybeRight: true,
				text: `${describePlace(place)} is in use by ${who}; that is fine if it has these settings`,
			}
		: { maybeRight: false, text: `${error.message} (${who})` };
}

/** @returns what closes it, or why it cannot be opened. */
async function tryPlace(place: IntendedPlace): Promise<(() => void) | BindError> {
	const { address, port, settings } = place;
	try {
		return await open(place);
	} catch (error) {
		const bindError = new BindError(settings, address, port, error);
		// Without IPv6 all addresses are those of IPv4.
		return address === "::" && NO_IPV6.has(bindError.code)
			? tryPlace({ ...place, address: "0.0.0.0" })
			: bindError;
	}
}

const NO_IPV6: ReadonlySet<string> = new Set(["EAFNOSUPPORT", "EADDRNOTAVAIL"]);

async function open({ socket: kind, address, port }: IntendedPlace): Promise<() => void> {
	if (kind === "udp") {
		const socket = await openUdp({ hostname: address, port, socket: { data: () => {}, error: () => {} } });
		return () => socket.close();
	}
	const listener = listenTcp({ hostname: address, port, socket: { data: () => {} } });
	return () => listener.stop(true);
}
