import type { Sample } from "./quality";
import { kindOf, personOf, type Key, type Kind } from "./streams";

/** What has been received of one stream, as RTCInboundRtpStreamStats counts it. For tests and for the curious. */
export interface Inbound {
  readonly participant: string;
  readonly kind: Kind;
  readonly ssrc: number;
  readonly packets: number;
  readonly bytes: number;
  readonly lost: number;
  readonly framesDecoded: number;
  readonly width: number;
  readonly height: number;
}

export interface Outbound {
  readonly kind: string;
  readonly rid: string;
  readonly packets: number;
  readonly width: number;
  readonly height: number;
}

type Entry = Readonly<Record<string, unknown>> & { readonly type: string };

async function entries(connection: RTCPeerConnection | null): Promise<Entry[]> {
  if (!connection || connection.connectionState === "closed") return [];
  const report = await connection.getStats();
  return [...(report as unknown as Map<string, Entry>).values()];
}

const number = (value: unknown): number => (typeof value === "number" ? value : 0);
const sum = (values: Entry[], field: string): number =>
  values.reduce((total, entry) => total + number(entry[field]), 0);

export async function inbound(
  connection: RTCPeerConnection | null,
  lines: ReadonlyMap<string, Key>,
): Promise<Inbound[]> {
  const found: Inbound[] = [];
  for (const entry of await entries(connection)) {
    const key = entry.type === "inbound-rtp" ? lines.get(String(entry["mid"])) : undefined;
    if (!key) continue;
    found.push({
      participant: personOf(key),
      kind: kindOf(key),
      ssrc: number(entry["ssrc"]),
      packets: number(entry["packetsReceived"]),
      bytes: number(entry["bytesReceived"]),
      lost: number(entry["packetsLost"]),
      framesDecoded: number(entry["framesDecoded"]),
      width: number(entry["frameWidth"]),
      height: number(entry["frameHeight"]),
    });
  }
  return found;
}

export async function outbound(connection: RTCPeerConnection | null): Promise<Outbound[]> {
  const sent = (await entries(connection)).filter((entry) => entry.type === "outbound-rtp");
  return sent.map((entry) => ({
    kind: String(entry["kind"]),
    rid: String(entry["rid"] ?? ""),
    packets: number(entry["packetsSent"]),
    width: number(entry["frameWidth"]),
    height: number(entry["frameHeight"]),
  }));
}

/** Both connections' totals at this moment, for `judge`. */
export async function sample(sending: RTCPeerConnection | null, receiving: RTCPeerConnection | null): Promise<Sample> {
  const [out, into] = await Promise.all([entries(sending), entries(receiving)]);
  const received = into.filter((entry) => entry.type === "inbound-rtp");
  const reports = out.filter((entry) => entry.type === "remote-inbound-rtp");
  const encoders = out.filter((entry) => entry.type === "outbound-rtp" && entry["kind"] === "video");
  const pairs = [...out, ...into].filter((entry) => entry.type === "candidate-pair" && entry["nominated"] === true);
  return {
    at: Date.now(),
    received: sum(received, "packetsReceived"),
    lost: sum(received, "packetsLost"),
    uplinkLoss: Math.max(0, ...reports.map((entry) => number(entry["fractionLost"]))),
    roundTrip: Math.max(0, ...pairs.map((entry) => number(entry["currentRoundTripTime"]))),
    decoded: sum(received, "framesDecoded"),
    dropped: sum(received, "framesDropped"),
    cpuLimited: encoders.some((entry) => entry["qualityLimitationReason"] === "cpu"),
  };
}
