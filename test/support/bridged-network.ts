import { freeSubnet, run } from "./test-network.ts";

/** Network namespaces on one bridge, each with an `eth0`: machines between which an address can move. Needs root. */
export class BridgedNetwork {
	readonly #subnet = freeSubnet();
	readonly #name = `ctb${process.pid}`;
	readonly #machines: string[] = [];

	constructor() {
		run("ip", "link", "add", this.#name, "type", "bridge");
		run("ip", "addr", "add", `${this.address(254)}/24`, "dev", this.#name);
		run("ip", "link", "set", this.#name, "up");
	}

	/** Address of a host; 254 is the test's own. */
	address(host: number): string {
		return `${this.#subnet}.${host}`;
	}

	/** Adds a machine. @param hosts its addresses. @returns the command that runs another one there. */
	machine(...hosts: number[]): (...command: string[]) => string[] {
		const name = `${this.#name}n${this.#machines.length}`;
		this.#machines.push(name);
		run("ip", "netns", "add", name);
		const link = `${this.#name}v${this.#machines.length}`;
		run("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name);
		run("ip", "link", "set", link, "master", this.#name, "up");
		for (const host of hosts) run("ip", "-n", name, "addr", "add", `${this.address(host)}/24`, "dev", "eth0");
		for (const own of ["lo", "eth0"]) run("ip", "-n", name, "link", "set", own, "up");
		return (...command) => ["ip", "netns", "exec", name, ...command];
	}

	remove(): void {
		for (const [index, name] of this.#machines.entries()) {
			// With its namespace alone, the link would go some time later, and the next test makes one of the same name.
			run("ip", "link", "del", `${this.#name}v${index + 1}`);
			run("ip", "netns", "del", name);
		}
		run("ip", "link", "del", this.#name);
	}
}
