/** Whose messages these are: they are recorded there, with what is wrong about them. */
export interface MessageOwner {
	recordIn(text: string): void;
	recordOut(text: string): void;
	fault(text: string): void;
}
