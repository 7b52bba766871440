import { type CFunctions, type CLibrary, type CType, cLibraryPath } from "../c-library.ts";

const TYPES: Readonly<Record<CType, Deno.NativeType>> = {
	i32: "i32",
	u32: "u32",
	i64: "i64",
	u64: "u64",
	bytes: "buffer",
};

/** Opens the C library of Linux. @throws {Error} when there is none, or when it lacks one of these functions. */
export function openCLibrary<const Functions extends CFunctions>(functions: Functions): CLibrary<Functions> {
	const declared = Object.entries(functions).map(([name, { args, returns }]) => [
		name,
		{ parameters: args.map((type) => TYPES[type]), result: TYPES[returns] },
	]);
	// The types of its functions are those of `Functions`, which it cannot know.
	return Deno.dlopen(cLibraryPath(), Object.fromEntries(declared)) as unknown as CLibrary<Functions>;
}

/** Where an array lies in memory. */
export function addressOf(bytes: Uint8Array<ArrayBuffer> | BigUint64Array<ArrayBuffer>, offset = 0): bigint {
	return Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)) + BigInt(offset);
}
