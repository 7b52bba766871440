import { dlopen, type FFIFunction } from "bun:ffi";
import { existsSync } from "node:fs";

/** musl has no libc.so.6; its one library is the loader. */
const MUSL_LIBRARIES = ["/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-aarch64.so.1"];

/**
 * Opens the C library of Linux, for what the runtime has no function for.
 *
 * @throws {Error} when there is none, or when it lacks one of these functions.
 */
export function openCLibrary<Functions extends Record<string, FFIFunction>>(functions: Functions) {
	return dlopen(MUSL_LIBRARIES.find((path) => existsSync(path)) ?? "libc.so.6", functions);
}
