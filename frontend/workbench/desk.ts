/** Puts the parts together: one Desk a page. Panels read its signals; commands call its methods. */
import { computed, effect, type Signal, signal } from "@preact/signals";
import { type Boot, type Held, type Language, type Project, type Shape, TOO_LARGE } from "./contract";
import { openLevel } from "./commands/answer";
import type { Command, Scope } from "./commands/command";
import { type OptionKeys, optionKeys } from "./commands/options";
import { type Key, loadWords, type Translate, translator } from "./i18n";
import { isSorting, MOST } from "./model/check";
import type { Point } from "./model/geometry";
import type { Sketch } from "./model/sketch";
import { Notices } from "./notices";
import { fetchImage, Pack, storedFirst } from "./pack/pack";
import { PackStore } from "./pack/store";
import { byLine, decodeImage, heldFirst, Images } from "./session/images";
import { keepAll } from "./shell/register";
import { Meter } from "./session/meter";
import { AHEAD, Session, type Work } from "./session/session";
import type { Beginning } from "./sync/begin";
import { type DeskDb, type Settings, type Stored, writeAll } from "./sync/db";
import { Journal } from "./sync/journal";
import { Outbox } from "./sync/outbox";
import { Saver, SETTINGS } from "./sync/saver";
import { realTimers, Sync } from "./sync/sync";
import { Tabs } from "./sync/tabs";
import { uuid } from "./sync/ids";
import { HttpWire, type Wire, WireError } from "./sync/wire";
import { fetchTools, isEquipped, POLYGON_TOOLS, type ToolName, toolOf, type Way, waysOf } from "./tools/tools";
import type { Guide } from "./tools/context";
import { Camera } from "./view/camera";
import { Stage } from "./view/stage";

export type Dialog = "comfort" | "skip" | "report" | "guide" | "shortcuts" | "leave";

const NO_KEYS: OptionKeys = { classes: new Map(), options: new Map() };
/** The choice to work on whatever the queue gives; ids of projects begin with 1. */
export const ANY = 0;
const DEFAULTS: Settings = { project: null, crosshair: true, lastClass: {} };

/** No class has this key. */
const ANY_CLASS = "";

type Parts = Pick<Beginning, "tabs" | "packs" | "picture">;

/** The class or option chosen last, by its name among the keys, and for which task. */
export interface Chosen {
  readonly of: Held;
  readonly name: string;
}

export class Desk {
  readonly language: Language;
  readonly t: Translate;
  readonly notices = new Notices();
  readonly saver = new Saver();
  readonly camera = new Camera();
  readonly images: Images;
  readonly pack: Pack;
  readonly journal: Journal;
  readonly outbox: Outbox;
  readonly session: Session;
  readonly sync: Sync;
  readonly tabs: Tabs;
  readonly meter = new Meter();

  readonly settings = signal<Settings>(DEFAULTS);
  /** "draw" is whatever way the class is drawn in. */
  readonly tool = signal<ToolName | "draw">("draw");
  readonly hidden = signal(false);
  /** What may be chosen to work on; read anew while the start page is open. */
  readonly projects: Signal<readonly Project[]>;
  readonly dialog = signal<Dialog | null>(null);
  readonly stage = signal<Stage | null>(null);
  /** Where the pointer is on the stage, in CSS pixels. */
  readonly pointer = signal<Point | null>(null);
  /** Commands of parts that have been fetched and are in use. */
  readonly more = signal<readonly Command[]>([]);
  readonly clipboard = signal<Shape | null>(null);
  /** What is chosen in the open dialog. */
  readonly choice = signal<string | null>(null);
  /** The person chose to sign out; `switch` goes on to the next person's sign-in. */
  readonly leaving = signal<"leave" | "switch" | null>(null);

  /** The project that Start begins with: the last one if it is still ours, else the first with work. */
  readonly chosenProject = computed(() => {
    const projects = this.projects.value;
    const { project } = this.settings.value;
    if (project === ANY && projects.length > 1) return ANY;
    const last = projects.find(({ id }) => id === project);
    return (last ?? projects.find(({ open }) => open) ?? projects[0])?.id ?? null;
  });

