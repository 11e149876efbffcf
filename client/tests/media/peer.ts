/** A browser's RTCPeerConnection as far as the media engine uses it: answers at once, records what was asked. */

export class FakeSender {
  track: unknown;
  encodings: { rid?: string; active?: boolean }[];
  constructor(track: unknown, encodings: { rid?: string }[]) {
    this.track = track;
    this.encodings = encodings.map((encoding) => ({ active: true, ...encoding }));
  }
  replaceTrack(track: unknown): Promise<void> {
    this.track = track;
    return Promise.resolve();
  }
  getParameters(): { encodings: { rid?: string; active?: boolean }[] } {
    return { encodings: this.encodings };
  }
  setParameters(parameters: { encodings: { rid?: string; active?: boolean }[] }): Promise<void> {
    this.encodings = parameters.encodings;
    return Promise.resolve();
  }
}

export class FakeTransceiver {
  mid: string | null = null;
  direction = "sendonly";
  readonly receiver = { track: { id: Math.random().toString() }, getSynchronizationSources: () => [] };
  constructor(readonly sender: FakeSender) {}
}

export class FakeConnection {
  static made: FakeConnection[] = [];
  static get last(): FakeConnection {
    const last = FakeConnection.made.at(-1);
    if (!last) throw new Error("no connection was made");
    return last;
  }
  readonly lines: FakeTransceiver[] = [];
  localDescription: { sdp: string } | null = null;
  connectionState = "new";
  onconnectionstatechange: (() => void) | null = null;
  restarts = 0;
  offers = 0;
  configuration: RTCConfiguration | null = null;
  readonly #heard: (() => void)[] = [];

  constructor() {
    FakeConnection.made.push(this);
  }
  addTransceiver(track: unknown, init: { sendEncodings?: { rid?: string }[] }): FakeTransceiver {
    const line = new FakeTransceiver(new FakeSender(track, init.sendEncodings ?? [{}]));
    this.lines.push(line);
    return line;
  }
  getTransceivers(): FakeTransceiver[] {
    return this.lines;
  }
  createOffer(): Promise<{ sdp: string }> {
    this.offers += 1;
    this.lines.forEach((line, i) => (line.mid = String(i)));
    return Promise.resolve({ sdp: `offer ${this.offers}` });
  }
  createAnswer(): Promise<{ sdp: string }> {
    return Promise.resolve({ sdp: "answer" });
  }
  setLocalDescription(description: { sdp: string }): Promise<void> {
    this.localDescription = description;
    return Promise.resolve();
  }
  /** An offer's lines are named in its "SDP": "lines 0 1". */
  setRemoteDescription({ type, sdp }: { type: string; sdp: string }): Promise<void> {
    if (sdp === "broken") return Promise.reject(new Error("broken"));
    if (type !== "offer") return Promise.resolve();
    for (const mid of sdp.split(" ").slice(1)) {
      if (this.lines.some((line) => line.mid === mid)) continue;
      this.addTransceiver(null, {}).mid = mid;
    }
    return Promise.resolve();
  }
  /** What `getStats` gives, for a test to fill. */
  statistics: Record<string, unknown>[] = [];
  getStats(): Promise<Map<string, unknown>> {
    return Promise.resolve(new Map(this.statistics.map((entry, i) => [String(i), entry])));
  }
  setConfiguration(configuration: RTCConfiguration): void {
    this.configuration = configuration;
  }
  addEventListener(_: "connectionstatechange", listener: () => void): void {
    this.#heard.push(listener);
  }
  restartIce(): void {
    this.restarts += 1;
  }
  becomes(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
    for (const listener of this.#heard) listener();
  }
  close(): void {
    this.connectionState = "closed";
  }
}
