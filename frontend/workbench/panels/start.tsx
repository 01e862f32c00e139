/** The first page: what to work on, what today has brought, one button. */
import type { Desk } from "../desk";
import type { Project } from "../contract";
import { startChosen } from "../commands/commands";
import { money } from "../i18n";
import { Button } from "./parts";

function ProjectChoice({ desk, project }: { desk: Desk; project: Project }) {
  const { t, language } = desk;
  const open = project.open === true ? null : Number(project.open);
  return (
    <label class="project">
      <input
        type="radio"
        name="project"
        checked={desk.chosenProject.value === project.id}
        onChange={() => desk.keep({ project: project.id })}
      />
      <span class="project-name">{project.name}</span>
      <span class="project-price number">{t("pricePerImage", { price: money(language, project.price, project.currency) })}</span>
      <span class="project-open">
        {open === null ? "" : open > 0 ? t("openImages", { n: open }) : t("noneOpen")}
      </span>
    </label>
  );
}

function Figures({ desk }: { desk: Desk }) {
  const { t, language, session } = desk;
  const today = session.today.value;
  const unsent = desk.outbox.unsent;
  return (
    <dl class="figures">
      <div>
        <dt>{t("todayCount")}</dt>
        <dd class="number">{today?.submitted ?? "–"}</dd>
      </div>
      <div>
        <dt>{t("todayEarned")}</dt>
        <dd class="number">{today ? money(language, today.earned, today.currency) : "–"}</dd>
      </div>
      {unsent > 0 && (
        <div class="owed">
          <dt>{t("unsentLabel")}</dt>
          <dd class="number">{unsent}</dd>
        </div>
      )}
    </dl>
  );
}

export function Start({ desk }: { desk: Desk }) {
  const { t, boot } = desk;
  const drafts = desk.session.held.value.filter(({ task }) => desk.journal.has(task)).length;
  return (
    <main class="start" id="main">
      <div class="start-card">
        <h1>{t("hello", { name: boot.person.name })}</h1>
        <Figures desk={desk} />
        {boot.projects.length === 0 ? (
          <div class="empty">
            <h2>{t("noProjects")}</h2>
            <p>{t("noProjectsHelp")}</p>
            <Button class="primary" chord="Enter" onPress={() => location.reload()}>
              {t("reload")}
            </Button>
          </div>
        ) : (
          <>
            <fieldset class="projects">
              <legend class={boot.projects.length > 1 ? "label" : "hidden-label"}>{t("chooseProject")}</legend>
              {boot.projects.map((project) => (
                <ProjectChoice key={project.id} desk={desk} project={project} />
              ))}
            </fieldset>
            {drafts > 0 && <p class="notice warn">{t("draftsWaiting", { n: drafts })}</p>}
            <Button class="primary large block" chord="Enter" onPress={() => startChosen(desk)}>
              {drafts > 0 ? t("continue") : t("start")}
            </Button>
          </>
        )}
      </div>
    </main>
  );
}
