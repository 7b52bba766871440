/** Whether the initiator's own phone picks up by itself, and how it is asked to. */
export type AutoAnswer = "off" | "call-info" | "alert-info" | "both";

/**
 * The header lines that make a phone pick up by itself, if it is set to obey them: no RFC defines one, and
 * manufacturers look for either.
 *
 * @param host of the identity, for the URIs that the header fields must contain.
 */
export function autoAnswerHeaders(how: AutoAnswer, host: string): string[] {
	return [
		...(how === "call-info" || how === "both" ? [`Call-Info: <sip:${host}>;answer-after=0`] : []),
		...(how === "alert-info" || how === "both"
			? [`Alert-Info: <http://${host}>;info=alert-autoanswer;delay=0`]
			: []),
	];
}
