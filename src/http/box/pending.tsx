/** @jsxImportSource hono/jsx */
import { dateAndTime } from "../../words/words.ts";
import type { View } from "../page/view.tsx";
import { boxTexts, Restart, settingsTexts } from "./frame.tsx";
import type { SettingsSource } from "./settings-types.ts";

/** Where a page finds what is to be told of the last changes. */
export interface PendingContent {
	readonly source: SettingsSource;
	/** Whether the server can start itself again. */
	readonly restarts: boolean;
	/** Whether a restart is to be offered, whatever the settings say. */
	readonly needsRestart?: boolean | undefined;
}

/** What has gone back by itself, and what waits for a confirmation and for a restart. */
export function Pending(props: PendingContent & { readonly view: View }) {
	const { view, source, restarts, needsRestart = false } = props;
	const texts = settingsTexts(view);
	const { wentBack, confirmUntil } = source;
	const waiting = source.waitingForRestart();
	return (
		<>
			{wentBack && (
				<section class="sheet" role="status" id="went-back">
					<p>{texts.wentBack(dateAndTime(wentBack.at), wentBack.what.join(", "))}</p>
				</section>
			)}
			{confirmUntil !== undefined && (
				<section class="sheet" role="status" id="confirm">
					<form action="/setup/confirm" method="post" data-confirms data-kept={texts.kept}>
						<p>{texts.confirm}</p>
						<button type="submit">{texts.keep}</button>
					</form>
				</section>
			)}
			{(needsRestart || waiting.length > 0) && (
				<section class="sheet" role="status">
					<Restart
						texts={boxTexts(view)}
						possible={restarts}
						text={waiting.length > 0 ? texts.waits(waiting.join(", ")) : undefined}
					/>
				</section>
			)}
		</>
	);
}
