/** A stream does not carry distinguishable SIP messages: the connection must be closed. */
export class FramingError extends Error {
	override readonly name = "FramingError";
}
