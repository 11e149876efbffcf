/**
 * An SDP without addresses (P9): candidates are not sent, and what else names an address becomes RFC 8840's
 * placeholder. The media server learns the address from the connectivity checks, and nobody else needs it.
 */
export function withoutAddresses(sdp: string): string {
  return sdp
    .split("\r\n")
    .filter((line) => !/^a=(candidate|end-of-candidates|remote-candidates)/.test(line))
    .map((line) => line.replace(/^(c=IN) IP[46] .*/, "$1 IP4 0.0.0.0"))
    .map((line) => line.replace(/^(a=rtcp:)\d+ IN IP[46] .*/, "$19 IN IP4 0.0.0.0"))
    .map((line) => line.replace(/^(m=(?:audio|video|application)) [1-9]\d* /, "$1 9 "))
    .join("\r\n");
}
