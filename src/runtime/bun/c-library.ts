import { dlopen, FFIType, ptr } from "bun:ffi";
import { type CFunctions, type CLibrary, type CType, cLibraryPath } from "../c-library.ts";

const TYPES: Readonly<Record<CType, FFIType>> = {
	i32: FFIType.i32,
	u32: FFIType.u32,
	i64: FFIType.i64,
	u64: FFIType.u64,
	bytes: FFIType.ptr,
};

/**
 * Opens the C library of Linux, for what the runtime has no function for.
 *
 * @throws {Error} when there is none, or when it lacks one of these functions.
 */
export function openCLibrary<const Functions extends CFunctions>(functions: Functions): CLibrary<Functions> {
	const declared = Object.entries(functions).map(([name, { args, returns }]) => [
		name,
		{ args: args.map((type) => TYPES[type]), returns: TYPES[returns] },
	]);
	// The types of its functions are those of `Functions`, which it cannot know.
	return dlopen(cLibraryPath(), Object.fromEntries(declared)) as unknown as CLibrary<Functions>;
}

/** Where an array lies in memory, for pointers within structures of C; it must be kept as long as they are used. */
export function addressOf(bytes: Uint8Array<ArrayBuffer> | BigUint64Array<ArrayBuffer>, offset = 0): bigint {
	return BigInt(ptr(bytes, offset));
}
