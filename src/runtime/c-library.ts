import { existsSync } from "node:fs";

/** A type of C: numbers by their size, and `bytes` for a pointer to the first octet of an array. */
export type CType = "i32" | "u32" | "i64" | "u64" | "bytes";

/** Functions of the C library by name. */
export type CFunctions = Readonly<
	Record<string, { readonly args: readonly CType[]; readonly returns: "i32" | "i64" }>
>;

type CValue<Type> = Type extends "i32" | "u32"
	? number
	: Type extends "i64" | "u64"
		? bigint
		: Uint8Array | Int32Array | Uint32Array | BigUint64Array;

type CValues<Types extends readonly CType[]> = {
	-readonly [Index in keyof Types]: CValue<Types[Index]>;
};

/** The functions as they can be called. */
export interface CLibrary<Functions extends CFunctions> {
	readonly symbols: {
		readonly [Name in keyof Functions]: (
			...args: CValues<Functions[Name]["args"]>
		) => CValue<Functions[Name]["returns"]>;
	};
	close(): void;
}

/** musl has no libc.so.6; its one library is the loader. */
const MUSL_LIBRARIES = ["/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-aarch64.so.1"];

/** Where the C library of Linux is. */
export function cLibraryPath(): string {
	return MUSL_LIBRARIES.find((path) => existsSync(path)) ?? "libc.so.6";
}
