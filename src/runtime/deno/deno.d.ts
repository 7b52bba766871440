/** The part of Deno that is used here, as Deno 2.9 has it; its own types would take the place of those of Bun. */
declare namespace Deno {
	interface NetAddr {
		readonly transport: "tcp" | "udp";
		readonly hostname: string;
		readonly port: number;
	}
	interface Listener {
		readonly addr: NetAddr;
		close(): void;
	}
	interface DatagramConn {
		readonly addr: NetAddr;
		/** Rejects with `BadResource` once it is closed. */
		receive(buffer?: Uint8Array): Promise<[Uint8Array<ArrayBuffer>, NetAddr]>;
		close(): void;
	}
	interface PointerObject {
		readonly [brand: symbol]: unknown;
	}
	type NativeType = "i32" | "u32" | "i64" | "u64" | "buffer";
	interface ForeignFunction {
		readonly parameters: readonly NativeType[];
		readonly result: NativeType | "pointer";
	}
	const UnsafePointer: {
		of(bytes: ArrayBufferView<ArrayBuffer>): PointerObject | null;
		value(pointer: PointerObject | null): bigint;
	};
	class UnsafePointerView {
		constructor(pointer: PointerObject);
		getInt32(): number;
	}
	function dlopen(
		path: string,
		functions: Readonly<Record<string, ForeignFunction>>,
	): { readonly symbols: Readonly<Record<string, unknown>>; close(): void };
	function listen(options: { readonly hostname: string; readonly port: number }): Listener;
	/** With `--unstable-net` alone. */
	const listenDatagram:
		| ((options: {
				readonly transport: "udp";
				readonly hostname: string;
				readonly port: number;
		  }) => DatagramConn)
		| undefined;
	/** Whether it was made by `deno compile`. */
	const build: { readonly standalone: boolean };
}
