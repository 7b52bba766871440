import { errorCode } from "../../error-code.ts";

/** A server cannot be reached, or its answer makes no sense; the command ends with exit code 2. */
export class RemoteError extends Error {
	override readonly name = "RemoteError";
}

const REASONS: Readonly<Record<string, string>> = {
	ConnectionRefused: "connection refused",
	ECONNREFUSED: "connection refused",
	ECONNRESET: "the connection was closed",
	TimeoutError: "no answer in time",
};

/** Why something could not be reached, in a few words. */
export function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	return REASONS[errorCode(error)] ?? REASONS[error.name] ?? error.message;
}
