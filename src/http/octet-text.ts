const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const BEYOND_ASCII = /[\x80-\xff]/;

/**
 * The text that bytes beyond ASCII of a request are meant to be, which strictly may not stand there: programs put
 * names together to URLs as they are, in UTF-8 or, older ones, in Latin-1.
 *
 * @param octets a character for each byte.
 */
export function textOfOctets(octets: string): string {
	if (!BEYOND_ASCII.test(octets)) return octets;
	try {
		return UTF_8.decode(Buffer.from(octets, "latin1"));
	} catch {
		return octets;
	}
}
