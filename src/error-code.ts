/** The system's name of an error, such as `EADDRINUSE`; empty when it has none. */
export function errorCode(error: unknown): string {
	if (typeof error !== "object" || error === null || !("code" in error)) return "";
	return typeof error.code === "string" ? error.code : "";
}
