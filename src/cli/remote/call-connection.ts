import type { Answer, ServerStatus } from "./answer.ts";
import type { CallToPlace } from "./xml-connection.ts";

/** What commands ask of a server, by its XML socket or by its interface for programs. */
export interface CallConnection {
	/**
	 * Places a call.
	 *
	 * @param onAnswer is called with each result, up to the final one.
	 * @returns the final result. @throws {RemoteError} when the connection is lost before.
	 */
	place(call: CallToPlace, onAnswer: (answer: Answer) => void): Promise<Answer>;
	/** Ends a call. @returns the server's text; undefined when the ID is unknown. @throws {RemoteError} */
	hangUp(id: string): Promise<string | undefined>;
	/** One call; undefined when the ID is unknown (by now). @throws {RemoteError} */
	statusOf(id: string): Promise<ServerStatus | undefined>;
	/** The server, and all calls in progress. @throws {RemoteError} */
	status(): Promise<ServerStatus>;
	close(): void;
}
