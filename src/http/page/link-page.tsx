/** @jsxImportSource hono/jsx */
import { AddressField } from "./address-field.tsx";
import { renderPage } from "./layout.tsx";
import type { View } from "./view.tsx";

/** The page that a link of another program opens: nobody is called before the button is pressed. @param phones the only ones to call from. */
export function linkPage(view: View, to: string, from: string, phones?: readonly string[]): string {
	const { texts } = view;
	return renderPage(
		view,
		{ title: `${texts.callThis(to)}?`, section: "calls" },
		<section class="sheet" aria-label={texts.confirm}>
			<form id="call-form" data-places-call action="/calls" method="post">
				<input type="hidden" name="destination" value={to} />
				<AddressField
					name="initiator"
					label={texts.labels.from}
					hint={texts.yourPhone}
					value={from}
					autofocus={from === ""}
					choices={phones}
				/>
				<button type="submit" class="wide">
					{texts.callThis(to)}
				</button>
			</form>
		</section>,
	);
}
