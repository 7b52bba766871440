/** dnsmasq on a free port of loopback, in charge of `.test`. */
export class Dnsmasq {
	readonly #process: Bun.Subprocess<"ignore", "ignore", "pipe">;

	private constructor(
		readonly port: number,
		process: Bun.Subprocess<"ignore", "ignore", "pipe">,
	) {
		this.#process = process;
	}

	/**
	 * @param records options such as `--srv-host=_sip._udp.srv.test,phone.srv.test,5060,10,75`.
	 * @throws {Error} when it is not installed or does not start.
	 */
	static async start(records: readonly string[]): Promise<Dnsmasq> {
		const program = Bun.which("dnsmasq", { PATH: `${process.env.PATH}:/usr/sbin:/sbin` });
		if (!program) throw new Error("dnsmasq is missing: install Debian's package dnsmasq-base");
		const port = await freePort();
		const child = Bun.spawn({
			cmd: [
				program,
				"--no-daemon",
				"--conf-file=/dev/null",
				"--pid-file=",
				"--no-resolv",
				"--no-hosts",
				"--listen-address=127.0.0.1",
				"--bind-interfaces",
				`--port=${port}`,
				// Exists everywhere; of no effect for others than root.
				"--user=root",
				"--local=/test/",
				"--local-ttl=60",
				...records,
			],
			stdin: "ignore",
			stdout: "ignore",
			stderr: "pipe",
		});
		await started(child.stderr);
		return new Dnsmasq(port, child);
	}

	async stop(): Promise<void> {
		this.#process.kill();
		await this.#process.exited;
	}
}

/** It says "started" once its sockets are open. */
async function started(log: ReadableStream<Uint8Array>): Promise<void> {
	const decoder = new TextDecoder();
	let text = "";
	const reader = log.getReader();
	for (;;) {
		const { value, done } = await reader.read();
		if (done) throw new Error(`dnsmasq did not start: ${text}`);
		text += decoder.decode(value, { stream: true });
		if (text.includes(": started")) break;
	}
	// Its log is read to the end: a full pipe would stop it.
	void (async () => {
		while (!(await reader.read()).done);
	})();
}

/** Free for UDP and TCP; dnsmasq wants both. */
async function freePort(): Promise<number> {
	const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
	const { port } = listener;
	const socket = await Bun.udpSocket({ hostname: "127.0.0.1", port, socket: { data() {} } });
	socket.close();
	listener.stop(true);
	return port;
}
