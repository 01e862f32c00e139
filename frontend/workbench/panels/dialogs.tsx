/** Dialogs: skip, report, guide, shortcut sheet, leaving with work unsent. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Desk } from "../desk";
import { type Command } from "../commands/command";
import { chooseSkip, fixedCommands, REPORT_KINDS } from "../commands/commands";
import { SKIP_REASONS } from "../contract";
import { ComfortForm } from "../comfort/form";
import { mayRekey, Rekey, RekeyLine } from "../comfort/rekey";
import { buttonCommands } from "../mouse_keys/buttons";
import { signOut } from "../shell/leave";
import { sayIn } from "./dialog_words";
import { SafeHtml } from "./html";
import { Button, Kbd } from "./parts";

function Modal({ desk, title, wide, children }: { desk: Desk; title: string; wide?: boolean; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const body = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    dialog.current?.showModal();
    // Not a button: Enter pressed twice must choose nothing, and the arrows scroll a long guide.
    body.current?.focus();
    return () => document.getElementById("stage")?.focus();
  }, []);
  const close = (): void => {
    desk.dialog.value = null;
  };
  return (
    <dialog
      class={`dialog ${wide ? "wide" : ""}`}
      ref={dialog}
      aria-label={title}
      onClose={close}
      // At once, not when the browser says so a moment later: the next key is for the image.
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <div class="dialog-body" ref={body} tabIndex={-1}>
        <div class="dialog-head">
          <h2>{title}</h2>
          <Button class="bare" chord="Escape" onPress={close}>
            {desk.t("close")}
          </Button>
        </div>
        {children}
      </div>
    </dialog>
  );
}

function Note({ label, send, onSend }: { label: string; send: string; onSend: (note: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => input.current?.focus(), []);
  return (
    <form
      class="note"
      onSubmit={(event) => {
        event.preventDefault();
        onSend(input.current?.value.trim() ?? "");
      }}
    >
      <label class="field">
        <span class="label">{label}</span>
        <input class="input" ref={input} maxLength={500} autocomplete="off" />
      </label>
      <button class="button primary">
        {send} <Kbd chord="Enter" />
      </button>
    </form>
  );
}

function Skip({ desk }: { desk: Desk }) {
  const { t } = desk;
  const say = sayIn(desk.language);
  const send = (note: string): void => {
    desk.dialog.value = null;
    desk.session.skip("other", note);
  };
  return (
    <Modal desk={desk} title={say("skipTitle")}>
      <div class="options">
        {SKIP_REASONS.map((reason, at) => (
          <Button
            key={reason}
            class="option"
            chord={`Digit${at + 1}`}
            pressed={desk.choice.value === reason}
            onPress={() => chooseSkip(desk, reason)}
          >
            <span class="option-name">{say(`skip_${reason}`)}</span>
          </Button>
        ))}
      </div>
      {desk.choice.value === "other" && <Note label={say("skipNote")} send={t("skip")} onSend={send} />}
    </Modal>
  );
}

function Report({ desk }: { desk: Desk }) {
  const { t } = desk;
  const say = sayIn(desk.language);
  const kind = desk.choice.value;
  const send = (note: string): void => {
    if (kind === null) return;
    desk.session.report(kind, note);
    desk.dialog.value = null;
    desk.notices.say("good", say("reportThanks"));
  };
  return (
    <Modal desk={desk} title={say("reportTitle")}>
      <p class="soft">{say("reportHelp")}</p>
      <div class="options">
        {REPORT_KINDS.map((one, at) => (
          <Button
            key={one}
            class="option"
            chord={`Digit${at + 1}`}
            pressed={kind === one}
            onPress={() => (desk.choice.value = one)}
          >
            <span class="option-name">{say(`report_${one}`)}</span>
          </Button>
        ))}
      </div>
      {kind !== null && <Note label={say("note")} send={t("send")} onSend={send} />}
    </Modal>
  );
}

function Guide({ desk }: { desk: Desk }) {
  const { schemas, work } = desk.session;
  // The task may have been opened under an older one.
  const html = schemas.get(work.value?.held.schema ?? 0)?.guide_html;
  return (
    <Modal desk={desk} title={desk.t("guide")} wide>
      {html ? <SafeHtml html={html} lang={desk.language} /> : <p class="soft">{sayIn(desk.language)("noGuide")}</p>}
    </Modal>
  );
}

interface Line {
  readonly id: string;
  /** Whether its key may be changed. */
  readonly own?: boolean;
  readonly keys: readonly string[];
  readonly text: string;
}

