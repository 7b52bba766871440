/** What the operating system says of processes; Linux only (proc(5)). */
import { readdirSync, readFileSync } from "node:fs";

/** Unit of the times in /proc/PID/stat: USER_HZ is 100 on every Linux that Bun runs on. */
const TICK_MS = 10;
const KIB = 1024;

/** One line of /proc/PID/stat. */
export interface ProcessTimes {
	readonly parent: number;
	/** User and system time of all threads, in milliseconds; steps of 10 ms. */
	readonly cpuMs: number;
}

/** @param text content of /proc/PID/stat. */
export function readStat(text: string): ProcessTimes {
	// The second field is the program's name in brackets, which may hold spaces and brackets.
	const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
	return { parent: Number(fields[1]), cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS };
}

/**
 * A size in /proc/PID/status, such as VmRSS (resident now) or VmHWM (its peak), in bytes; 0 when absent.
 *
 * @param text content of the file.
 */
export function readSize(text: string, name: string): number {
	const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text);
	return Number(found?.[1] ?? 0) * KIB;
}

/** User and system time of some processes in all their threads so far, in milliseconds. */
export function cpuMs(pids: readonly number[]): number {
	let sum = 0;
	for (const pid of pids) sum += readStat(readFileSync(`/proc/${pid}/stat`, "utf8")).cpuMs;
	return sum;
}

/** Resident memory now and at its peak, in bytes, summed over some processes; shared pages count in each. */
export function memory(pids: readonly number[]): { readonly resident: number; readonly peak: number } {
	let resident = 0;
	let peak = 0;
	for (const pid of pids) {
		const text = readFileSync(`/proc/${pid}/status`, "utf8");
		resident += readSize(text, "VmRSS");
		peak += readSize(text, "VmHWM");
	}
	return { resident, peak };
}

/** A process and all its descendants. */
export function family(pid: number): number[] {
	const parents = new Map<number, number>();
	for (const name of readdirSync("/proc")) {
		if (!/^\d+$/.test(name)) continue;
		try {
			parents.set(Number(name), readStat(readFileSync(`/proc/${name}/stat`, "utf8")).parent);
		} catch {
			// It has ended meanwhile.
		}
	}
	const found = new Set([pid]);
	for (let before = 0; before < found.size; ) {
		before = found.size;
		for (const [child, parent] of parents) if (found.has(parent)) found.add(child);
	}
	return [...found];
}
