import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** The program that has a port. */
export interface PortOwner {
	readonly pid: number;
	/** Name of its executable. */
	readonly name: string;
}

/** The states of a socket that takes what comes, in /proc/net: LISTEN for TCP, and for UDP one that is not connected. */
const TAKES = { tcp: "0A", udp: "07" } as const;

/**
 * Finds out who listens on a port (proc(5)).
 *
 * @returns undefined when nobody does, or when we may not know.
 */
export function portOwner(socket: keyof typeof TAKES, port: number): PortOwner | undefined {
	const files = ["", "6"].map((family) => `/proc/net/${socket}${family}`);
	const inodes = new Set(files.flatMap((file) => socketsOn(file, port, TAKES[socket])));
	if (inodes.size === 0) return undefined;
	const processes = namesIn("/proc").filter((name) => /^\d+$/.test(name));
	const pid = processes.find((process) => hasOneOf(process, inodes));
	if (pid === undefined) return undefined;
	const executable = linkOf(`/proc/${pid}/exe`);
	return executable === undefined
		? undefined
		: { pid: Number(pid), name: basename(executable.replace(/ \(deleted\)$/, "")) };
}

/** The inodes of the sockets on a port; the fields of a line are separated by blanks, addresses are hexadecimal. */
function socketsOn(file: string, port: number, state: string): string[] {
	const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
	return textOf(file)
		.split("\n")
		.map((line) => line.trim().split(/\s+/))
		.filter(([, local, , its]) => local?.endsWith(suffix) && its === state)
		.flatMap((fields) => fields[9] ?? []);
}

function hasOneOf(process: string, inodes: ReadonlySet<string>): boolean {
	const folder = `/proc/${process}/fd`;
	return namesIn(folder).some((name) => {
		const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`${folder}/${name}`) ?? "")?.[1];
		return inode !== undefined && inodes.has(inode);
	});
}

/** Processes come and go, and we may not read those of other users. */
function attempt<Value>(look: () => Value, otherwise: Value): Value {
	try {
		return look();
	} catch {
		return otherwise;
	}
}

const namesIn = (folder: string): string[] => attempt(() => readdirSync(folder), []);
const textOf = (file: string): string => attempt(() => readFileSync(file, "utf8"), "");
const linkOf = (path: string): string | undefined => attempt(() => readlinkSync(path), undefined);
