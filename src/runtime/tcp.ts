import type { X509Certificate } from "node:crypto";

/** One TCP or TLS connection. */
export interface TcpSocket<Data = undefined> {
	/** What its owner keeps with it. */
	data: Data;
	readonly localAddress: string;
	readonly localPort: number;
	readonly remoteAddress: string;
	readonly remotePort: number;
	/** The octets may be changed afterwards. @returns how many were taken; negative when it is closed. `drain` tells when it takes more. */
	write(bytes: string | Uint8Array): number;
	/** Closes once everything taken has been sent. */
	end(last?: string | Uint8Array): unknown;
	/** Closes our sending side. */
	shutdown(): void;
	/** Closes at once. */
	terminate(): void;
	pause(): void;
	resume(): void;
	setNoDelay(on: boolean): unknown;
	/** @param delay milliseconds without traffic, after which TCP asks whether the peer is still there. */
	setKeepAlive(on: boolean, delay: number): unknown;
	/** What the peer showed in the TLS handshake. */
	getPeerX509Certificate(): X509Certificate | undefined;
}

/** The events of connections. */
export interface Handlers<Data> {
	open?(socket: TcpSocket<Data>): void;
	data?(socket: TcpSocket<Data>, bytes: Buffer): void;
	/** It takes more, after it took less than it was given. */
	drain?(socket: TcpSocket<Data>): void;
	/** The peer has closed its sending side. */
	end?(socket: TcpSocket<Data>): void;
	close?(socket: TcpSocket<Data>, error?: Error): void;
	error?(socket: TcpSocket<Data>, error: Error): void;
	/** @param ok whether there is a connection; `error` says what is wrong with the peer's certificate. */
	handshake?(socket: TcpSocket<Data>, ok: boolean, error: Error | null): void;
	connectError?(socket: TcpSocket<Data>, error: Error): void;
}

/** TLS of a listener. */
export interface TlsListenOptions {
	/** PEM: the server's certificate, followed by the intermediate ones. */
	readonly cert: string;
	/** PEM. */
	readonly key: string;
	/** PEM of the authorities whose clients may come in; undefined if clients are not asked for certificates. */
	readonly clientAuthorities?: readonly string[] | undefined;
}

/** TLS of a connection that we open. Its certificate is judged by whoever handles `handshake`. */
export interface TlsConnectOptions {
	/** PEM. */
	readonly authorities: readonly string[];
	/** The name that the peer is asked for (RFC 6066 section 3). */
	readonly serverName?: string | undefined;
	/** What we show to a peer that asks, in PEM. */
	readonly identity?: { readonly cert: string; readonly key: string } | undefined;
}

/** How to listen. */
export interface ListenOptions<Data> {
	/** IP address; `::` also accepts IPv4. */
	readonly hostname: string;
	/** 0 for any free one. */
	readonly port: number;
	/** What each accepted connection has at first. */
	readonly data?: Data;
	/** Whether a connection stays open when the peer closes its sending side. */
	readonly allowHalfOpen?: boolean;
	readonly tls?: TlsListenOptions;
	readonly socket: Handlers<Data>;
}

/** How to connect. */
export interface ConnectOptions<Data> {
	readonly hostname: string;
	readonly port: number;
	readonly data?: Data;
	/** Our address that the connection comes from; chosen by the system unless given. */
	readonly localAddress?: string | undefined;
	readonly tls?: TlsConnectOptions;
	readonly socket: Handlers<Data>;
}

/** A socket that accepts connections. */
export interface TcpListener {
	readonly hostname: string;
	readonly port: number;
	/** @param closeAll whether connections are closed, too. */
	stop(closeAll?: boolean): void;
}
