/** A connection to a Redis or Valkey server. Nothing is queued before it is open or after it is lost. */
export interface RedisConnection {
	/**
	 * Sends a command. There is no time-out: if the server does not answer, neither does this.
	 * Rejects with the server's error, or when the connection is lost.
	 */
	send(command: string, args: readonly string[]): Promise<unknown>;
	close(): void;
}
