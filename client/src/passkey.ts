/** What a passkey is asked for and what it answers (Web Authentication Level 2), as the server's form has them. */

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const base64url = (data: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(data)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** SHA-256 of the text: what is signed is what was read, not what a server says is the challenge. */
export async function challengeOf(statement: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(statement));
}

/** `credentials`: ids in base64url, separated by commas. */
export function requestFor(challenge: ArrayBuffer, rpId: string, credentials: string): PublicKeyCredentialRequestOptions {
  const known = credentials.split(",").filter((id) => id !== "");
  return {
    challenge,
    rpId,
    allowCredentials: known.map((id) => ({ type: "public-key" as const, id: bytesOf(id) })),
    userVerification: "required",
  };
}

/** The form's fields; throws if it is no assertion. */
export function answerOf(credential: Credential | null): Record<string, string> {
  if (!(credential instanceof PublicKeyCredential)) throw new Error("no passkey");
  const response = credential.response;
  if (!(response instanceof AuthenticatorAssertionResponse)) throw new Error("no assertion");
  return {
    credential: base64url(credential.rawId),
    authenticator_data: base64url(response.authenticatorData),
    client_data: base64url(response.clientDataJSON),
    signature: base64url(response.signature),
  };
}
