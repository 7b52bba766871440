/** @jsxImportSource hono/jsx */
import type { View } from "../page/view.tsx";
import { boxPage, boxTexts, Field, type Notice } from "./frame.tsx";
import type { ShownUpdate, UpdateSource } from "./types.ts";

/** The page of updates. @param checked a package that was uploaded and may be installed. */
export function updatePage(
	view: View,
	source: UpdateSource | undefined,
	{ notice, checked }: { readonly notice?: Notice | undefined; readonly checked?: ShownUpdate | undefined },
): string {
	const texts = boxTexts(view).update;
	if (!source) return boxPage(view, "/setup/update", notice, <p class="empty">{texts.notHere}</p>);
	const { running, fellBack, before } = source;
	return boxPage(
		view,
		"/setup/update",
		notice,
		<>
			<section class="sheet">
				<p>{texts.runs(running)}</p>
				{fellBack !== undefined && <p class="alert">{texts.fellBack(fellBack)}</p>}
				<p>{texts.explain}</p>
				<form action="/setup/update" method="post" enctype="multipart/form-data">
					<Field id="package" label={texts.file} type="file" required accept=".deb" />
					<p>
						<button type="submit">{texts.upload}</button>
					</p>
				</form>
			</section>
			{checked && <Checked view={view} {...checked} />}
			{before && (
				<section class="sheet">
					<form action="/setup/update/back" method="post">
						<button type="submit" class="quiet">
							{texts.back(before.version ?? texts.installed)}
						</button>
					</form>
				</section>
			)}
		</>,
	);
}

/** What was uploaded. */
function Checked({ view, version, sha256, is }: ShownUpdate & { readonly view: View }) {
	const texts = boxTexts(view).update;
	return (
		<section class="sheet" id="checked">
			<dl class="facts">
				<dt>{texts.version}</dt>
				<dd>
					{version} <span class={`state ${is === "older" ? "bad" : "good"}`}>{texts.is[is]}</span>
				</dd>
				<dt>{texts.checksum}</dt>
				<dd>
					<code>{sha256}</code>
				</dd>
				<dt>{texts.signature}</dt>
				<dd>{texts.unsigned}</dd>
			</dl>
			<form action="/setup/update/install" method="post">
				<input type="hidden" name="sha256" value={sha256} />
				{is === "older" && (
					<label class="choice">
						<input type="checkbox" name="older" value="1" /> {texts.older}
					</label>
				)}
				<p>
					<button type="submit">{texts.install}</button>
				</p>
			</form>
		</section>
	);
}
