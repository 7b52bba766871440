/** The owner of messages: it records them, and what is wrong with them. */
export interface MessageOwner {
	recordIn(text: string): void;
	recordOut(text: string): void;
	fault(text: string): void;
}
