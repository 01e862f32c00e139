/** The first page: what to work on, what today has brought, one button. */
import type { Desk } from "../desk";
import type { Project } from "../contract";
import { startChosen } from "../commands/commands";
import { ANY } from "../desk";
import { money } from "../i18n";
import { PackPanel } from "./pack";
import { Button } from "./parts";
import { sayIn } from "./start_words";

function ProjectChoice({ desk, project }: { desk: Desk; project: Project }) {
  const { language } = desk;
  const say = sayIn(language);
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
      <span class="project-price number">{say("pricePerImage", { price: money(language, project.price, project.currency) })}</span>
      <span class="project-open">
        {project.practice ? say("practiceFirst") : open === null ? "" : open > 0 ? say("openImages", { n: open }) : say("noneOpen")}
      </span>
    </label>
  );
}

/** Whatever the queue gives: the order that supervisors have set. */
function AnyProject({ desk }: { desk: Desk }) {
  const say = sayIn(desk.language);
  const isChosen = desk.chosenProject.value === ANY;
  return (
    <label class={isChosen ? "project chosen" : "project"}>
      <input
        type="radio"
        name="project"
        checked={isChosen}
        onChange={() => desk.keep({ project: ANY })}
      />
      <span class="project-name">{say("anyProject")}</span>
      <span />
      <span class="project-open">{say("anyProjectHelp")}</span>
    </label>
  );
}

function Figures({ desk }: { desk: Desk }) {
  const { language, session } = desk;
  const say = sayIn(language);
  const today = session.today.value;
  const unsent = desk.outbox.unsent;
  return (
    <dl class="figures">
      <div>
        <dt>{say("todayCount")}</dt>
        <dd class="number">{today?.submitted ?? "–"}</dd>
      </div>
      <div>
        <dt>{say("todayEarned")}</dt>
        <dd class="number">{today ? money(language, today.earned, today.currency) : "–"}</dd>
      </div>
      {unsent > 0 && (
        <div class="owed">
          <dt>{say("unsentLabel")}</dt>
          <dd class="number">{unsent}</dd>
        </div>
      )}
    </dl>
  );
}

export function Start({ desk }: { desk: Desk }) {
  const { t, boot } = desk;
  const say = sayIn(desk.language);
  const projects = desk.projects.value;
  const drafts = desk.session.held.value.filter(({ task }) => desk.journal.has(task)).length;
  return (
    <main class="start" id="main">
      <div class="start-card">
        <h1>{say("hello", { name: boot.person.name })}</h1>
        <Figures desk={desk} />
        {projects.length === 0 ? (
          <div class="empty">
            <h2>{say("noProjects")}</h2>
            <p>{say("noProjectsHelp")}</p>
            <Button class="primary" chord="Enter" onPress={() => location.reload()}>
              {t("reload")}
            </Button>
          </div>
        ) : (
          <>
            <fieldset class="projects">
              <legend class={projects.length > 1 ? "label" : "hidden-label"}>{say("chooseProject")}</legend>
              {projects.length > 1 && <AnyProject desk={desk} />}
              {projects.map((project) => (
                <ProjectChoice key={project.id} desk={desk} project={project} />
              ))}
            </fieldset>
            {drafts > 0 && <p class="notice warn">{say("draftsWaiting", { n: drafts })}</p>}
            <Button class="primary large block" chord="Enter" onPress={() => startChosen(desk)}>
              {drafts > 0 ? say("continue") : t("start")}
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
