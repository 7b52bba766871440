import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { freePorts } from "./free-port.ts";

/** What the phones and the server of the tests know at Kamailio. */
export const REALM = "pbx.test";
export const PASSWORD = "open-sesame";

const CONFIG = join(import.meta.dir, "../interop/kamailio/proxy.cfg");
const MODULES = [...new Bun.Glob("/usr/lib/*/kamailio/modules").scanSync({ onlyFiles: false })];

export interface KamailioOptions {
	readonly address: string;
	/** What its certificate and the certificate's key say, as PEM. */
	readonly identity: { readonly certificate: string; readonly key: string };
	/** Digest algorithm of its challenges. */
	readonly algorithm: "MD5" | "SHA-256";
	/** Whose requests it challenges: a regular expression for User-Agent. */
	readonly challenged: string;
	/** How long a nonce lives, in seconds; 300 by default. */
	readonly nonceExpire?: number;
	/** How long it keeps bindings, in seconds; 3600 by default. */
	readonly maxExpires?: number;
	/** Takes calls of registered users only. */
	readonly registeredOnly?: boolean;
	/** PEM of a root: whoever it speaks TLS with needs a certificate by this authority. */
	readonly certificatesBy?: string;
	/** Runs a command elsewhere, such as in a network namespace. */
	readonly inside?: (...command: string[]) => string[];
}

/** A request that came to the proxy. */
export interface TracedRequest {
	readonly protocol: string;
	readonly method: string;
	readonly hasCredentials: boolean;
	readonly hasRoute: boolean;
	readonly inDialog: boolean;
	readonly callId: string;
	/** Number of its CSeq. */
	readonly cseq: string;
	readonly userAgent: string;
}

/** A real Kamailio: registrar and proxy that records its route and asks for passwords. */
export class Kamailio {
	readonly port: number;
	readonly tlsPort: number;
	readonly #address: string;
	readonly #folder: string;
	readonly #process: Subprocess<"ignore", "ignore", "pipe">;
	#output = "";
	#partial = "";
	readonly #requests: TracedRequest[] = [];
	/** Methods of the requests that it has called the nonce of stale. */
	readonly staleNonces: string[] = [];

	private constructor(options: KamailioOptions, folder: string, ports: readonly number[]) {
		const [port = 0, tlsPort = 0] = ports;
		this.port = port;
		this.tlsPort = tlsPort;
		this.#address = options.address;
		this.#folder = folder;
		const inside = options.inside ?? ((...command: string[]) => command);
		const files = ["-f", join(folder, "proxy.cfg"), "-P", join(folder, "pid"), "-Y", folder];
		this.#process = Bun.spawn(inside("kamailio", "-DD", "-E", "-m", "32", "-M", "8", ...files), {
			stdin: "ignore",
			stdout: "ignore",
			stderr: "pipe",
		});
	}

	/** @throws {Error} when it is not installed or does not start. */
	static async start(options: KamailioOptions): Promise<Kamailio> {
		const [modules] = MODULES;
		if (!modules || !Bun.which("kamailio")) throw new Error("kamailio is missing: Debian package kamailio");
		const ports = await freePorts(2);
		const folder = mkdtempSync(join(tmpdir(), "kamailio-"));
		const words: Readonly<Record<string, string | number>> = {
			MODULES: `${modules}/`,
			ADDRESS: options.address,
			PORT: ports[0] ?? 0,
			TLS_PORT: ports[1] ?? 0,
			FOLDER: folder,
			REALM,
			PASSWORD,
			ALGORITHM: options.algorithm === "MD5" ? "" : options.algorithm,
			CHALLENGED: options.challenged,
			NONCE_EXPIRE: options.nonceExpire ?? 300,
			MAX_EXPIRES: options.maxExpires ?? 3600,
			REGISTERED_ONLY: options.registeredOnly ? 1 : 0,
			CERTIFICATES: options.certificatesBy === undefined ? 0 : 1,
		};
		const config = readFileSync(CONFIG, "utf8").replaceAll(/%([A-Z_]+)%/g, (word, name: string) => {
			const value = words[name];
			if (value === undefined) throw new Error(`${CONFIG}: no value for ${word}`);
			return String(value);
		});
		writeFileSync(join(folder, "proxy.cfg"), config);
		writeFileSync(join(folder, "certificate.pem"), options.identity.certificate);
		writeFileSync(join(folder, "root.pem"), options.certificatesBy ?? options.identity.certificate);
		writeFileSync(join(folder, "key.pem"), options.identity.key, { mode: 0o600 });
		const proxy = new Kamailio(options, folder, ports);
		await proxy.#listening();
		return proxy;
	}

	/** Its URI for a transport. */
	uri(transport: "udp" | "tcp" | "tls"): string {
		const port = transport === "tls" ? this.tlsPort : this.port;
		return `sip:${this.#address}:${port};transport=${transport}`;
	}

	/** The address of a user who is registered here. */
	aor(user: string): string {
		return `sip:${user}@${this.#address}:${this.port}`;
	}

	/** Every request so far. */
	get requests(): readonly TracedRequest[] {
		return this.#requests;
	}

	/** Waits until it has received a request like that. */
	async receives(match: (request: TracedRequest) => boolean): Promise<void> {
		while (!this.#requests.some(match)) await Bun.sleep(20);
	}

	/** Forgets the requests so far. */
	clear(): void {
		this.#requests.length = 0;
		this.staleNonces.length = 0;
	}

	/** Ends it, and its children too when it does not end by itself. */
	async stop(): Promise<void> {
		this.#process.kill("SIGTERM");
		const killer = setTimeout(() => this.#kill(), 5000);
		await this.#process.exited;
		clearTimeout(killer);
		rmSync(this.#folder, { recursive: true, force: true });
	}

	#kill(): void {
		const { pid } = this.#process;
		const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
		this.#process.kill("SIGKILL");
		for (const child of children.filter((text) => text.trim() !== "")) process.kill(Number(child), "SIGKILL");
	}

	async #listening(): Promise<void> {
		void this.#read();
		const deadline = Date.now() + 10_000;
		for (;;) {
			if (this.#process.exitCode !== null) throw new Error(`kamailio did not start:\n${this.#output}`);
			if (await this.#answers()) return;
			if (Date.now() > deadline) throw new Error(`kamailio does not listen yet:\n${this.#output}`);
			await Bun.sleep(50);
		}
	}

	async #answers(): Promise<boolean> {
		try {
			const socket = await Bun.connect({
				hostname: this.#address,
				port: this.tlsPort,
				socket: { data: () => {}, error: () => {} },
			});
			socket.terminate();
			return true;
		} catch {
			return false;
		}
	}

	async #read(): Promise<void> {
		const decoder = new TextDecoder();
		for await (const chunk of this.#process.stderr) {
			const lines = (this.#partial + decoder.decode(chunk, { stream: true })).split("\n");
			this.#partial = lines.pop() ?? "";
			for (const line of lines) this.#line(line);
		}
	}

	#line(line: string): void {
		const stale = /STALE (\S+)$/.exec(line)?.[1];
		if (stale !== undefined) this.staleNonces.push(stale);
		const trace = /TRACE (\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (.*)$/.exec(line);
		if (!trace) {
			this.#output += `${line}\n`;
			return;
		}
		const [, protocol = "", method = "", credentials, route, toTag, callId = "", cseq = "", userAgent = ""] =
			trace;
		this.#requests.push({
			protocol,
			method,
			hasCredentials: credentials !== "c",
			hasRoute: route !== "r",
			inDialog: toTag !== "<null>",
			callId,
			cseq,
			userAgent,
		});
	}
}
