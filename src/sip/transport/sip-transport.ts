import type { TlsIdentity } from "../../tls/tls-files.ts";
import { AddressWatch } from "./address-watch.ts";
import { isIPv6, isWildcard } from "./ip-address.ts";
import { KeepAlives } from "./keep-alive.ts";
import { LocalAddresses, type MovingAddress } from "./local-address.ts";
import { MessageSink } from "./message-sink.ts";
import { lacksIPv6, openSockets, type Sockets } from "./open-sockets.ts";
import { PROTOCOL_NAMES, type TransportProtocol } from "./protocols.ts";
import type { SipTransportOptions } from "./transport-options.ts";
import {
	type Flow,
	type FlowHolder,
	type HostPort,
	type Target,
	TransportError,
	type TransportLayer,
	type TransportUser,
} from "./types.ts";

/** The protocols that need a connection. */
export type StreamProtocol = Exclude<TransportProtocol, "UDP">;

/** A listening socket. */
export interface Listening {
	readonly protocol: TransportProtocol;
	/** `::` or `0.0.0.0` for all addresses. */
	readonly address: string;
	readonly port: number;
}

/** Every SIP socket of the server: UDP and TCP on one port, TLS on another. */
export class SipTransport implements TransportLayer, FlowHolder {
	readonly listening: readonly Listening[];
	/** Which address families can be reached. */
	readonly families: { readonly ipv4: boolean; readonly ipv6: boolean };
	readonly #sockets: Sockets;
	readonly #locals: LocalAddresses;
	readonly #sink: MessageSink;
	readonly #hearing: Hearing;
	readonly #keepAlives: KeepAlives;
	readonly #addresses: AddressWatch | undefined;

	private constructor(hostname: string, sockets: Sockets, parts: Parts) {
		this.#sockets = sockets;
		this.#locals = parts.locals;
		this.#sink = parts.sink;
		this.#hearing = parts.hearing;
		this.#keepAlives = parts.keepAlives;
		const { clock, machine: read } = parts.options;
		this.#addresses =
			read && new AddressWatch({ clock, read, onChange: this.#networkChanged(parts.options) });
		const { udp, tcp, tls } = sockets;
		const ports: Record<TransportProtocol, number | undefined> = {
			UDP: udp.port,
			TCP: tcp.port,
			TLS: tls?.port,
		};
		this.listening = PROTOCOL_NAMES.flatMap((protocol) => {
			const port = ports[protocol];
			return port === undefined ? [] : [{ protocol, address: hostname, port }];
		});
		this.families = { ipv4: hostname === "::" || !isIPv6(hostname), ipv6: isIPv6(hostname) };
	}

	/**
	 * Opens the sockets; whatever arrives before the start is dropped.
	 * @throws {BindError} when one cannot be opened.
	 */
	static async listen(options: SipTransportOptions): Promise<SipTransport> {
		const { address, clock, log, tls } = options;
		const hearing: Hearing = { user: undefined };
		const keepAlives = new KeepAlives({ enabled: options.keepAlives ?? true, clock, log });
		const sink = new MessageSink(
			{
				onMessage: (bytes, flow) => hearing.user?.onMessage(bytes, flow),
				onClosed: (flow, undelivered) => {
					keepAlives.drop(flow);
					hearing.user?.onClosed(flow, undelivered);
				},
				onUnreachable: (flow) => hearing.user?.onUnreachable(flow),
			},
			log,
			clock,
			options.counters,
		);
		const locals = new LocalAddresses(
			isWildcard(address) ? undefined : address,
			clock,
			movingAddress(options),
		);
		const open = async (hostname: string) =>
			new SipTransport(hostname, await openSockets(hostname, options, sink, locals), {
				hearing,
				locals,
				sink,
				keepAlives,
				options,
			});
		const transport = await open(address === "" ? "::" : address).catch((error: unknown) => {
			if (address !== "" || !lacksIPv6(error)) throw error;
			return open("0.0.0.0");
		});
		if (tls && tls.port !== 0 && !tls.identity) {
			log.info(`TLSPort = ${tls.port} stays closed: there is no certificate for TLSDomainName`);
		}
		return transport;
	}

	/** From now on passes up what arrives on the sockets. */
	start(user: TransportUser): void {
		this.#hearing.user = user;
	}

	/** False once the sockets have closed. */
	get open(): boolean {
		return this.#sockets.udp.open;
	}

	/** How many connections are open. */
	get connections(): Readonly<Record<StreamProtocol, number>> {
		const { tcp, tls } = this.#sockets;
		return { TCP: tcp.connections, TLS: tls?.connections ?? 0 };
	}

	flowTo(target: Target): Flow | Promise<Flow> {
		switch (target.protocol) {
			case "UDP":
				return this.datagramFlow(target);
			case "TCP":
				this.#checkFamily(target.address);
				return this.#sockets.tcp.flowTo(target);
			case "TLS":
				this.#checkFamily(target.address);
				if (!this.#sockets.tls) throw new TransportError("TLS is not available");
				return this.#sockets.tls.flowTo(target);
		}
	}

	/**
	 * A datagram flow to a peer, from the port on which we listen (RFC 3261 section 18.2.2).
	 * @throws {TransportError} when there is no route to the peer.
	 */
	datagramFlow(remote: HostPort): Flow {
		this.#checkFamily(remote.address);
		this.#locals.towards(remote.address);
		return this.#sockets.udp.flowTo(remote.address, remote.port);
	}

	hold(flow: Flow): () => void {
		return this.#keepAlives.hold(flow);
	}

	/**
	 * The machine may have slept: NAT bindings may be gone, and peers may have closed streams that were
	 * silent.
	 */
	wokeUp(): void {
		this.#locals.forget();
		this.#keepAlives.sendAll();
	}

	/** Shows another certificate on new TLS connections. @throws {Error} the system's if it can listen no more. */
	renewCertificate(identity: TlsIdentity): void {
		this.#sockets.renewTls?.(identity);
	}

	/** Closes every socket; the user is told nothing more. */
	close(): void {
		this.#sink.close();
		this.#addresses?.close();
		this.#keepAlives.close();
		this.#sockets.udp.close();
		this.#sockets.tcp.close();
		this.#sockets.tls?.close();
	}

	#networkChanged({ log }: SipTransportOptions) {
		return (gone: ReadonlySet<string>, addresses: ReadonlySet<string>, summary: string): void => {
			if (summary !== "") log.info(() => `The addresses of this machine have changed: ${summary}`);
			this.#locals.forget();
			this.#sockets.tcp.strand(gone);
			this.#sockets.tls?.strand(gone);
			this.#hearing.user?.onNetworkChange(addresses);
		};
	}

	#checkFamily(address: string): void {
		const wanted = isIPv6(address) ? "ipv6" : "ipv4";
		if (this.families[wanted]) return;
		const ours = this.listening[0]?.address ?? "";
		throw new TransportError(`Cannot reach ${address} from ${ours}: the other version of IP`);
	}
}

/** Who gets what arrives on the sockets: nobody before the start. */
interface Hearing {
	user: TransportUser | undefined;
}

interface Parts {
	readonly hearing: Hearing;
	readonly locals: LocalAddresses;
	readonly sink: MessageSink;
	readonly keepAlives: KeepAlives;
	readonly options: SipTransportOptions;
}

/** The address that moves between machines, if there is one. */
function movingAddress({ movingAddress: address, machine }: SipTransportOptions): MovingAddress | undefined {
	if (!address || !machine) return undefined;
	return { address, isHere: () => machine().addresses.has(address) };
}
