import { ApiConnection } from "./api-connection.ts";
import type { CallConnection } from "./call-connection.ts";
import { type Credentials, HttpClient } from "./http-client.ts";
import type { Place } from "./place.ts";
import { XmlConnection } from "./xml-connection.ts";

/** Connects with a server: with its pages if the place is a URL. @throws {RemoteError} when none answers there. */
export async function openConnection(place: Place, credentials: Credentials): Promise<CallConnection> {
	return place.web ? new ApiConnection(new HttpClient(place, credentials)) : await XmlConnection.open(place);
}
