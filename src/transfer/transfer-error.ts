/** Why a set-up cannot be exported or imported. */
export type TransferFault =
	/** It is another file. */
	| "not one"
	/** It was exported by a later version. */
	| "too new"
	/** Damaged or cut off. */
	| "damaged"
	/** Wrong or too short. */
	| "password"
	/** What is in it cannot be used here: one problem for each line. */
	| "refused"
	/** A file cannot be read or written. */
	| "files";

/** A set-up that cannot be exported or imported; the message is for people. Nothing has been changed. */
export class TransferError extends Error {
	override readonly name = "TransferError";

	constructor(
		readonly fault: TransferFault,
		message: string,
		options?: ErrorOptions,
	) {
		super(message, options);
	}
}
