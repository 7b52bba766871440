import type { Server } from "bun";
import type { Logger } from "../log/logger.ts";
import { normaliseAddress } from "../net/address.ts";
import { AllowList } from "../net/allow-list.ts";
import { formatHostPort } from "../net/host-port.ts";
import { listenOnAll } from "../net/listen-on-all.ts";
import { serveHttp } from "../net/runtime-sockets.ts";
import type { WebApp } from "../web/web.ts";

export interface HttpServerOptions {
	/** Addresses to listen on; none for all, IPv4 and IPv6. */
	readonly bind: readonly string[];
	/** 1 to 65535; 0 takes any free port. */
	readonly port: number;
	/** Who may connect, in CIDR notation; none for everyone. */
	readonly allow: readonly string[];
	/** Makes the application, for the first request: a server that waits for calls need not hold its pages. */
	readonly app: () => Promise<WebApp>;
	readonly log: Logger;
}

/** Where a server listens. */
export interface ListenAddress {
	readonly address: string;
	readonly port: number;
}

interface Listener extends ListenAddress {
	readonly server: Server<undefined>;
}

const SETTINGS = { port: "HttpPort", bind: "HttpBind" };
/** No page takes a body; this lets a client that sends one all the same get its answer. */
const MAX_BODY_BYTES = 65_536;

/**
 * Serves a web application.
 *
 * @example
 * const server = new HttpServer({ bind: [], port: 5090, allow: [], app: async () => createApp({ placer, log }), log });
 * await server.start();
 */
export class HttpServer {
	readonly #options: HttpServerOptions;
	readonly #allow: AllowList;
	#listeners: readonly Listener[] = [];
	#app: WebApp | undefined;
	#loading: Promise<WebApp> | undefined;
	/** Answers that were given, by the first digit of their status. */
	readonly answers: number[] = [0, 0, 0, 0, 0, 0];

	/** @throws CidrError for a bad entry of `allow`. */
	constructor(options: HttpServerOptions) {
		this.#options = options;
		this.#allow = new AllowList(options.allow);
	}

	/** Where the server listens; empty before `start` and after `stop`. */
	get addresses(): readonly ListenAddress[] {
		return this.#listeners.map(({ address, port }) => ({ address, port }));
	}

	/**
	 * Starts to listen on every address.
	 *
	 * @throws BindError that names HttpPort or HttpBind.
	 */
	async start(): Promise<void> {
		this.#listeners = listenOnAll<Listener>({
			bind: this.#options.bind,
			port: this.#options.port,
			settings: SETTINGS,
			open: (address, port) => this.#listen(address, port),
			portOf: (listener) => listener.port,
			close: ({ server }) => void server.stop(true),
		});
		for (const { address, port } of this.addresses) {
			this.#options.log.info(() => `HTTP listens on ${formatHostPort(address, port)}`);
		}
	}

	/** Stops to listen and closes all connections. */
	async stop(): Promise<void> {
		const listeners = this.#listeners;
		this.#listeners = [];
		await Promise.all(listeners.map(({ server }) => server.stop(true)));
	}

	#listen(address: string, port: number): Listener {
		const { log } = this.#options;
		const server = serveHttp({
			hostname: address,
			port,
			maxRequestBodySize: MAX_BODY_BYTES,
			fetch: (request, server) => {
				const answer = this.#answer(request, server);
				return answer instanceof Promise ? answer.then(this.#count) : this.#count(answer);
			},
			error: (error) => {
				log.err(() => `a request failed: ${error.message}`);
				return this.#count(new Response("Internal error\n", { status: 500 }));
			},
		});
		return { server, address, port: server.port ?? port };
	}

	readonly #count = (response: Response): Response => {
		const first = Math.trunc(response.status / 100);
		this.answers[first] = (this.answers[first] ?? 0) + 1;
		return response;
	};

	#load(): Promise<WebApp> {
		this.#loading ??= this.#options.app().then((app) => {
			this.#app = app;
			return app;
		});
		return this.#loading;
	}

	#answer(request: Request, server: Server<undefined>): Response | Promise<Response> {
		const { log } = this.#options;
		const peer = normaliseAddress(server.requestIP(request)?.address ?? "");
		if (!this.#allow.allows(peer)) {
			log.warning(() => `a request of ${peer} is refused: not in HttpAllow`);
			return new Response("Forbidden\n", { status: 403, headers: { Connection: "close" } });
		}
		const app = this.#app;
		const bindings = { peer, keepOpen: () => server.timeout(request, 0) };
		return app
			? app.fetch(request, bindings)
			: this.#load().then((loaded) => loaded.fetch(request, bindings));
	}
}
