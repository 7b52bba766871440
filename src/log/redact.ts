const HIDDEN = "(hidden)";

/**
 * Headers whose values are credentials or are made of them: RFC 3261 sections 20.7 and 20.28, RFC 7615.
 * The scheme stays, as do the names; folded lines (RFC 3261 section 7.3.1) go with their header.
 */
const CREDENTIALS =
	/^((?:Proxy-)?Authorization|(?:Proxy-)?Authentication-Info)([ \t]*:[ \t]*)(?:(Digest|Basic|Bearer)\b)?[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*/gim;

/** Keys of SRTP (RFC 4568) and the old `k=` line (RFC 4566 section 5.12). */
const MEDIA_KEY = /^(a=crypto:[^\r\n]*?\binline:|k=)[^\r\n]+/gim;

/** The password of a URI (RFC 3261 section 19.1.1). */
const URI_PASSWORD = /\b(sips?:[^\s:@<>",]+):[^\s:@<>"]*@/gi;

/** Anything that one of the expressions above could find; most messages hold none of it. */
const SUSPECT = /authorization|authentication-info|a=crypto:|^k=|sips?:[^\s:@<>",]+:[^\s:@<>"]*@/im;

/** Takes credentials, media keys and passwords in URIs out of the text of a SIP message. */
export function redactSip(text: string): string {
	if (!SUSPECT.test(text)) return text;
	return text
		.replace(CREDENTIALS, (_match, name: string, colon: string, scheme?: string) =>
			scheme === undefined ? `${name}${colon}${HIDDEN}` : `${name}${colon}${scheme} ${HIDDEN}`,
		)
		.replace(MEDIA_KEY, `$1${HIDDEN}`)
		.replace(URI_PASSWORD, `$1:${HIDDEN}@`);
}
