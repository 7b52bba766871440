/** What a server has answered. */
export interface CurlAnswer {
	readonly status: number;
	readonly type: string;
	readonly body: string;
}

/** Runs curl, which knows Digest. */
export async function curl(url: string, ...options: string[]): Promise<CurlAnswer> {
	const process = Bun.spawn(["curl", "-s", "-w", "\n%{http_code} %{content_type}", ...options, url], {
		stdout: "pipe",
	});
	const text = await new Response(process.stdout).text();
	const end = text.lastIndexOf("\n");
	const [status = "", ...type] = text.slice(end + 1).split(" ");
	return { status: Number(status), type: type.join(" "), body: text.slice(0, end) };
}
