/** A request to an HTTP server. */
export interface HttpRequest {
	readonly method: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: string;
	/** Ends it; there is no other limit. */
	readonly signal: AbortSignal;
	/** How its certificate is judged; by the usual roots unless given. */
	readonly tls?: {
		readonly rejectUnauthorized: boolean;
		/** PEM: who may have signed it, instead of the usual ones. */
		readonly ca?: string;
	};
}
