import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { freePorts } from "./free-port.ts";
import { PROJECT } from "./sources.ts";
import { run } from "./test-network.ts";

/** The HTTP proxies of docs/behind-a-proxy.md. */
export const PROXY_NAMES = ["nginx", "haproxy", "caddy"] as const;

export type ProxyName = (typeof PROXY_NAMES)[number];

/** How long a proxy may take to start, in milliseconds. */
const PATIENCE = 10_000;

/** The lines of a proxy in the documentation. */
function documented(name: ProxyName): string {
	const text = readFileSync(join(PROJECT, "docs/behind-a-proxy.md"), "utf8");
	const [, lines] = new RegExp(`\`\`\`${name}\n(.*?)\`\`\``, "s").exec(text) ?? [];
	if (lines === undefined) throw new Error(`docs/behind-a-proxy.md has no lines for ${name}`);
	return lines;
}

/** What stands around the documented lines, and the command that runs it. */
const PROGRAMS: Readonly<
	Record<ProxyName, (folder: string, lines: string) => { text: string; command: string[] }>
> = {
	nginx: (folder, lines) => ({
		text: `daemon off;\npid ${folder}/pid;\nerror_log stderr;\nevents { }\nhttp {\naccess_log off;\n${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${folder}/${kind};\n`).join("")}${lines}}\n`,
		command: ["nginx", "-e", "stderr", "-c", join(folder, "config")],
	}),
	haproxy: (folder, lines) => ({ text: lines, command: ["haproxy", "-db", "-f", join(folder, "config")] }),
	caddy: (folder, lines) => ({
		text: `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${lines}`,
		command: ["caddy", "run", "--adapter", "caddyfile", "--config", join(folder, "config")],
	}),
};

/** A proxy as the documentation sets it up, with TLS on a port of localhost. */
export class HttpProxy {
	readonly folder: string;
	/** PEM file of the certificate, which is its own authority. */
	readonly certificate: string;
	readonly port: number;
	readonly #process: Subprocess<"ignore", "ignore", "pipe">;

	private constructor(name: ProxyName, port: number, serverPort: number) {
		const folder = mkdtempSync(join(tmpdir(), `${name}-`));
		const file = (base: string): string => join(folder, base);
		this.folder = folder;
		this.port = port;
		this.certificate = file("cert.pem");
		run(
			...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
			...["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
			...["-keyout", file("key.pem"), "-out", file("cert.pem")],
		);
		writeFileSync(
			file("both.pem"),
			readFileSync(file("cert.pem"), "utf8") + readFileSync(file("key.pem"), "utf8"),
		);
		const lines = documented(name)
			.replaceAll(/\/etc\/ssl\/certs\/\S+?\.pem/g, file("cert.pem"))
			.replaceAll(/\/etc\/ssl\/private\/\S+?\.key/g, file("key.pem"))
			.replaceAll("/etc/haproxy/intranet.pem", file("both.pem"))
			.replace("intranet.example.com {", `https://localhost:${port} {`)
			.replace("intranet.example.com", "localhost")
			.replace("listen 443", `listen ${port}`)
			.replace("bind :443", `bind 127.0.0.1:${port}`)
			.replaceAll("127.0.0.1:5090", `127.0.0.1:${serverPort}`);
		const { text, command } = PROGRAMS[name](folder, lines);
		writeFileSync(file("config"), text);
		this.#process = Bun.spawn(command, {
			env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
			stdin: "ignore",
			stdout: "ignore",
			stderr: "pipe",
		});
	}

	/** Starts it before a server, and waits until it takes connections. */
	static async start(name: ProxyName, serverPort: number): Promise<HttpProxy> {
		const [port = 0] = await freePorts(1);
		const proxy = new HttpProxy(name, port, serverPort);
		for (const end = Date.now() + PATIENCE; ; ) {
			const open = await Bun.connect({ hostname: "localhost", port, socket: { data: () => {} } }).catch(
				() => undefined,
			);
			open?.end();
			if (open) return proxy;
			if (Date.now() > end || proxy.#process.exitCode !== null) {
				proxy.#process.kill();
				throw new Error(`${name} does not start: ${await new Response(proxy.#process.stderr).text()}`);
			}
			await Bun.sleep(50);
		}
	}

	/** The server's pages as browsers see them. */
	get url(): string {
		return `https://localhost:${this.port}/ctc`;
	}

	async stop(): Promise<void> {
		this.#process.kill();
		await this.#process.exited;
		rmSync(this.folder, { recursive: true, force: true });
	}
}
