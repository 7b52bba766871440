/** @jsxImportSource hono/jsx */
import { dateTimeText, timeText } from "../../words/languages.ts";
import { useTexts } from "./view.tsx";

interface MomentProps {
	/** Milliseconds since 1970. */
	readonly at: number;
	/** Without the date. */
	readonly timeOnly?: boolean;
	/** A page about what happened then. */
	readonly href?: string;
}

/** A date and time in the server's time zone; where scripts run, it becomes that of the browser. */
export function Moment({ at, timeOnly = false, href }: MomentProps) {
	const texts = useTexts();
	const text = timeOnly ? timeText(texts, at) : dateTimeText(texts, at);
	return (
		<time datetime={new Date(at).toISOString()} {...(timeOnly && { "data-time-only": true })}>
			{href === undefined ? text : <a href={href}>{text}</a>}
		</time>
	);
}
