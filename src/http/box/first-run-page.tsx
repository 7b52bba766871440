/** @jsxImportSource hono/jsx */
import { renderPage } from "../page/layout.tsx";
import type { View } from "../page/view.tsx";
import { boxTexts, Field, type Notice, Told } from "./frame.tsx";
import { Pending, type PendingContent } from "./pending.tsx";

/** Fewest characters of the password of admin. */
export const SHORTEST_ADMIN_PASSWORD = 8;

/** The page that asks the first visitor for the password of admin. */
export function firstRunPage(view: View, notice?: Notice): string {
	const texts = boxTexts(view).firstRun;
	return renderPage(
		view,
		{ title: texts.title, section: undefined },
		<>
			<Told notice={notice} />
			<section class="sheet" aria-labelledby="password-heading">
				<h2 id="password-heading">{texts.step(1, 3)}</h2>
				<p>{texts.welcome}</p>
				<form action="/setup/first" method="post">
					<input type="hidden" name="username" value="admin" autocomplete="username" />
					<Field
						id="password"
						label={texts.password}
						type="password"
						hint={texts.rule(SHORTEST_ADMIN_PASSWORD)}
						required
						complete="new-password"
					/>
					<Field id="again" label={texts.again} type="password" required complete="new-password" />
					<p>
						<button type="submit">{texts.set}</button>
					</p>
				</form>
			</section>
		</>,
	);
}

/** The page once the password is set: what follows is behind it. @param next path of the page that it leads to. */
export function passwordSetPage(view: View, next: string): string {
	const texts = boxTexts(view).firstRun;
	return renderPage(
		view,
		{ title: texts.title, section: undefined },
		<section class="sheet" role="status">
			<p>{texts.isSet}</p>
			<p>
				<a class="button" href={next}>
					{texts.goOn}
				</a>
			</p>
		</section>,
	);
}

/** The last step: a call. */
export function firstCallPage(view: View, pending: PendingContent): string {
	const { firstRun: texts } = boxTexts(view);
	return renderPage(
		view,
		{ title: texts.callTitle, section: undefined },
		<>
			<Pending view={view} {...pending} />
			<section class="sheet" aria-labelledby="call-heading">
				<h2 id="call-heading">{`${texts.step(3, 3)}: ${texts.callTitle}`}</h2>
				<p>{texts.callText}</p>
				<form action="/calls" method="post">
					<Field id="initiator" label={texts.from} required />
					<Field id="destination" label={texts.to} required />
					<input type="hidden" name="anchor" value="1" />
					<p>
						<button type="submit">{texts.call}</button>
					</p>
				</form>
				<p>
					<a href="/">{texts.skip}</a>
				</p>
			</section>
		</>,
	);
}

/** What the page says while the server starts again. */
export interface RestartPageContent {
	/** Path of the page that it goes on to. */
	readonly to: string;
	readonly restarts: boolean;
	/** Where the pages are from then on; none: where they are now. */
	readonly addresses: readonly string[];
}

/** The page while the server starts again. */
export function restartPage(view: View, { to, restarts, addresses }: RestartPageContent): string {
	const box = boxTexts(view);
	const [first] = addresses;
	const places = addresses.map((address) => `${address}${to}`);
	return renderPage(
		view,
		{
			title: box.saved,
			section: undefined,
			...(restarts && { waitsFor: first === undefined ? to : `${first}${to}` }),
		},
		<section class="sheet" role="status">
			<p>{restarts ? box.restarting : box.restartByHand}</p>
			{places.length > 0 && <p>{box.moves}</p>}
			{places.map((place) => (
				<p>
					<a class="button" data-moved href={place}>
						{place}
					</a>
				</p>
			))}
			<p hidden={places.length > 0}>
				<a class="button" id="go-on" href={to}>
					{box.firstRun.goOn}
				</a>
			</p>
		</section>,
	);
}
