/** A URI leads to no address; the message says why, for the log. */
export class ResolveError extends Error {
	override readonly name = "ResolveError";
}
