/** Where the engine is. */
export type EnginePlace =
	| { readonly kind: "server"; readonly url: string }
	/** Sentinels know which server is the master. */
	| {
			readonly kind: "sentinel";
			readonly url: string;
			readonly master: string;
			/** User info of the master's URL, with its @, and its path. */
			readonly userInfo: string;
			readonly path: string;
	  };

/** What ClusterUrl may be, completing "expected …". */
export const CLUSTER_URL_FORM =
	"redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE], several of them, or sentinel://[:PASSWORD@]HOST[:PORT][,HOST…]/MASTER[/DATABASE]";

const SENTINEL = /^sentinel:\/\/([^/@\s]*@)?([^/@\s]+)\/([\w.-]+)(\/\d+)?$/;

/**
 * Reads ClusterUrl.
 * @returns the places to try, in order; undefined if it cannot be understood.
 */
export function readClusterUrl(text: string): EnginePlace[] | undefined {
	const places: EnginePlace[] = [];
	for (const part of text.trim().split(/[\s;]+/)) {
		const [, userInfo = "", hosts = "", master = "", path = ""] = SENTINEL.exec(part) ?? [];
		if (master !== "") {
			for (const host of hosts.split(",")) {
				if (!isHostPort(host)) return undefined;
				const url = `redis://${host.includes(":") ? host : `${host}:26379`}`;
				places.push({ kind: "sentinel", url, master, userInfo, path });
			}
			continue;
		}
		// A comma may also stand between whole URLs.
		for (const url of part.split(/,(?=rediss?:)/)) {
			if (!isServerUrl(url)) return undefined;
			places.push({ kind: "server", url });
		}
	}
	return places;
}

function isServerUrl(text: string): boolean {
	return /^rediss?:\/\/\S/.test(text) && URL.canParse(text) && /^\/?\d*$/.test(new URL(text).pathname);
}

function isHostPort(text: string): boolean {
	return text !== "" && URL.canParse(`redis://${text}`);
}

/** A place for people, without user and password. */
export function placeName(place: EnginePlace): string {
	const { host } = new URL(place.url);
	return place.kind === "server" ? host : `${place.master} at ${host}`;
}
