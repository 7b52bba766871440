import type { Logger } from "../../log/logger.ts";
import type { ConnectionLimits } from "../../net/connection-limits.ts";
import type { Clock } from "../../time/clock.ts";
import type { TlsIdentity } from "../../tls/tls-files.ts";
import type { TlsRoots } from "../../tls/tls-roots.ts";
import type { SipCounters } from "./counters.ts";
import type { ExternalAddress } from "./external-address.ts";
import type { MachineNetwork } from "./machine-network.ts";

/** SIP over TLS. */
export interface TlsSettings {
	/** The port to listen on; 0 for none. */
	readonly port: number;
	/** Without it, TLS does not listen, but other servers can still be reached. */
	readonly identity?: TlsIdentity | undefined;
	readonly roots: TlsRoots;
}

/** Settings of the SIP sockets. */
export interface SipTransportOptions {
	/** The one IP address to listen on; empty for all, IPv4 and IPv6. */
	readonly address: string;
	/** Among all addresses, the one to be reached by while this machine has it; it may move to another machine. */
	readonly movingAddress?: string | undefined;
	/** For UDP and TCP; 0 for any number that is free for both. */
	readonly port: number;
	readonly clock: Clock;
	readonly log: Logger;
	/** Without it there is no TLS at all. */
	readonly tls?: TlsSettings | undefined;
	/** Whether flows that are held get keep-alives; true by default. */
	readonly keepAlives?: boolean;
	/** Milliseconds within which a connection must open, and a TLS handshake end; 5,000 by default. */
	readonly connectTimeout?: number;
	/** Milliseconds without traffic after which a connection is closed; 600,000 by default. */
	readonly idleTimeout?: number;
	/** How peers beyond a NAT see our address. */
	readonly external?: ExternalAddress | undefined;
	/** Counts what the sockets do. */
	readonly counters?: SipCounters;
	/** How many connections peers may hold open, TCP and TLS together; without it, any number. */
	readonly limits?: ConnectionLimits;
	/** How the machine is connected; without it, changes go unnoticed. */
	readonly machine?: () => MachineNetwork;
}