/** The sheet lists the commands themselves, so that it cannot be wrong. */
function linesOf(desk: Desk, group: Command["group"]): Line[] {
  const { t } = desk;
  const say = sayIn(desk.language);
  const all = [...fixedCommands(desk), ...desk.more.value, ...(desk.stage.value?.canDraw ? buttonCommands(desk) : [])];
  const unlike = [...new Map(all.map((command) => [command.id, command])).values()];
  const listed = unlike.filter((command) => command.group === group && (command.label || command.title));
  const lines = listed.map(({ id, keys, label, title }) => ({ id, keys, own: mayRekey(id), text: label ? t(label) : (title ?? "") }));
  const more: Partial<Record<NonNullable<Command["group"]>, Line[]>> = {
    groupAnswer: [
      { id: "class", keys: ["1–9", "Q…"], text: say("cmdClass") },
      { id: "give", keys: ["Alt+1–9"], text: say("cmdGive") },
      { id: "attribute", keys: ["Shift+1–9"], text: say("cmdAttribute") },
    ],
    groupDraw: [
      { id: "nudge", keys: ["←↑→↓"], text: say("cmdNudge") },
      { id: "resize", keys: ["Ctrl+←↑→↓"], text: say("cmdResize") },
    ],
    groupView: [
      { id: "wheel", keys: [say("wheel")], text: `${t("zoomIn")} / ${t("zoomOut")}` },
      { id: "pan", keys: [say("space")], text: say("cmdPan") },
    ],
  };
  return [...lines, ...((group && more[group]) ?? [])];
}

function Shortcuts({ desk }: { desk: Desk }) {
  return (
    <Modal desk={desk} title={desk.t("shortcuts")} wide>
      <RekeyLine desk={desk} />
      <div class="sheet">
        {(["groupAnswer", "groupDraw", "groupTools", "groupObjects", "groupView", "groupHelp"] as const).map((group) => (
          <section key={group}>
            <h3>{desk.t(group)}</h3>
            <dl>
              {linesOf(desk, group).map(({ id, keys, text, own }) => (
                <div key={id}>
                  <dt>{text}</dt>
                  <dd>
                    {own ? (
                      <Rekey desk={desk} id={id} name={text} keys={keys} />
                    ) : (
                      keys.map((chord) => <Kbd key={chord} chord={chord} />)
                    )}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}

function Leave({ desk }: { desk: Desk }) {
  const say = sayIn(desk.language);
  const { unsent } = desk.outbox;
  // What was begun stays here as a draft.
  const taken = desk.pack.left.value.filter(({ task }) => !desk.journal.has(task)).length;
  return (
    <Modal desk={desk} title={unsent > 0 ? say("leaveTitle", { n: unsent }) : say("noLine")}>
      {unsent > 0 && <p>{say("leaveHelp")}</p>}
      {desk.sync.state.value === "offline" && <p>{say("leaveOffline")}</p>}
      {taken > 0 && <p>{say("leavePack", { n: taken })}</p>}
      <div class="dialog-foot">
        <Button onPress={() => void signOut(desk)}>{say("leaveAnyway")}</Button>
        <Button class="primary" onPress={() => (desk.dialog.value = null)}>
          {say("stay")}
        </Button>
      </div>
    </Modal>
  );
}

const ComfortSheet = ({ desk }: { desk: Desk }) => (
  <Modal desk={desk} title={desk.t("comfort")}>
    <ComfortForm desk={desk} />
  </Modal>
);

const DIALOGS = { comfort: ComfortSheet, skip: Skip, report: Report, guide: Guide, shortcuts: Shortcuts, leave: Leave } as const;

export function Dialogs({ desk }: { desk: Desk }) {
  const name = desk.dialog.value;
  if (!name) return null;
  const Content = DIALOGS[name];
  return <Content key={name} desk={desk} />;
}
