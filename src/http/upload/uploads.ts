const MIB = 1_048_576;

/** The pages that take files, with the most octets of what is sent to them; all of them are for admin. */
const UPLOADS: Readonly<Record<string, number>> = {
	"/setup/transfer": 36 * MIB,
	"/setup/certificates": MIB,
	"/setup/update": 257 * MIB,
};

/** The most octets that a page reads as they come; undefined for one that takes no files. */
export function uploadLimit(method: string, path: string): number | undefined {
	return method === "POST" && Object.hasOwn(UPLOADS, path) ? UPLOADS[path] : undefined;
}
