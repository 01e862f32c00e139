/** The first page: what to work on, what today has brought, one button. */
import type { Desk } from "../desk";
import type { Project } from "../contract";
import { startChosen } from "../commands/commands";
import { ANY } from "../desk";
import { money } from "../i18n";
import { PackPanel } from "./pack";
import { Button } from "./parts";

function ProjectChoice({ desk, project }: { desk: Desk; project: Project }) {
  const { t, language } = desk;
  const open = project.open === true ? null : Number(project.open);
  const isChosen = desk.chosenProject.value === project.id;
  return (
    <label class={isChosen ? "project chosen" : "project"}>
      <input
        type="radio"
        name="project"
        checked={isChosen}
        onChange={() => desk.keep({ project: project.id })}
      />
      <span class="project-name">{project.name}</span>
      <span class="project-price number">{t("pricePerImage", { price: money(language, project.price, project.currency) })}</span>
      <span class="project-open">
        {project.practice ? t("practiceFirst") : open === null ? "" : open > 0 ? t("openImages", { n: open }) : t("noneOpen")}
      </span>
    </label>
  );
}

/** Whatever the queue gives: the order that supervisors have set. */
function AnyProject({ desk }: { desk: Desk }) {
  const { t } = desk;
  const isChosen = desk.chosenProject.value === ANY;
  return (
    <label class={isChosen ? "project chosen" : "project"}>
      <input
        type="radio"
        name="project"
        checked={isChosen}
        onChange={() => desk.keep({ project: ANY })}
      />
      <span class="project-name">{t("anyProject")}</span>
      <span />
      <span class="project-open">{t("anyProjectHelp")}</span>
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
  const projects = desk.projects.value;
  const drafts = desk.session.held.value.filter(({ task }) => desk.journal.has(task)).length;
  return (
    <main class="start" id="main">
      <div class="start-card">
        <h1>{t("hello", { name: boot.person.name })}</h1>
        <Figures desk={desk} />
        {projects.length === 0 ? (
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
              <legend class={projects.length > 1 ? "label" : "hidden-label"}>{t("chooseProject")}</legend>
              {projects.length > 1 && <AnyProject desk={desk} />}
              {projects.map((project) => (
                <ProjectChoice key={project.id} desk={desk} project={project} />
              ))}
            </fieldset>
            {drafts > 0 && <p class="notice warn">{t("draftsWaiting", { n: drafts })}</p>}
            <Button class="primary large block" chord="Enter" onPress={() => startChosen(desk)}>
              {drafts > 0 ? t("continue") : t("start")}
            </Button>
            <section class="pack-card">
              <PackPanel desk={desk} />
            </section>
          </>
        )}
      </div>
    </main>
  );
}