  private readonly given = computed(() => this.settings.value.given?.[this.session.work.value?.held.project ?? ANY]);
  /** Keys of the schema on the screen. */
  readonly optionKeys = computed(() => {
    const work = this.session.work.value;
    return work ? optionKeys(work.schema.spec, (tree) => openLevel(work.editor, tree), this.given.value) : NO_KEYS;
  });
  readonly chosen = signal<Chosen | null>(null);

  /** The class that the next shape gets: the one last used, else the schema's first. */
  readonly shapeClass = computed(() => {
    const work = this.session.work.value;
    const classes = work?.schema.spec.classes ?? [];
    const last = work && this.settings.value.lastClass[work.held.schema];
    return (classes.find(({ key }) => key === last) ?? classes[0])?.key ?? "";
  });

  /** How the next shape is drawn: the way last used for its class, else for any, else the schema's first. */
  readonly way = computed((): Way => {
    const name = this.shapeClass.value;
    const ways = waysOf(this.session.work.value?.schema.spec.classes?.find(({ key }) => key === name));
    const last = this.settings.value.ways?.[name] ?? this.settings.value.ways?.[ANY_CLASS];
    return ways.find((way) => way === last) ?? ways[0] ?? "box";
  });

  private readonly toolInUse = computed((): ToolName => {
    const tool = this.tool.value;
    return tool === "draw" ? this.way.value : tool;
  });

  readonly brush = computed(() => this.settings.value.brush ?? 12);
  readonly snaps = computed(() => !this.settings.value.noSnap);
  /** Places that are clicked before it has come wait for it. */
  private readonly scissors: Guide = {
    lead: (from, to, reach) =>
      import("./assist/guide").then(({ guideOf }) => guideOf(this).lead(from, to, reach), () => [to.x, to.y]),
  };
  /** Leads lines along the picture's edges while the person wants it. */
  readonly guide = computed(() => (this.settings.value.edges ? this.scissors : null));

  /** Drafts are judged as a whole: what another person answered unless one wants otherwise, what a model says if one wants. */
  readonly judges = computed(() => this.settings.value.verify ?? this.session.work.value?.held.verify === true);
  /** The task whose draft says that there is nothing, and was found wrong. */
  readonly judged = signal<Work | null>(null);

  /** A draft that nobody has touched is judged by one key: right, wrong, or to be put right. */
  readonly verifying = computed(() => {
    const work = this.session.work.value;
    if (!work?.held.draft || work.corrects || work.refusal || !this.judges.value || this.judged.value === work) return false;
    const { decided, document, sketch } = work.editor;
    const { tags, shapes } = document.value;
    const untouched = decided.value.size === 0 && shapes.length === 0 && Object.keys(tags).length === 0 && !sketch.value;
    return untouched && this.more.value.some(({ scope }) => scope === "verify");
  });

  /** Many images at once, small; an empty buffer does not end it. */
  readonly gridding = computed(() => {
    const work = this.session.work.value;
    if (!this.settings.value.grid || !this.session.started.value) return false;
    if (!work) return this.session.ahead.value > AHEAD && !this.sync.dry.value;
    return !this.boot.oneByOne && isSorting(work.schema.spec) && !work.corrects && !work.refusal && work.held.practice !== true;
  });

  readonly scope = computed((): Scope => {
    const dialog = this.dialog.value;
    if (this.tabs.working.value === false) return "away";
    if (dialog === "skip" || dialog === "report") return dialog;
    if (dialog) return "sheet";
    if (!this.session.started.value) return "start";
    const { practice, work } = this.session;
    if (practice.shown.value || practice.needsIntroduction(work.value?.held)) return "sheet";
    if (this.gridding.value) return "grid";
    return this.verifying.value ? "verify" : "desk";
  });

