/** A server inside the page: answers as docs/reference/protocol.md says, as far as looks need it. */
import type { FromClient, FromServer, MeetingInfo, Participant, Stream } from "../src/protocol/messages";
import type { Connect, Listener } from "../src/protocol/socket";
import { ApiFailed, type RoomApi } from "../src/ui/api";

const NAMES = [
  "Noor Haddad", "Jonas Weber", "Amélie Laurent", "Tomás Rivera", "Ingrid Solberg", "Kwame Mensah", "Mei-Ling Chen",
  "Oleksandra Kovalenko", "Giulia Conti", "Arjun Rao", "Hanna Virtanen", "Luís Ferreira", "Sofia Papadopoulou",
  "Yusuf Demir", "Chloé Dubois", "Piotr Nowak", "Eilidh Campbell", "Rafael Ortega", "Aiko Tanaka", "Matthias Gruber",
]; // prettier-ignore

export interface Meeting {
  readonly people: number;
  readonly screens: number;
  readonly waiting: number;
  readonly role: Participant["role"];
  readonly page: string;
}

const ME = "f".repeat(32);
const hex = (i: number): string => (i + 1).toString(16).padStart(32, "0");

export function pretendedServer(meeting: Meeting): Connect {
  return (_path, listener) => {
    const server = new Server(meeting, listener);
    setTimeout(() => listener.onOpen(), 10);
    return { send: (message) => setTimeout(() => server.receive(message), 10), close: () => undefined };
  };
}

class Server {
  #people: Participant[];
  #info: MeetingInfo;

  constructor(
    private readonly meeting: Meeting,
    private readonly listener: Listener,
  ) {
    this.#people = [me(meeting.role), ...Array.from({ length: meeting.people }, (_, i) => person(i, meeting.screens))];
    this.#info = {
      title: "Coastal research: weekly round",
      slug: "weekly-round",
      locked: false,
      waiting_room: true,
      rule: { mode: "allow", territories: ["DE", "FR", "NO"], undetermined: "waiting_room" },
      started_at: Date.now(),
      on_host_leave: "continue",
      refused: meeting.role === "host" ? 3 : null,
      withheld: meeting.role === "host" ? false : null,
    };
  }

  receive(message: FromClient): void {
    switch (message.type) {
      case "hello":
      case "resume":
        return this.#enter();
      case "set_state":
        return this.#change(
          ME,
          {
            ...(typeof message.microphone === "boolean" && { microphone: message.microphone }),
            ...(typeof message.camera === "boolean" && { camera: message.camera }),
            ...(typeof message.hand === "boolean" && { hand: message.hand ? Date.now() : null }),
          },
          message.id,
        );
      case "chat":
        this.#say({ type: "chat", participant: ME, name: "Ada Lovelace", text: message.text, at: Date.now() });
        return this.#done(message.id);
      case "lock":
        this.#info = { ...this.#info, locked: message.locked };
        this.#say({ type: "meeting", meeting: this.#info });
        return this.#done(message.id);
      case "remove":
        this.#say({ type: "roster", changed: [], gone: [message.participant] });
        return this.#done(message.id);
      case "leave":
        this.#say({ type: "ended", code: message.end ? "ended_by_host" : "left" });
        return this.#done(message.id);
      default:
        return this.#done("id" in message ? message.id : null);
    }
  }

  #enter(): void {
    const { page, waiting } = this.meeting;
    if (page === "superseded") return this.listener.onClose(4409);
    if (page === "waiting") {
      return this.#say({
        type: "waiting",
        you: "0".repeat(32),
        cause: "waiting_room",
        title: this.#info.title,
        resume: "resume-token-00000",
      });
    }
    this.#say({
      type: "welcome",
      you: ME,
      resume: "resume-token-00000",
      mutes: 0,
    heartbeat_seconds: 10,
      meeting: this.#info,
      participants: this.#people,
      waiting: Array.from({ length: waiting }, (_, i) => ({ id: hex(900 + i), name: NAMES[19 - i] ?? "Guest" })),
      ice_servers: [],
    });
    if (page === "lost") setTimeout(() => this.listener.onClose(1006), 400);
    if (this.meeting.people > 1) this.#chat();
  }

  #chat(): void {
    const lines = ["Good morning, everyone.", "The notes of last week: https://example.org/notes/12", "Thank you!"];
    lines.forEach((text, i) => {
      const name = NAMES[i % 2] ?? "";
      this.#say({ type: "chat", participant: hex(i % 2), name, text, at: Date.now() - 600_000 + i * 240_000 });
    });
  }

  #change(id: string, change: Partial<Participant>, request: number | null | undefined): void {
    this.#people = this.#people.map((person) => (person.id === id ? { ...person, ...change } : person));
    this.#say({ type: "roster", changed: this.#people.filter((person) => person.id === id), gone: [] });
    this.#done(request);
  }

  #done(id: number | null | undefined): void {
    if (typeof id === "number") this.#say({ type: "done", id });
  }

  #say(message: FromServer): void {
    this.listener.onMessage(message);
  }
}

function me(role: Participant["role"]): Participant {
  return { id: ME, name: "Ada Lovelace", role, away: false, microphone: false, camera: false, hand: null, streams: [] };
}

function person(i: number, screens: number): Participant {
  const streams: Stream[] = [
    { mid: "0", kind: "microphone" },
    { mid: "1", kind: "camera" },
  ];
  if (i < screens) streams.push({ mid: "2", kind: "screen" });
  const name = (NAMES[i % NAMES.length] ?? "") + (i >= NAMES.length ? ` ${Math.floor(i / NAMES.length) + 1}` : "");
  return {
    id: hex(i),
    name,
    role: i === 1 ? "co_host" : "participant",
    away: false,
    microphone: i % 3 !== 2,
    camera: i % 4 !== 3,
    hand: i === 2 || i === 4 ? Date.now() - i * 1000 : null,
    streams,
  };
}

export const pretendedApi: RoomApi = {
  setRule: () => Promise.resolve(),
  clearRule: () => Promise.resolve(),
  setWaitingRoom: () => Promise.resolve(),
  tryRule: () => Promise.reject(new ApiFailed("too_few_present")),
};
