import { errorCode } from "../../error-code.ts";

/** A server cannot be reached, or its answer makes no sense; the command ends with exit code 2. */
export class RemoteError extends Error {
	override readonly name = "RemoteError";
}

const REASONS: Readonly<Record<string, string>> = {
	ConnectionRefused: "connection refused",
	ECONNREFUSED: "connection refused",
	ECONNRESET: "the connection was closed",
	ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
	CERT_HAS_EXPIRED: "its certificate has expired",
	DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed: name it with --ca FILE",
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is not by a known authority: name that with --ca FILE",
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate is not by a known authority: name that with --ca FILE",
	SELF_SIGNED_CERT_IN_CHAIN: "its certificate is not by a known authority: name that with --ca FILE",
	TimeoutError: "no answer in time",
};

/** Why something could not be reached, in a few words. */
export function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	return REASONS[errorCode(error)] ?? REASONS[error.name] ?? error.message;
}