  constructor(
    readonly boot: Boot,
    readonly db: DeskDb,
    private readonly wire: Wire = new HttpWire(boot),
    { tabs, packs, picture }: Parts = { tabs: new Tabs(boot.person.id, uuid()), packs: new PackStore(boot.person.id), picture: null },
  ) {
    const { id, language } = boot.person;
    this.language = language;
    this.tabs = tabs;
    this.t = translator(language);
    this.projects = signal(boot.projects);
    this.images = new Images(storedFirst(packs, heldFirst(picture, byLine(this.meter, decodeImage))));
    this.journal = new Journal(db, this.saver);
    this.outbox = new Outbox(db, this.saver);
    this.session = new Session({
      db,
      saver: this.saver,
      journal: this.journal,
      outbox: this.outbox,
      images: this.images,
      now: () => performance.now(),
      poke: () => void this.sync.poke(),
    });
    this.sync = new Sync(id, wire, this.session, this.outbox, {
      refused: ({ detail }, name) => this.notices.say("bad", this.t("refused", { name, detail })),
      notTaken: ({ detail }, name) => this.notices.say("warn", this.t("notTaken", { name, detail })),
      tooLarge: () => ({ code: TOO_LARGE, detail: this.t("tooLarge", MOST) }),
      lost: (assignments) => this.sayLost(assignments),
      packed: (tasks) => this.pack.arrived(tasks, (task) => this.journal.has(task)),
      projects: (projects) => (this.projects.value = projects),
    });
    this.pack = new Pack({
      store: packs,
      session: this.session,
      timers: realTimers,
      fetch: fetchImage,
      poke: () => void this.sync.poke(),
      refresh: () => this.sync.refresh(),
      keepAll: () => void keepAll(),
      nothing: () => this.notices.say("info", this.t("packNothing")),
    });
    effect(() => this.showWork());
  }

  static async open(beginning: Beginning): Promise<Desk> {
    const { boot } = beginning;
    const [{ db, stored }] = await Promise.all([beginning.known, loadWords(boot.person.language)]);
    const desk = new Desk(boot, db, new HttpWire(boot), beginning);
    await desk.loadStored(stored);
    void desk.connect(beginning.working);
    return desk;
  }

  /** Takes up what this browser still knows. */
  async loadStored(stored: Stored): Promise<void> {
    this.journal.load(stored);
    this.outbox.load(stored);
    this.session.load(stored);
    this.settings.value = { ...DEFAULTS, ...stored.settings };
    const { shown } = this.session.practice;
    shown.value = this.settings.value.practised ?? null;
    // The line may be down for long, and the page be opened anew meanwhile.
    effect(() => {
      if (shown.value !== (this.settings.peek().practised ?? null)) this.keep({ practised: shown.value });
    });
    await this.pack.load();
  }

  /** Only the working tab talks to the server; another one only says so. */
  private async connect(asked: Promise<boolean>): Promise<void> {
    if (await asked) void this.sync.poke();
    effect(() => {
      if (this.tabs.working.value === false) this.standDown();
    });
  }

  /** Another tab works: be still here, so that the two do not send the same things. */
  private standDown(): void {
    this.sync.stop();
    this.session.pause();
  }

  /** The person chose this tab. What the other one did is read afresh from the browser's database. */
  takeOver(): void {
    this.tabs.take();
    location.reload();
  }

  keep(change: Partial<Settings>): void {
    this.settings.value = { ...this.settings.peek(), ...change };
    // Only the newest are owed to a disk that takes nothing.
    this.saver.drop(SETTINGS);
    void this.saver.run(
      () => writeAll(this.db, ["settings"], (writes) => void writes.objectStore("settings").put(this.settings.peek(), "desk")),
      SETTINGS,
    );
  }

  useClass(key: string): void {
    const schema = this.session.work.peek()?.held.schema;
    if (schema === undefined) return;
    this.keep({ lastClass: { ...this.settings.peek().lastClass, [schema]: key } });
  }

