import { CLEAN_NUMBER_SCRIPT } from "../../numbers/clean-number.ts";
import type { WebApp } from "../../web/web.ts";
import icon from "../browser/icon.svg" with { type: "text" };
import maskableIcon from "../browser/icon-maskable.svg" with { type: "text" };
import manifest from "../browser/manifest.webmanifest" with { type: "text" };
import script from "../browser/page.client.js" with { type: "text" };
import records from "../browser/records.css" with { type: "text" };
import style from "../browser/style.css" with { type: "text" };
import telLinks from "../browser/tel-links.client.js" with { type: "text" };

/** How long browsers may keep a file without asking, in seconds: short, so that an upgrade shows soon. */
const MAX_AGE = 300;

interface Asset {
	readonly path: string;
	readonly type: string;
	readonly text: string;
	/** Pages of other sites may include it. */
	readonly shared?: boolean;
}

const ASSETS: readonly Asset[] = [
	{ path: "/style.css", type: "text/css; charset=utf-8", text: style + records },
	{ path: "/page.js", type: "text/javascript; charset=utf-8", text: script },
	{
		path: "/tel-links.js",
		type: "text/javascript; charset=utf-8",
		text: `(() => {\n${CLEAN_NUMBER_SCRIPT}${telLinks}})();\n`,
		shared: true,
	},
	{ path: "/manifest.webmanifest", type: "application/manifest+json", text: manifest },
	{ path: "/icon.svg", type: "image/svg+xml", text: icon },
	{ path: "/icon-maskable.svg", type: "image/svg+xml", text: maskableIcon },
];

/** The files that pages need; they hold nothing that needs a password. */
export function mountAssets(app: WebApp): void {
	for (const { path, type, text, shared } of ASSETS) {
		app.get(path, (c) => {
			c.header("Content-Type", type);
			c.header("Cache-Control", `max-age=${MAX_AGE}`);
			if (shared) c.header("Cross-Origin-Resource-Policy", "cross-origin");
			return c.body(text);
		});
	}
}
