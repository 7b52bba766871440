/** Where the document ends cannot be known. */
export interface Broken {
	readonly broken: string;
	/** What the client is told, when there is more to say than that it is not well-formed. */
	readonly text?: string;
}
