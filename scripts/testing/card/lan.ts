/** A network for the emulated board: a tap interface with a DHCP server, in a network namespace of the run's own. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { command, WITH_THIS_RUN } from "./command.ts";

/** Name of the interface that the emulator is given. */
export const TAP = "card0";
/** The address of this side, where the phones are. */
export const HERE = "10.77.0.1";
/** The address that DHCP gives the board. */
export const BY_DHCP = "10.77.0.10";
/** The MAC address of the emulated board. */
export const MAC = "52:54:00:77:00:10";

/** @param folder for the files of the DHCP server. @returns what stops it. */
export function openLan(folder: string): () => void {
	mkdirSync(folder, { recursive: true });
	command("ip", "link", "set", "lo", "up");
	command("ip", "tuntap", "add", TAP, "mode", "tap");
	command("ip", "addr", "add", `${HERE}/24`, "dev", TAP);
	command("ip", "link", "set", TAP, "up");
	command("ip", "route", "add", "224.0.0.0/4", "dev", TAP);
	const server = Bun.spawn(
		[
			...[
				...WITH_THIS_RUN,
				"dnsmasq",
				"--keep-in-foreground",
				"--conf-file=/dev/null",
				"--port=0",
				`--interface=${TAP}`,
			],
			...["--dhcp-range=10.77.0.10,10.77.0.19,1h", `--dhcp-host=${MAC},${BY_DHCP}`, "--user=root"],
			...[`--dhcp-leasefile=${join(folder, "leases")}`, `--pid-file=${join(folder, "dnsmasq.pid")}`],
		],
		{ stdout: "ignore", stderr: "inherit" },
	);
	return () => server.kill("SIGKILL");
}

/** @throws {Error} unless the network knows the name, with the address that the card gets by DHCP. */
export async function expectName(name: string): Promise<void> {
	const [answer = ""] = await askMulticast(name, "A", 60);
	const address = String.fromCharCode(...BY_DHCP.split(".").map(Number));
	if (!answer.includes(address)) throw new Error(answer === "" ? "no answer on the LAN" : "another address");
}

/** Asks all on the network for a name (RFC 6762). @returns the answers as text of one octet a character. */
export async function askMulticast(
	name: string,
	type: "A" | "PTR" | "SRV",
	seconds: number,
): Promise<string[]> {
	const answers: string[] = [];
	const socket = await Bun.udpSocket({
		hostname: HERE,
		port: 0,
		binaryType: "buffer",
		socket: { data: (_socket, bytes) => void answers.push(bytes.toString("latin1")) },
	});
	try {
		for (let left = seconds; left > 0 && answers.length === 0; left--) {
			socket.send(question(name, type), 5353, "224.0.0.251");
			await Bun.sleep(1000);
		}
		return answers;
	} finally {
		socket.close();
	}
}

const TYPES = { A: 1, PTR: 12, SRV: 33 } as const;

/** A query with one question (RFC 1035 section 4). */
function question(name: string, type: keyof typeof TYPES): Buffer {
	const labels = name.split(".").map((label) => `${String.fromCharCode(label.length)}${label}`);
	const head = "\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00";
	return Buffer.from(`${head}${labels.join("")}\0\0${String.fromCharCode(TYPES[type])}\0\x01`, "latin1");
}
