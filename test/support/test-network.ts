/** Runs a command to its end; its output is in the error when it fails. */
export function run(...command: string[]): void {
	const { exitCode, stderr } = Bun.spawnSync(command, { stdout: "ignore", stderr: "pipe" });
	if (exitCode !== 0) throw new Error(`${command.join(" ")} failed: ${stderr.toString().trim()}`);
}

/** A /24 network that no link of this machine has, also none that a killed test has left. */
export function freeSubnet(): string {
	const links = Bun.spawnSync(["ip", "-o", "-4", "addr"]).stdout.toString();
	for (let tries = 0; tries < 250; tries += 1) {
		const subnet = `10.213.${(process.pid + tries) % 250}`;
		if (!links.includes(` ${subnet}.`)) return subnet;
	}
	throw new Error(
		"expected a free network in 10.213.0.0/16, but tests that were killed have left links in all of them",
	);
}

/**
 * A network namespace of the test's own with one link to the test: for phones that refuse to work
 * when loopback is all there is. Needs root and iproute2.
 */
export class TestNetwork {
	readonly #name: string;
	readonly #subnet: string;

	private constructor(name: string, subnet: string) {
		this.#name = name;
		this.#subnet = subnet;
	}

	/** @param hosts how many addresses the namespace gets. */
	static create(hosts: number): TestNetwork {
		const name = `ctc${process.pid}`;
		const network = new TestNetwork(name, freeSubnet());
		run("ip", "netns", "add", name);
		run("ip", "link", "add", `${name}a`, "type", "veth", "peer", "name", `${name}b`, "netns", name);
		run("ip", "addr", "add", `${network.address(254)}/24`, "dev", `${name}a`);
		run("ip", "link", "set", `${name}a`, "up");
		run("ip", "-n", name, "link", "set", "lo", "up");
		for (let host = 1; host <= hosts; host += 1) {
			run("ip", "-n", name, "addr", "add", `${network.address(host)}/24`, "dev", `${name}b`);
		}
		run("ip", "-n", name, "link", "set", `${name}b`, "up");
		run("ip", "-n", name, "route", "add", "default", "via", network.address(254));
		return network;
	}

	/** Address of a host, 1 to the number of hosts; 254 is the test's own. */
	address(host: number): string {
		return `${this.#subnet}.${host}`;
	}

	/** The command that runs another one inside. */
	inside(...command: string[]): string[] {
		return ["ip", "netns", "exec", this.#name, ...command];
	}

	/** Gives the namespace another address in place of one, as DHCP does. */
	replaceAddress(host: number, by: number): void {
		run("ip", "-n", this.#name, "addr", "del", `${this.address(host)}/24`, "dev", `${this.#name}b`);
		run("ip", "-n", this.#name, "addr", "add", `${this.address(by)}/24`, "dev", `${this.#name}b`);
	}

	/** From now on what leaves the namespace from this TCP port is lost without a word. */
	loseFrom(port: number): void {
		run(
			"ip",
			"-n",
			this.#name,
			"rule",
			"add",
			"pref",
			"10",
			"ipproto",
			"tcp",
			"sport",
			`${port}`,
			"blackhole",
		);
	}

	/** From now on what the namespace sends to this TCP port is lost without a word, until `findAgain`. */
	loseTo(port: number): void {
		this.#rule("add", port);
	}

	/** Ends `loseTo`. */
	findAgain(port: number): void {
		this.#rule("del", port);
	}

	#rule(change: "add" | "del", port: number): void {
		const what = ["pref", "10", "ipproto", "tcp", "dport", `${port}`, "blackhole"];
		run("ip", "-n", this.#name, "rule", change, ...what);
	}

	/** The namespace's ports of its TCP connections to a port. */
	portsTo(port: number): number[] {
		const { stdout } = Bun.spawnSync(
			this.inside("ss", "-tnH", "state", "established", "dport", "=", `${port}`),
		);
		return [...stdout.toString().matchAll(/:(\d+)\s+\S+:\d+\s*$/gm)].map(([, local]) => Number(local));
	}

	remove(): void {
		// With the namespace alone, the link would go some time later, and the next test makes one of the same name.
		run("ip", "link", "del", `${this.#name}a`);
		run("ip", "netns", "del", this.#name);
	}
}
