/** The stream can no longer be split into SIP messages: the connection must be closed. */
export class FramingError extends Error {
	override readonly name = "FramingError";
}