  /** Opens the answer sent before, to be corrected; a browser that knows none asks the server. */
  async back(): Promise<void> {
    if (this.session.back()) return;
    if (!this.session.work.peek()?.corrects) await this.recall();
    if (!this.session.back()) this.notices.say("info", this.t("noAnswerBefore"));
  }

  /** Fresh image addresses, and answers given elsewhere. Without a line the browser's own list does. */
  async recall(): Promise<void> {
    try {
      this.session.recall(await this.wire.answers());
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
    }
  }

  /** The image of the answer on the screen did not arrive: its address may have run out. */
  async refreshAnswer(): Promise<void> {
    await this.recall();
    this.session.reopen();
  }

  start(project: number): void {
    this.keep({ project });
    this.session.start(project === ANY ? null : project);
  }

  /** Takes images of the chosen project along. */
  takePack(size: number): void {
    const chosen = this.session.started.peek() ? this.session.project.peek() : this.chosenProject.peek();
    this.pack.take(size, chosen === ANY ? null : chosen);
  }

  /** Leaves when everything is sent; otherwise asks first. */
  leave(then: "leave" | "switch"): void {
    this.leaving.value = then;
    import("./shell/leave").then(({ leave }) => leave(this), () => this.notices.say("bad", this.t("toolsMissing")));
  }

  private sayLost(assignments: readonly number[]): void {
    const touched = this.session.held
      .peek()
      .some(({ assignment, task }) => assignments.includes(assignment) && this.journal.has(task));
    if (touched) this.notices.say("warn", this.t("lostOne"));
  }

  private showWork(): void {
    const work = this.session.work.value;
    this.stage.peek()?.dispose();
    this.stage.value = null;
    if (!work) return;
    if (isEquipped(work.schema.spec)) return this.setStage(work);
    fetchTools().then(
      () => {
        if (this.session.work.peek() === work) this.setStage(work);
      },
      () => this.notices.say("bad", this.t("toolsMissing")),
    );
  }

  private setStage(work: Work): void {
    this.camera.show(work.held.image);
    this.notices.clear();
    if (this.settings.peek().edges) this.fetchScissors();
    this.goOnWith(work.editor.sketch.peek());
    const { shapeClass, toolInUse: tool, hidden, brush, snaps, guide, camera } = this;
    const say = (key: Key): void => this.notices.say("info", this.t(key));
    this.stage.value = new Stage(work, { shapeClass, tool, hidden, brush, snaps, guide, camera, say, leave: () => (this.tool.value = "draw") });
  }

  /** What was being drawn when the page closed needs its tool and its class again. */
  private goOnWith(sketch: Sketch | null): void {
    if (!sketch) {
      if (this.tool.peek() !== "select") this.tool.value = "draw";
      return;
    }
    this.useClass(sketch.class);
    if (POLYGON_TOOLS.some((name) => name === sketch.tool)) this.tool.value = sketch.tool as ToolName;
    else this.useWay(sketch.tool as Way);
  }

  /** Takes up a sketch that was given up in the last step; false: there is none. */
  regainSketch(): boolean {
    const stage = this.stage.peek();
    const sketch = stage?.work.editor.regainSketch() ?? null;
    if (sketch) {
      this.goOnWith(sketch);
      stage?.resume();
    }
    return sketch !== null;
  }

  /** Lines follow the picture's edges, or no longer. */
  toggleEdges(): void {
    this.keep({ edges: this.settings.peek().edges !== true });
    if (this.settings.peek().edges) this.fetchScissors();
  }

  private fetchScissors(): void {
    void import("./assist/guide").catch(() => this.notices.say("bad", this.t("toolsMissing")));
  }

  /** Draws the class in this way from now on. */
  useWay(way: Way): void {
    this.keep({ ways: { ...this.settings.peek().ways, [this.shapeClass.peek()]: way, [ANY_CLASS]: way } });
    this.tool.value = "draw";
  }

  /** Runs once the tool is here; at once when it is already. */
  withTool(name: ToolName, run: () => void): void {
    if (toolOf(name)) run();
    else void fetchTools().then(run, () => this.notices.say("bad", this.t("toolsMissing")));
  }
}
