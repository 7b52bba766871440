import manifest from "../package.json" with { type: "json" };

/** Version of the server, as in package.json. */
export const VERSION: string = manifest.version;

/** The commit it was built from; empty when that is not known. */
export const COMMIT: string = process.env.CLICKTOCALL_COMMIT ?? "";
