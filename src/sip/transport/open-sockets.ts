import { errorCode } from "../../error-code.ts";
import { BindError, type BindSettings } from "../../net/bind-error.ts";
import { ConnectionLimits } from "../../net/connection-limits.ts";
import type { TlsIdentity } from "../../tls/tls-files.ts";
import type { SipCounters } from "./counters.ts";
import type { LocalAddresses } from "./local-address.ts";
import type { MessageSink } from "./message-sink.ts";
import { MessageTurns } from "./message-turns.ts";
import { PROTOCOLS, type TransportProtocol } from "./protocols.ts";
import { type StreamOpener, StreamTransport, type StreamTransportOptions } from "./stream-transport.ts";
import { tcpOpener } from "./tcp.ts";
import { TlsOpener } from "./tls.ts";
import type { SipTransportOptions } from "./transport-options.ts";
import { type UdpParts, UdpTransport } from "./udp.ts";

const CONNECT_TIMEOUT = 5000;
const IDLE_TIMEOUT = 600_000;

/** With port 0 the system chooses a port for UDP, and that number may be taken for TCP. */
const PORT_TRIES = 20;

/** The sockets of each protocol. */
export interface Sockets {
	readonly udp: UdpTransport;
	readonly tcp: StreamTransport;
	/** Undefined if there is no TLS at all. */
	readonly tls: StreamTransport | undefined;
	/** Shows another certificate on new TLS connections. */
	readonly renewTls: ((identity: TlsIdentity) => void) | undefined;
}

/**
 * Opens all sockets on one address, or none.
 * @throws {BindError}
 */
export async function openSockets(
	hostname: string,
	options: SipTransportOptions,
	sink: MessageSink,
	locals: LocalAddresses,
): Promise<Sockets> {
	const limits = options.limits ?? new ConnectionLimits({ total: 0, perAddress: 0 });
	const { clock, external } = options;
	const turns = new MessageTurns(clock);
	const streams = (opener: StreamOpener): StreamTransportOptions => ({
		opener,
		clock,
		sink,
		turns,
		limits,
		connectTimeout: options.connectTimeout ?? CONNECT_TIMEOUT,
		idleTimeout: options.idleTimeout ?? IDLE_TIMEOUT,
		locals,
		external,
	});
	for (let left = PORT_TRIES; ; left--) {
		const udp = await openUdp(hostname, options.port, { sink, locals, turns, clock, external });
		let tcp: StreamTransport;
		try {
			tcp = new StreamTransport(hostname, udp.port, streams(tcpOpener));
		} catch (error) {
			udp.close();
			if (options.port === 0 && left > 1 && errorCode(error) === "EADDRINUSE") continue;
			throw new BindError(settingsOf("TCP"), hostname, udp.port, error);
		}
		try {
			return { udp, tcp, ...openTls(hostname, options, sink.counters, streams) };
		} catch (error) {
			udp.close();
			tcp.close();
			throw error;
		}
	}
}

/** Which settings gave the address and the port of a protocol, for errors. */
function settingsOf(protocol: TransportProtocol): BindSettings {
	return { port: PROTOCOLS[protocol].portSetting, bind: "IPAddress" };
}

/** Whether an address could not be opened because the machine has no IPv6. */
export function lacksIPv6(error: unknown): boolean {
	const code = errorCode(error);
	return code === "EAFNOSUPPORT" || code === "EADDRNOTAVAIL";
}

async function openUdp(hostname: string, port: number, parts: UdpParts): Promise<UdpTransport> {
	try {
		return await UdpTransport.bind(hostname, port, parts);
	} catch (error) {
		throw new BindError(settingsOf("UDP"), hostname, port, error);
	}
}

function openTls(
	hostname: string,
	{ tls, clock, log, connectTimeout }: SipTransportOptions,
	counters: SipCounters,
	streams: (opener: StreamOpener) => StreamTransportOptions,
): Pick<Sockets, "tls" | "renewTls"> {
	if (!tls) return { tls: undefined, renewTls: undefined };
	const { identity, roots, port } = tls;
	const opener = new TlsOpener({
		identity,
		roots,
		handshakeTimeout: connectTimeout ?? CONNECT_TIMEOUT,
		clock,
		log,
		counters,
	});
	try {
		return {
			tls: new StreamTransport(hostname, identity && port !== 0 ? port : undefined, streams(opener)),
			renewTls: (renewed) => opener.renew(renewed),
		};
	} catch (error) {
		throw new BindError(settingsOf("TLS"), hostname, port, error);
	}
}
