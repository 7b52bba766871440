/** A stream does not carry SIP messages that can be told apart: the connection has to be closed. */
export class FramingError extends Error {
	override readonly name = "FramingError";
}
