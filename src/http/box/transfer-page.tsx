/** @jsxImportSource hono/jsx */
import type { View } from "../page/view.tsx";
import { boxPage, boxTexts, Field, type Notice } from "./frame.tsx";
import { Pending, type PendingContent } from "./pending.tsx";

/** What the page is to say. */
export interface TransferPageContent extends PendingContent {
	readonly notice?: Notice | undefined;
}

/** The page to take a set-up to another box, or from one. */
export function transferPage(view: View, { notice, ...pending }: TransferPageContent): string {
	const texts = boxTexts(view).transfer;
	return boxPage(
		view,
		"/setup/transfer",
		notice,
		<>
			<Pending view={view} {...pending} />
			<div class="columns">
				<section class="sheet" aria-labelledby="export-heading">
					<h2 id="export-heading">{texts.exportHeading}</h2>
					<p>{texts.exportText}</p>
					<form action="/setup/export" method="post">
						<Field id="password" label={texts.password} type="password" required complete="new-password" />
						<Field id="again" label={texts.again} type="password" required complete="new-password" />
						<p>
							<button type="submit">{texts.download}</button>
						</p>
					</form>
				</section>
				<section class="sheet" aria-labelledby="import-heading">
					<h2 id="import-heading">{texts.importHeading}</h2>
					<p>{texts.importText}</p>
					<form action="/setup/transfer" method="post" enctype="multipart/form-data">
						<Field id="file" label={texts.file} type="file" required />
						<Field id="file-password" label={texts.importPassword} type="password" required />
						<p>
							<button type="submit">{texts.upload}</button>
						</p>
					</form>
				</section>
			</div>
		</>,
	);
}
